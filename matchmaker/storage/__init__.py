"""The database: connections, units of work, shared queries, migrations."""
