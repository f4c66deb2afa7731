"""The least that a reload does with queues that are new: it fills them, and swaps; and what a start would have made."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from old_journals import LOG, SEGMENT_SIZE
from play import Playbook

from ampsd.config.model import Model
from ampsd.engine import lifecycle
from ampsd.engine.entries import NEVER
from ampsd.engine.filling import Filling
from ampsd.engine.journal_needs import needs_of
from ampsd.engine.queue import Queue
from ampsd.simulator.upkeep import SimUpkeep

Picture = dict[str, Any]


def made(play: Playbook, model: Model) -> list[Queue]:
    """The queues of a configuration that an instance does not have."""
    instance = play.instance
    around = instance.queues[0].around
    present = {one.key for one in instance.queues}
    queues = [Queue(one, instance._types[one.message_type.encode()], around) for one in model.definition.queues]
    return [one for one in queues if one.key not in present]


class Reload:
    """Fills the queues that `queues` has more, turn by turn, while the instance works on; then they are there.

    `before_finish` is called in the turn of the swap, before anything of it is logged.
    """

    def __init__(self, play: Playbook, queues: str, before_finish: Callable[[], object] = lambda: None) -> None:
        self.play = play
        self.model = play._configured(queues)
        self._queues = queues
        self._before_finish = before_finish
        self.new = made(play, self.model)
        instance = play.instance
        pins = instance.journal_files.pins
        self.filling = Filling(self.new, instance.replay, instance.archiver, pins)
        self.slices = 0
        self.progress = [self.filling.progress]
        self.is_held = False
        self._settle = instance.settle
        instance.settle = self._turn  # type: ignore[method-assign]

    def _turn(self) -> None:
        """The end of a turn: everything else is settled, the batch is not sealed."""
        self._settle()
        if self.filling.is_over or self.is_held:
            return
        self.slices += 1
        assert self.filling.next_ns == self.play.instance.turn.now_ns
        if self.filling.advance():
            self._before_finish()
            self.filling.finish()
            self._swap()
            self._settle()
        self.progress.append(self.filling.progress)

    def _swap(self) -> None:
        play, instance = self.play, self.play.instance
        by_key = {one.key: one for one in (*instance.queues, *self.new)}
        wanted = [f"{one.message_type}:{one.name}".encode() for one in self.model.definition.queues]
        instance.queues[:] = [by_key[key] for key in wanted]
        instance.queues_by_key.update(by_key)
        for name, routes in instance.routes.items():
            routes._queues = {one.name: one for one in instance.queues if one.message_type == name}
            routes.known.clear()
        needs = needs_of(instance.queues, instance.action_runs, instance.archiver, instance.events)
        instance.journal_files.needs = needs
        play.configure(queues=self._queues)

    def abandon(self) -> None:
        """Give it up, as far as it is not complete; the instance goes on."""
        if not self.filling.is_over:
            self.filling.abandon()
            self.play.settle()
        else:
            removed(self.play, "Jobs")

    def complete(self, turns_max: int = 10_000) -> "Reload":
        """Turns until the queues are there."""
        for _ in range(turns_max):
            if self.filling.is_over:
                return self
            self.play.settle()
        raise AssertionError(f"not filled after {turns_max} turns: {self.filling.progress}")


def removed(play: Playbook, name: str) -> None:
    """The least that a reload does with a queue that is configured no longer; nobody consumes from it."""
    instance = play.instance
    gone = next(one for one in instance.queues if one.definition.name == name)
    instance.queues.remove(gone)
    del instance.queues_by_key[gone.key]
    instance.replay.release(gone)
    for routes in instance.routes.values():
        routes._queues.pop(gone.name, None)
        routes.known.clear()
    needs = needs_of(instance.queues, instance.action_runs, instance.archiver, instance.events)
    instance.journal_files.needs = needs


class Copy:
    """The disk of an instance as it is now, and the events that are durable there."""

    def __init__(self, play: Playbook) -> None:
        assert play.journal is not None
        self.disk = play.disk.snapshot()
        self.store = deepcopy(play.store)
        self.store.records = [one for one in self.store.records if one[0] < play.journal.durable]


def twin(play: Playbook, copy: Copy, queues: str, transaction_log: str = LOG) -> Playbook:
    """A fresh instance that starts from a copy, at the same time, with these queues."""
    actions = play._sections["actions"]
    other = Playbook(queues=queues, actions=actions, transaction_log=transaction_log, segment_size=SEGMENT_SIZE)
    other.clock.monotonic, other.clock.wall = play.clock.monotonic, play.clock.wall
    other.disk = copy.disk
    other.upkeep = SimUpkeep(copy.disk)
    other.store = copy.store
    other.start()
    return other


def find(play: Playbook, name: str) -> Queue:
    return next(one for one in play.instance.queues if one.definition.name == name)


def picture(play: Playbook, name: str) -> Picture:
    """Everything that a queue knows, without the numbers that are its own affair."""
    queue, moment = find(play, name), play.instance.turn
    entries, counters = queue.entries, queue.counters

    def place(serial: int) -> tuple[int, bytes]:
        return entries.position(serial), queue.bookmark_of(serial)

    def after(ns: int) -> int:
        return ns if ns in (0, NEVER) else ns - moment.now_ns

    def note(serial: int) -> object:
        found = queue.notes.find(serial)
        if found is None:
            return None
        known = (found.label, after(found.due_ns), found.attempts, found.skip_by, found.suspend_by, found.completed_by)
        return None if known == (lifecycle.State.AVAILABLE, 0, 0, None, None, None) else known

    return {
        "entries": [
            (
                *place(serial),
                entries.state(serial),
                queue.state_of(serial),
                entries.priority(serial),
                after(entries.expires_ns(serial)),
                note(serial),
                counters.deliveries(serial),
                counters._cancels.get(serial, 0),
                queue.message_of(serial),
            )
            for serial in entries.serials()
        ],
        "order": [place(serial) for serial in entries.available()],
        "barriers": [place(serial) for serial in queue.handout.barriers],
        "paused": None if queue.paused_until_ns is None else after(queue.paused_until_ns),
        "ahead": [(key, after(end_ns)) for key, end_ns in queue.ahead._ends.items()],
        "exceeded": [
            (position, ended.publisher, ended.sequence, ended.length, ended.state, ended.priority)
            for position, ended in queue.exceeded._ended.items()
        ],
        "skips": queue.notes.skips,
        "begins": [one for one in play.instance.replay.carried() if queue.key in one],
        "restoring": queue.is_restoring,
        "leases": list(queue.leases),
    }


def told(play: Playbook, name: str) -> list[tuple[object, ...]]:
    """Every event of a queue, in order, without its number."""
    found: list[tuple[object, ...]] = []
    for run in play.store.events():
        if run.queue == b"json:" + name.encode():
            for at, position in enumerate(run.every_position):
                status, reason = lifecycle.status_of(run.status, run.reason)
                session = run.sessions[at] if run.sessions else 0
                found.append((position, status, reason, run.client, session, run.is_by_operator))
    return found
