"""Files from outside: reading rows, understanding columns, checking values."""
