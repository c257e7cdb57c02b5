"""Documents: plain data in, bytes out (PDF, Word, Excel, calendar, zip); knows no database and no site.

What a document may not tell is not in its dossier: whoever gathers one leaves it out (``services.veils``).
Documents are written in Chinese, whatever language the page speaks that they are fetched from.
"""
