"""Need clinic: what a requirement lacks, which fields its text already tells, what resembles it; pure."""
