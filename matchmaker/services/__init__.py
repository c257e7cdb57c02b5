"""Use cases: verb(uow, actor, …), one subject a file."""
