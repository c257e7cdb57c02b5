"""From a text to ranked matches with reasons: candidates, eligibility, scoring, evidence."""
