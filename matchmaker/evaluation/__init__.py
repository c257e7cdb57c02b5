"""Measuring the ranking on graded judgments, through the very code that serves users."""
