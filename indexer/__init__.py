"""Text, vectors and filters: the index behind the matchmaker. Knows no user, no SQLAlchemy, no Flask."""
