"""Catalogues of sentences."""
