"""Errands of actions in the real world."""

from collections.abc import Callable

from ampsd.ports import Errand

Completed = Callable[[int, bytes, str | None], None]


class RealErrands:
    """The Errands port."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed

    def submit(self, ticket: int, errand: Errand) -> None:
        """Do it."""
        self._completed(ticket, b"", "not yet")

    def close(self, seconds: float) -> None:
        """End what runs."""
