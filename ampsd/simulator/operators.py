"""An operator of the fake world: asks for verbs at random, and again, by the same name, for what was not answered."""

from collections.abc import Sequence
from random import Random

from ampsd.engine.entries import ON_HOLD
from ampsd.engine.operators import Answer, Request
from ampsd.engine.queue import Queue
from ampsd.simulator.history import Ending, History, Reset
from ampsd.storage.tellings import Item

_VERBS = ("skip", "suspend", "resume", "terminate", "expire", "reset", "reprocess", "redrive", "pause", "unpause")
_CHILDREN_MAX = 20


class SimOperator:
    """Remembers what it asked for, and the answers."""

    def __init__(self, rng: Random, history: History) -> None:
        self._rng = rng
        self._history = history
        self._asked = 0
        self._children = 0
        self._waiting: dict[str, tuple[str, str, Sequence[str], dict[str, object]]] = {}
        self.answers: dict[str, Sequence[Item]] = {}
        """What was answered, by request."""
        self.violations: list[str] = []

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is outstanding."""
        return bool(self._waiting)

    def ask(self, queues: Sequence[Queue], now_ns: int) -> Request | None:
        """Ask for something; None when there is nothing to ask for."""
        rng = self._rng
        verb = rng.choice(_VERBS)
        queue = queues[2] if verb == "redrive" else queues[0]
        if verb in ("reprocess", "redrive"):
            if self._children >= _CHILDREN_MAX:
                return None
            self._children += 1
        bookmarks = self._choose(queue, verb)
        if not bookmarks and verb not in ("pause", "unpause"):
            return None
        parameters: dict[str, object] = {"redeliver": rng.random() < 0.5, "attempts": rng.randint(0, 2), "most": 2}
        if verb == "pause":
            parameters = {"for_ns": rng.choice((1_000_000, 50_000_000))}
        self._asked += 1
        name = f"r{self._asked}"
        self._waiting[name] = (verb, queue.key.decode(), bookmarks, parameters)
        return self._request(name, now_ns)

    def calm(self, queues: Sequence[Queue], now_ns: int) -> Request | None:
        """Let go on what is on hold."""
        held = [
            queue.bookmark_of(serial).decode()
            for queue in queues[:1]
            for serial in queue.entries.serials()
            if queue.entries.state(serial) == ON_HOLD
        ]
        if not held:
            return None
        self._asked += 1
        name = f"r{self._asked}"
        self._waiting[name] = ("resume", queues[0].key.decode(), held, {})
        return self._request(name, now_ns)

    def again(self, now_ns: int) -> list[Request]:
        """After a crash: everything that was not answered, and once more something that was."""
        return [self._request(name, now_ns) for name in self._waiting]

    def _choose(self, queue: Queue, verb: str) -> list[str]:
        rng = self._rng
        if verb in ("pause", "unpause"):
            return []
        if verb == "reset":
            known = [f"{one.publisher}|{one.sequence}|" for one in queue.exceeded.all()]
        else:
            known = [queue.bookmark_of(serial).decode() for serial in queue.entries.serials()]
        return [rng.choice(known) for _ in range(rng.randint(1, 3))] if known else []

    def _request(self, name: str, now_ns: int) -> Request:
        verb, queue, bookmarks, parameters = self._waiting[name]
        for bookmark in bookmarks:
            if verb in ("terminate", "expire"):
                self._history.observations.append(Ending(now_ns, 0, bookmark.encode(), "operator"))
            elif verb == "reset":
                self._history.observations.append(Reset(bookmark.encode()))

        def reply(answer: Answer) -> None:
            self._waiting.pop(name, None)
            before = self.answers.setdefault(name, answer.items)
            if [(one.what, one.outcome) for one in before] != [(one.what, one.outcome) for one in answer.items]:
                self.violations.append(f"operators: the request {name} was answered in two ways")

        return Request(name, "sim", verb, queue, bookmarks, reply, parameters)
