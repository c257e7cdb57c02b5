"""E-mails go out: loaded, sent outside any transaction, marked."""
