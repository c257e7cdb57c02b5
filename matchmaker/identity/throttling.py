"""How long whoever mistypes must wait: strictly for an account, loosely for an address."""

from __future__ import annotations

from datetime import timedelta

#: Wrong log-ins of one account that cost nothing.
FREE_OF_ACCOUNT = 5
#: The wait after the first wrong one beyond; each further one doubles it.
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
#: Wrong log-ins from one address within ADDRESS_SPAN: a whole office may sit behind it.
FREE_OF_ADDRESS = 100
ADDRESS_SPAN = timedelta(minutes=10)
#: After so long without a wrong one an account starts afresh.
FORGOTTEN_AFTER = timedelta(hours=24)


def wait_of_account(failures: int) -> timedelta:
    """The wait after so many wrong ones in a row: 5 → 15 s, 6 → 30 s … 15 minutes at most."""
    if failures < FREE_OF_ACCOUNT:
        return timedelta(0)
    doublings = min(failures - FREE_OF_ACCOUNT, 20)
    return min(timedelta(seconds=FIRST_WAIT.total_seconds() * 2**doublings), LONGEST_WAIT)
