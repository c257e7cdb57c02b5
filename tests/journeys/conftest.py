from tests.support.commands import home, run

__all__ = ["home", "run"]
