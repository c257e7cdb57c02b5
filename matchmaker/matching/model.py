"""The fitted numbers of the ranking: few, non-negative, kept in one JSON file with its data sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matchmaker.matching.features import ABSOLUTE, LISTED, RANKED, RELATIVE
from matchmaker.matching.result import NONE, STRONG, WEAK, WORTH

Array = npt.NDArray[np.float64]

#: Weights that need no judgment: what works without any training.
PLAIN = (1.0, 0.5, 1.0, 0.25)


#: Bounds of a probability: the judgments are too few to be surer than this.
LOWEST, HIGHEST = 0.01, 0.95


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over standardised features; coefficients are not negative.

    Attributes:
        mean, spread: of the features in training.
    """

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def probability(self, values: Array) -> Array:
        """One probability for each row of values, shape (n, features) → (n,), within LOWEST…HIGHEST."""
        standard = (np.atleast_2d(values) - np.array(self.mean)) / np.array(self.spread)
        raw = 1 / (1 + np.exp(-(standard @ np.array(self.coefficients) + self.intercept)))
        return np.asarray(np.clip(raw, LOWEST, HIGHEST))


@dataclass(frozen=True, slots=True)
class Model:
    """Everything fitted.

    Attributes:
        weights: of RELATIVE, for the order.
        pair: of ABSOLUTE, for the probability that one document is worth a meeting, whatever else there is.
        ranked: of RANKED, the same for a document in a list, which tells more.
        verdict: of LISTED, for the probability that there is a good match at all.
        bands: least probability of a pair for strong, worth, weak.
        no_match: a list whose probability lies below has no good match.
        sheet: where it comes from; shown by ``matchmaker train --show`` and in docs/matching.md.
    """

    weights: tuple[float, ...]
    pair: Logistic
    ranked: Logistic
    verdict: Logistic
    bands: tuple[float, float, float]
    no_match: float
    sheet: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Names the model in stored runs."""
        return str(self.sheet.get("version", "?"))

    def band(self, probability: float) -> str:
        """The band of one pair."""
        for band, least in zip((STRONG, WORTH, WEAK), self.bands, strict=True):
            if probability >= least:
                return band
        return NONE

    def save(self, path: Path) -> None:
        """Writes the file that ``load`` reads."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")


def load(path: Path) -> Model:
    """Reads a model file; ValueError when it does not fit these features."""
    return _parsed(json.loads(path.read_text("utf-8")))


@cache
def shipped() -> Model:
    """The model that comes with the package."""
    text = (resources.files("matchmaker.matching") / "data" / "ranker.json").read_text("utf-8")
    return _parsed(json.loads(text))


def _parsed(raw: dict[str, Any]) -> Model:
    model = Model(
        weights=tuple(raw["weights"]),
        pair=_logistic(raw["pair"]),
        ranked=_logistic(raw["ranked"]),
        verdict=_logistic(raw["verdict"]),
        bands=(raw["bands"][0], raw["bands"][1], raw["bands"][2]),
        no_match=raw["no_match"],
        sheet=raw["sheet"],
    )
    sizes = (
        len(model.weights),
        len(model.pair.coefficients),
        len(model.ranked.coefficients),
        len(model.verdict.coefficients),
    )
    needed = (len(RELATIVE), len(ABSOLUTE), len(RANKED), len(LISTED))
    if sizes != needed:
        raise ValueError(f"the model has {sizes} weights, these features need {needed}")
    return model


def _logistic(raw: dict[str, Any]) -> Logistic:
    return Logistic(
        tuple(raw["mean"]), tuple(raw["spread"]), tuple(raw["coefficients"]), float(raw["intercept"])
    )


def _flat(size: int) -> Logistic:
    return Logistic((0.0,) * size, (1.0,) * size, (0.0,) * size, 0.0)


#: Orders by the plain weights and knows nothing of probabilities: what training starts from.
UNFITTED = Model(
    weights=PLAIN,
    pair=_flat(len(ABSOLUTE)),
    ranked=_flat(len(RANKED)),
    verdict=_flat(len(LISTED)),
    bands=(0.6, 0.35, 0.12),
    no_match=0.5,
    sheet={"version": "plain"},
)
