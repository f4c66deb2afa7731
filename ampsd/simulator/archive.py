"""The fake archive: objects in memory, which refuses some for ever and cannot be reached now and then."""

from collections.abc import Sequence
from random import Random

from ampsd.ports import ArchiveObject

Bookmark = tuple[int, int]


class SimArchive:
    """An Archive. Nothing happens to what is submitted before `step`."""

    def __init__(self, refused: bytes | None) -> None:
        self.objects: dict[Bookmark, bytes] = {}
        self.failing = 0.0
        """How likely each object meets an archive that cannot be reached."""
        self.refused = refused
        """Bodies with this in them are refused for ever; None for none."""
        self._submitted: Sequence[ArchiveObject] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is submitted."""
        return self._submitted is not None

    def submit(self, objects: Sequence[ArchiveObject]) -> None:
        """Take objects."""
        if self._submitted is not None:
            raise AssertionError("objects were submitted before those before were answered for")
        self._submitted = objects

    def step(self, rng: Random) -> tuple[list[str | None], str | None]:
        """Answer for what is submitted."""
        assert self._submitted is not None
        objects, self._submitted = self._submitted, None
        refusals: list[str | None] = []
        for one in objects:
            if rng.random() < self.failing:
                if rng.random() < 0.5:  # stored, but the answer was lost
                    self._store(one)
                return refusals, "unreachable"
            if self._is_refused(one):
                refusals.append("refused")
            else:
                self._store(one)
                refusals.append(None)
        return refusals, None

    def crash(self, rng: Random) -> None:
        """The server dies: some of what is submitted may be stored, and nobody hears of it."""
        if self._submitted is not None:
            for one in self._submitted[: rng.randint(0, len(self._submitted))]:
                if not self._is_refused(one):
                    self._store(one)
            self._submitted = None

    def _is_refused(self, one: ArchiveObject) -> bool:
        return self.refused is not None and self.refused in one.body

    def _store(self, one: ArchiveObject) -> None:
        name = one.publisher, one.sequence
        if self.objects.setdefault(name, one.body) != one.body:
            raise AssertionError(f"another message comes under the bookmark {name}")
