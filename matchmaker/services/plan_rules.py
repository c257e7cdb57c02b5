"""Rules and weights of an event's plan, as the organizer changes them beside it."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.models import Event
from matchmaker.permissions import Actor, require
from matchmaker.services import pairs, plan_input
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be changed beside the plan; None: as it is (weights), no limit (meetings).

    Attributes:
        fairness_price: 0 … 1.
    """

    must: float | None = None
    willing: float | None = None
    fairness_price: float | None = None
    min_score: float | None = None
    problem_least: int = 0
    problem_most: int | None = None
    expert_most: int | None = None
    most_in_a_row: int | None = None


def of(event: Event) -> Rules:
    """As they hold now."""
    weights = plan_input.weights_of(event)
    return Rules(
        must=weights["must"],
        willing=weights["willing"],
        fairness_price=weights["fairness_price"],
        min_score=event.min_score if event.min_score is not None else pairs.threshold(),
        problem_least=event.problem_least,
        problem_most=event.problem_most,
        expert_most=event.expert_most,
        most_in_a_row=event.most_in_a_row,
    )


def change(uow: UnitOfWork, actor: Actor, event: Event, rules: Rules) -> None:
    """Writes them to the event, where they differ."""
    require(actor, "plan:run", event)
    before = of(event)
    if rules.min_score is not None and abs(rules.min_score - (before.min_score or 0.0)) > 0.0005:
        event.min_score = rules.min_score
    given = {"must": rules.must, "willing": rules.willing, "fairness_price": rules.fairness_price}
    weights = {**event.weights, **{name: value for name, value in given.items() if value is not None}}
    if weights != event.weights and weights != plan_input.weights_of(event):
        event.weights = weights
    event.problem_least, event.problem_most = rules.problem_least, rules.problem_most
    event.expert_most, event.most_in_a_row = rules.expert_most, rules.most_in_a_row
    if of(event) != before:
        uow.record(actor, "plan:rules", f"event:{event.id}")
