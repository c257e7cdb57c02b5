"""Rows out of the system, in the form in which they come in: templates and lists as Excel files."""
