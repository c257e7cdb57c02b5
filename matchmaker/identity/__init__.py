"""Who somebody is, as pure rules: names at log-in, passwords, keys, second factor, waits. No database."""
