"""Questions that need both index and database: ask the index first, then load, never both at once.

Web, API and command line share these; each opens its own short reading units.
"""
