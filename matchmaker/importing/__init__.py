"""Import without a database: reading files, understanding columns, checking rows."""
