"""Two cards together, over all combinations: what happened, what counts, what contradicts."""

from __future__ import annotations

from itertools import product

import pytest

from matchmaker import taxonomy
from matchmaker.services.outcome_rules import Told, Verdict, contradicts, verdict

#: Everything that a side can say, amounts apart.
SAID = [
    ("other_missing", ""), ("own_missing", ""), ("postponed", ""),
    *(("met", result) for result in taxonomy.MEETING_OUTCOMES),
]  # fmt: skip
#: (demand, supply), as they see it, neither having met → what happened; any other such pair contradicts.
AGREED_ABSENCE = {
    ("own_missing", "own_missing"): "both_missing",
    ("own_missing", "other_missing"): "demand_missing",
    ("other_missing", "own_missing"): "supply_missing",
    ("postponed", "postponed"): "postponed",
}
#: One card alone → what happened: that the other side was not there is not enough said by one.
ALONE = {"other_missing": "", "own_missing": "{side}_missing", "postponed": "postponed", "met": "met"}


def card(side: str, said: tuple[str, str], amount: int | None = None) -> Told:
    ways = ("joint",) if said[1] == "intention" else ()
    return Told(side, said[0], said[1], ways, amount)


@pytest.mark.parametrize(("demand", "supply"), list(product(SAID, SAID)))
def test_two_cards(demand: tuple[str, str], supply: tuple[str, str]) -> None:
    found = verdict([card("demand", demand), card("supply", supply)])
    says = "intention" in (demand[1], supply[1])
    if demand[0] == supply[0] == "met":
        same = demand[1] == supply[1]
        expected = Verdict(
            "met", demand[1] if same else "", contradictions=() if same else ("result",), says_intention=says,
            ways=("joint",) if says else (),
        )  # fmt: skip
    else:
        happened = AGREED_ABSENCE.get((demand[0], supply[0]), "")
        expected = Verdict(
            happened, "", contradictions=() if happened else ("attended",), says_intention=says,
            ways=("joint",) if says else (),
        )  # fmt: skip
    assert found == expected
    assert found.counts == (demand == supply == ("met", "intention"))
    assert found.is_pending == (says and not found.counts and not found.outcome)


@pytest.mark.parametrize(("side", "said"), list(product(("demand", "supply"), SAID)))
def test_one_card_alone_settles_nothing(side: str, said: tuple[str, str]) -> None:
    found = verdict([card(side, said)])
    assert (found.happened, found.outcome, found.contradictions) == (ALONE[said[0]].format(side=side), "", ())
    assert found.is_pending == (said[1] == "intention")


@pytest.mark.parametrize(("first", "second"), list(product((None, 100, 200), repeat=2)))
def test_amounts_that_differ_are_flagged_and_not_added(first: int | None, second: int | None) -> None:
    intended = ("met", "intention")
    found = verdict([card("demand", intended, first), card("supply", intended, second)])
    differ = None not in (first, second) and first != second
    assert found.counts
    assert found.contradictions == (("amount",) if differ else ())
    assert found.amount_fen == (None if differ else first or second)


def test_ways_that_share_nothing_are_flagged() -> None:
    one, other = (
        Told("demand", "met", "intention", ("joint",)),
        Told("supply", "met", "intention", ("testing",)),
    )
    assert verdict([one, other]).contradictions == ("ways",)
    assert verdict([one, Told("supply", "met", "intention", ("joint", "testing"))]).contradictions == ()


@pytest.mark.parametrize(
    ("desk", "said", "happened", "contradictions"),
    [
        ("held", None, "met", ()),
        ("missed", None, "missed", ()),
        ("missed", ("met", "talk"), "", ("desk",)),
        ("held", ("own_missing", ""), "", ("desk",)),
        ("missed", ("other_missing", ""), "supply_missing", ()),
        ("held", ("met", "talk"), "met", ()),
    ],
)
def test_the_desk_is_heard(
    desk: str, said: tuple[str, str] | None, happened: str, contradictions: tuple[str, ...]
) -> None:
    found = verdict([card("demand", said)] if said else [], desk=desk)
    assert (found.happened, found.contradictions) == (happened, contradictions)


def test_a_card_without_a_side_agrees_with_nobody() -> None:
    intended = ("met", "intention")
    assert not verdict([card("office", intended), card("demand", intended)]).counts
    three = [card("demand", intended), card("supply", intended)]
    assert verdict([*three, card("office", intended)]).counts
    assert verdict([*three, card("office", ("met", "unfit"))]).contradictions == ("result",)


@pytest.mark.parametrize(("demand", "supply"), list(product(SAID, SAID)))
def test_the_organizers_word_holds_above_all(demand: tuple[str, str], supply: tuple[str, str]) -> None:
    word = Told("office", "met", "intention", ("joint",), 300)
    found = verdict([card("demand", demand), card("supply", supply)], word, "missed")
    assert (found.happened, found.outcome, found.contradictions, found.amount_fen) == (
        "met",
        "intention",
        (),
        300,
    )
    for side, said in (("demand", demand), ("supply", supply)):
        assert contradicts(card(side, said), word) == (said != ("met", "intention"))
