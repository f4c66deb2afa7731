"""The fake worker for old journal files: the same disk, one verb a step, beside what the log submits."""

from collections import deque
from collections.abc import Iterator

from ampsd.ports import Verb
from ampsd.simulator.disk import SimDisk


class SimUpkeep:
    """An Upkeep. `step` runs one verb of what was submitted; `crash` forgets."""

    def __init__(self, disk: SimDisk) -> None:
        self._disk = disk
        self._submitted: deque[tuple[int, Iterator[Verb]]] = deque()
        self.is_stepping = False
        """Whether the verb that the disk runs is one of these."""

    @property
    def is_busy(self) -> bool:
        """Whether submitted verbs wait."""
        return bool(self._submitted)

    def submit(self, ticket: int, verbs: Iterator[Verb]) -> None:
        """Queue verbs."""
        self._submitted.append((ticket, verbs))

    def step(self) -> tuple[int, OSError | None] | None:
        """Run the next verb; the completion when there was none left, or when it failed."""
        ticket, verbs = self._submitted[0]
        try:
            verb = next(verbs, None)
            if verb is not None:
                self.is_stepping = True
                self._disk.perform([verb])
                return None
        except OSError as error:
            self._submitted.popleft()
            return ticket, error
        finally:
            self.is_stepping = False
        self._submitted.popleft()
        return ticket, None

    def crash(self) -> None:
        """The process dies."""
        self._submitted.clear()
