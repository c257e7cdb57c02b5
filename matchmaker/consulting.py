"""Need clinic over rules, index and database: one examination of a form that nobody has stored."""
