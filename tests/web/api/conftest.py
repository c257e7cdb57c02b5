"""The site over a county with something to hide."""

from tests.support.site import client, county, organizer, site

__all__ = ["client", "county", "organizer", "site"]
