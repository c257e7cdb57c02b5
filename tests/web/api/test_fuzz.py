"""Requests made up from the description: whatever comes, it is answered, never with a 5xx."""

from __future__ import annotations

import pytest

from tests.support.fuzzing import fuzz

CASES = 300


@pytest.mark.parametrize("who", ["visitor", "organizer"])
def test_no_request_breaks_the_api(site, organizer, county, who):
    cookie = organizer.get_cookie("matchmaker")
    headers = {"Cookie": f"matchmaker={cookie.value}"} if who == "organizer" else {}
    done = fuzz(site, CASES, headers)
    assert done.faults == {}
    assert done.cases == CASES
    assert done.answers[200] > 0
