"""Migrations of the tables; run by ``matchmaker.storage.schema``."""
