"""Requests made up from the description: whatever comes, it is answered, never with a 5xx."""

from __future__ import annotations

import pytest

from tests.support.accounts import account, token
from tests.support.fuzzing import fuzz

CASES = 300


@pytest.mark.parametrize("who", ["visitor", "administrator"])
def test_no_request_breaks_the_api(app, site, county, who):
    headers = {}
    if who == "administrator":
        headers["Authorization"] = f"Bearer {token(app, account(app, who))}"
    done = fuzz(site, CASES, headers)
    assert done.faults == {}
    assert done.cases == CASES
    assert done.answers[200] > 0
    assert (done.answers[403] > 0) == (who == "visitor"), "the two must not be the same person"
