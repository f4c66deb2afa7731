"""A reload inside the engine: everything that can fail first, then a swap between two turns that cannot.

Queues that are new fill from the log, beside everything else; then, at the end of a turn, the instance takes over the
new configuration as a whole. An event sees wholly the old actions or wholly the new ones, and a message the old routes
or the new ones. Runs of actions that are under way go on as they began.
"""

from collections.abc import Callable, Sequence

from ampsd.config.model import Model
from ampsd.definitions.instance import InstanceDefinition
from ampsd.engine.filling import Filling
from ampsd.engine.header_formats import header_formats
from ampsd.engine.journal_needs import needs_of
from ampsd.engine.operators import DONE, REFUSED
from ampsd.engine.queue import Queue
from ampsd.engine.routes import logged_topics
from ampsd.instance import Instance
from ampsd.storage.log import JournalDamageError, Unlogged
from ampsd.storage.tellings import Audit, Item
from ampsd.wire.command import TRANSPORT_CHANGED

_OF_EVERY_CLIENT = ("authentication", "entitlement", "authenticator")
Outcome = Callable[[Sequence[str]], None]
"""Called once, in the turn of the swap, with nothing; or with the reasons why everything stays as it was."""


class AdoptionBegun:
    """Input: the instance shall take over an effective configuration. With `is_forced` queues that hold messages may
    be removed."""

    __slots__ = ("actor", "is_forced", "model", "outcome")

    def __init__(self, model: Model, actor: str, is_forced: bool, outcome: Outcome) -> None:
        self.model = model
        self.actor = actor
        self.is_forced = is_forced
        self.outcome = outcome


class ReloadRefused:
    """Input: a configuration was not taken over, for these reasons."""

    __slots__ = ("actor", "digest", "reasons")

    def __init__(self, actor: str, digest: str, reasons: Sequence[str]) -> None:
        self.actor = actor
        self.digest = digest
        self.reasons = reasons


class Adoption:
    """One reload of one instance. Call `proceed` at the end of each turn until `is_over`."""

    def __init__(self, instance: Instance, begun: AdoptionBegun) -> None:
        self._instance = instance
        self._model = begun.model
        self._actor = begun.actor
        self._is_forced = begun.is_forced
        self._outcome = begun.outcome
        self.is_over = False
        present = {queue.key for queue in instance.queues}
        self._new = [instance.make_queue(one) for one in begun.model.definition.queues if one.key not in present]
        pins = instance.journal_files.pins
        self._filling = Filling(self._new, instance.replay, instance.archiver, pins) if self._new else None

    def proceed(self) -> None:
        """Read a slice of the log; swap when nothing is missing. The turn is done but for its batch being sealed."""
        reasons = self._refusals()
        if not reasons:
            try:
                if self._filling is not None and not self._filling.advance():
                    return
            except JournalDamageError as error:
                reasons = [f"{error.file} is damaged at {error.offset}: {error.what}"]
        if reasons:
            self.refuse(reasons)
            return
        self.is_over = True
        self._swap()
        audit(self._instance, self._actor, self._model.digest)
        self._outcome(())

    def refuse(self, reasons: Sequence[str]) -> None:
        """Everything stays as it was."""
        self.is_over = True
        if self._filling is not None:
            self._filling.abandon()
        self._outcome(reasons)

    def _swap(self) -> None:
        """Nothing here can fail, unless the log can be read no more, as in any turn. What needs a restart is in the
        model as it is now.
        """
        instance, definition = self._instance, self._model.definition
        before, instance.definition = instance.definition, definition
        instance.digest = self._model.digest
        instance.header_formats = header_formats(definition)
        instance.automation.adopt(definition.actions)
        if self._filling is not None:
            for queue in self._new:
                queue.watched.look()  # messages may end as the queue begins, and the new actions are told of it
            self._filling.finish()
        gone = self._swap_queues(definition)
        for name, routes in instance.routes.items():
            queues = [queue for queue in instance.queues if queue.message_type == name]
            routes.adopt(queues, logged_topics(definition.transaction_log, name))
        for queue in gone:
            queue.retire()
            queue.settle()
            instance.replay.release(queue)
        instance.archiver.adopt(instance.queues)
        instance.journal_files.needs = needs_of(
            instance.queues, instance.action_runs, instance.archiver, instance.events
        )
        instance.security.transports = [one.name for one in definition.transports]
        self._disconnect(before, definition)
        for queue in instance.queues:
            queue.is_dirty = True  # a consumer of several may have room now because one of the others went, or changed

    def _swap_queues(self, definition: InstanceDefinition) -> list[Queue]:
        """Returns the queues that are configured no longer."""
        instance = self._instance
        present = instance.queues_by_key | {queue.key: queue for queue in self._new}
        instance.queues_by_key.clear()
        for one in definition.queues:
            queue = instance.queues_by_key[one.key] = present.pop(one.key)
            queue.watched.look()
            if queue.definition != one:
                queue.adopt(one)
        instance.queues[:] = instance.queues_by_key.values()
        return list(present.values())

    def _disconnect(self, before: InstanceDefinition, after: InstanceDefinition) -> None:
        """Clients of transports that are other ones now, or gone, connect again."""
        kept = {one.name for one in after.transports if one in before.transports}
        if any(getattr(before, name) != getattr(after, name) for name in _OF_EVERY_CLIENT):
            kept.clear()
        for client in list(self._instance.clients.connected.values()):
            if client.transport not in kept:
                self._instance.clients.close(client, TRANSPORT_CHANGED)

    def _refusals(self) -> list[str]:
        """Why the instance cannot give up what it has."""
        wanted = {one.key: one for one in self._model.definition.queues}
        kinds = [
            f"queue {queue.definition.name} ({queue.definition.message_type}) would be of another kind"
            for queue in self._instance.queues
            if type(wanted.get(queue.key, queue.definition)) is not type(queue.definition)
        ]
        return kinds + [
            f"queue {queue.definition.name} ({queue.definition.message_type}) holds {queue.entries.count} messages, "
            "which would not be delivered any more: let them be worked, or force the reload"
            for queue in self._instance.queues
            if queue.key not in wanted and queue.entries.count and not self._is_forced
        ]


def audit(instance: Instance, actor: str, digest: str, reasons: Sequence[str] = ()) -> None:
    """Somebody had a configuration taken over; or not, for these reasons. Kept where there is a log."""
    if isinstance(instance.log, Unlogged):
        return
    items = [Item("configuration", REFUSED, one) for one in reasons] or [Item("configuration", DONE)]
    name, wall_ns = f"reload {instance.log.end}", instance.turn.wall_ns
    instance.events.audit(Audit(name, actor, wall_ns, "reload", "", {"digest": digest}, items))
