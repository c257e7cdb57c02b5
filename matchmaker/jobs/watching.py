"""Watches ask the index, note what is new and tell it once."""
