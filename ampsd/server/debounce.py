"""When a change counts: after a quiet time, and never much later than the longest one."""


class Debounce:
    """Judges what was seen of something that is changed in several steps. Times are of any clock that never goes back.

    What is seen after events and a quiet time counts at once, unless it is doubtful. What is, or was come upon without
    an event, has to be seen twice, a quiet time apart. After `longest_ns` it counts as it is; when it is doubtful then,
    after one more quiet time.
    """

    def __init__(self, quiet_ns: int, longest_ns: int) -> None:
        self._quiet_ns = quiet_ns
        self._longest_ns = longest_ns
        self._believed = ""
        self._candidate: str | None = None
        self._first_ns: int | None = None
        self._due_ns: int | None = None
        self._is_after_events = False
        self._is_heard = False
        self._is_last_chance = False

    @property
    def due_ns(self) -> int | None:
        """When to look; None when nothing is going on."""
        return self._due_ns

    def believe(self, digest: str) -> None:
        """From now on this is what is known."""
        self._believed = digest
        self._candidate = None

    def heard(self, now_ns: int) -> None:
        """Something happened."""
        self._is_heard = True
        self._put_off(now_ns)

    def begin_look(self) -> None:
        """What is heard from here on may be missing in what is seen."""
        self._is_after_events |= self._is_heard
        self._is_heard = False

    def saw(self, now_ns: int, digest: str, *, is_doubtful: bool) -> bool:
        """The end of a look. Returns whether it is a change that counts, which is then what is known."""
        if digest == self._believed:
            self._settle(now_ns)
            return False
        self._first_ns = now_ns if self._first_ns is None else self._first_ns
        is_late = now_ns - self._first_ns >= self._longest_ns
        is_quiet = not self._is_heard and (digest == self._candidate or (self._is_after_events and not is_doubtful))
        if is_quiet or (is_late and (self._is_last_chance or not is_doubtful)):
            self._believed = digest
            self._settle(now_ns)
            return True
        self._candidate = digest
        self._is_last_chance = is_late
        self._due_ns = now_ns + self._quiet_ns
        return False

    def _put_off(self, now_ns: int) -> None:
        if self._first_ns is None:
            self._first_ns = now_ns
        due_ns = min(now_ns + self._quiet_ns, self._first_ns + self._longest_ns)
        self._due_ns = due_ns if self._due_ns is None else max(self._due_ns, due_ns)

    def _settle(self, now_ns: int) -> None:
        self._candidate = self._first_ns = self._due_ns = None
        self._is_after_events = self._is_last_chance = False
        if self._is_heard:
            self._put_off(now_ns)
