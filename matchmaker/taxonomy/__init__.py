"""Code tables and their look-up."""
