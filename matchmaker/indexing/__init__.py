"""The database as index documents, and keeping the two in agreement."""
