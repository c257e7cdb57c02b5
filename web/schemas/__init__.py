"""Schemas of what comes in (JSON, query strings, forms) and of what the API gives out."""
