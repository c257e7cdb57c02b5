"""Fitting: convex, reproducible, never a negative weight, and bands that keep their word."""

import numpy as np
import pytest

from matchmaker.matching.model import UNFITTED, Logistic, Model, load, shipped
from matchmaker.matching.result import BANDS
from matchmaker.matching.training import NO_MATCH, bands, fit_logistic, fit_weights, gains


def made(seed=3, problems=30):
    chance = np.random.default_rng(seed)
    features, grades = [], []
    for _ in range(problems):
        some = chance.normal(size=(40, 4))
        noisy = 2 * some[:, 0] + some[:, 2] + chance.normal(size=40)
        features.append(some)
        grades.append(np.where(noisy > 3, 3, np.where(noisy > 2, 2, -1)))
    return features, grades


def test_gain_is_two_to_the_grade_less_one():
    assert gains(np.array([-1, 0, 1, 2, 3])).tolist() == [0, 0, 1, 3, 7]


def test_weights_follow_what_the_grades_follow():
    weights = fit_weights(*made())

    assert weights[0] > weights[2] > max(weights[1], weights[3])
    assert min(weights) >= 0


def test_fitting_twice_gives_the_same():
    assert fit_weights(*made()) == fit_weights(*made())


def test_a_misleading_feature_gets_no_weight_rather_than_a_negative_one():
    chance = np.random.default_rng(1)
    values = chance.normal(size=(400, 2))
    positive = values[:, 0] - values[:, 1] > 0

    model = fit_logistic(values, positive, 1.0)

    assert model.coefficients[0] > 1
    assert model.coefficients[1] == 0


def test_probabilities_rise_with_the_values():
    model = Logistic((0.0, 0.0), (1.0, 1.0), (1.0, 0.5), -1.0)

    low, high = model.probability(np.array([[0.0, 0.0], [2.0, 1.0]]))

    assert low == pytest.approx(1 / (1 + np.e))
    assert low < high


def test_bands_are_as_pure_as_they_say():
    probabilities = np.linspace(0, 1, 1000)
    positive = np.arange(1000) % 4 == 0  # a quarter, whatever the probability

    strong, worth, weak = bands(probabilities, positive)

    assert (strong, worth) > (0.94, 0.9)
    assert weak == 0.12


def test_a_saved_model_comes_back_as_it_was(tmp_path):
    UNFITTED.save(tmp_path / "model.json")

    assert load(tmp_path / "model.json") == UNFITTED


def test_a_model_of_other_features_is_refused(tmp_path):
    Model((1.0,), UNFITTED.pair, UNFITTED.ranked, UNFITTED.verdict, (0.6, 0.3, 0.1), 0.5, {}).save(
        tmp_path / "model.json"
    )

    with pytest.raises(ValueError, match="weights"):
        load(tmp_path / "model.json")


def test_the_shipped_model_keeps_its_rules():
    model = shipped()

    assert (
        min(*model.weights, *model.pair.coefficients, *model.ranked.coefficients, *model.verdict.coefficients)
        >= 0
    )
    assert model.bands[0] > model.bands[1] > model.bands[2] > 0
    assert model.no_match == NO_MATCH
    assert {model.band(p) for p in (0.0, 0.2, 0.5, 0.99)} <= set(BANDS)
    assert {"version", "fitted_on", "method", "embedding", "not_for"} <= model.sheet.keys()
