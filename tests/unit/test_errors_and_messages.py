"""Errors and sentences for users."""

from __future__ import annotations

import pytest

from matchmaker import errors
from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.messages import Message

CLASSES = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MatchmakerError)
]


def test_every_error_has_a_code_of_its_own():
    assert len({kind.code for kind in CLASSES}) == len(CLASSES)


def test_an_error_carries_sentence_hint_and_fields():
    fault = InvalidInput("不行", hint=Message("请改 %(x)s", {"x": 1}), fields={"x": Message("太大")})
    assert (str(fault), str(fault.hint), {k: str(v) for k, v in fault.fields.items()}) == (
        "不行",
        "请改 1",
        {"x": "太大"},
    )
    assert (fault.status, fault.exit_code, fault.code) == (422, 2, "invalid_input")


def test_a_message_is_translated_by_its_template_and_so_are_messages_within():
    english = {"第 %(row)s 行：%(fault)s": "Row %(row)s: %(fault)s", "太长": "too long"}.get
    message = Message("第 %(row)s 行：%(fault)s", {"row": 3, "fault": Message("太长")})
    assert message.render(lambda text: english(text, text)) == "Row 3: too long"
    assert str(message) == "第 3 行：太长"


@pytest.mark.parametrize("text", ["100%", "%(x)s", "50 % 以上"])
def test_a_template_without_values_is_taken_as_it_stands(text):
    assert str(Message(text)) == text


def test_a_value_is_never_taken_for_a_template():
    assert str(Message("「%(name)s」", {"name": "%(oops)s 100%"})) == "「%(oops)s 100%」"
