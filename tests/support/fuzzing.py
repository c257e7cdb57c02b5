"""Requests made up from the OpenAPI description of the API: right ones, wrong ones, absurd ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import GenerationMode

DESCRIPTION = "/api/v1/openapi.json"


@dataclass(slots=True)
class Fuzzed:
    """What came of it.

    Attributes:
        answers: status → number of answers.
        faults: "POST /api/v1/… → 500" → what was sent, of answers from 500 on.
    """

    answers: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        return self.answers.total()


def fuzz(site: Flask, cases: int, headers: Mapping[str, str], *, seed: int = 20261123) -> Fuzzed:
    """So many requests, spread evenly over all operations; the same ones each time.

    Half keep to the description, half break it. Every other one names an object that is there (number 1).
    """
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, site)
    operations = [found.ok() for found in schema.get_all_operations()]
    done = Fuzzed()
    for place, operation in enumerate(operations):
        share = cases * (place + 1) // len(operations) - cases * place // len(operations)
        for mode, number in (
            (GenerationMode.POSITIVE, share - share // 2),
            (GenerationMode.NEGATIVE, share // 2),
        ):
            if number:
                _ask(operation, mode, number, headers, done, seed)
    return done


def _ask(operation, mode, number, headers, done, seed) -> None:
    @seeded(seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case) -> None:
        if done.cases % 2 and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, "1")
        answer = case.call(headers=dict(headers))
        done.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            name = f"{operation.method.upper()} {operation.path} → {answer.status_code}"
            done.faults.setdefault(
                name, f"{case.path_parameters} {case.query} {case.body!r:.500} {answer.text[:300]}"
            )

    ask()
