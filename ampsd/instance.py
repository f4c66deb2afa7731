"""One Model made alive: builds the engine from definitions and gives each command to its noun.

State lives with its noun (queues, clients, routes, log); the instance only builds and forwards.
"""

from collections.abc import Callable, Mapping
from itertools import repeat

from ampsd import limits
from ampsd.actions.automation import Automation
from ampsd.config.model import Model
from ampsd.definitions.queues import QueueDefinition
from ampsd.engine.acknowledge import acknowledge
from ampsd.engine.action_runs import ActionRuns
from ampsd.engine.answers import Answers
from ampsd.engine.archiver import Archiver
from ampsd.engine.bodies import Bodies
from ampsd.engine.browse import Query
from ampsd.engine.carrying import Carrying
from ampsd.engine.client import Client
from ampsd.engine.clients import Clients
from ampsd.engine.description import described
from ampsd.engine.effects import Request, WriteLog
from ampsd.engine.environments import Environments
from ampsd.engine.events import Event
from ampsd.engine.header_formats import header_formats
from ampsd.engine.inside import Inside
from ampsd.engine.journal_files import JournalFiles
from ampsd.engine.journal_needs import needs_of
from ampsd.engine.live_events import LiveEvents
from ampsd.engine.message_events import MessageEvents
from ampsd.engine.operators import Operators
from ampsd.engine.outbox import Outbox
from ampsd.engine.persisted import PersistedAcks
from ampsd.engine.publish import Publishing
from ampsd.engine.publishers import Publishers
from ampsd.engine.queue import Queue
from ampsd.engine.replay import Replay
from ampsd.engine.requests import Requests
from ampsd.engine.routes import make_routes
from ampsd.engine.security import Security
from ampsd.engine.subscribe import RefusedError, backlog_text, subscribe
from ampsd.engine.surroundings import Surroundings
from ampsd.engine.turn import Turn
from ampsd.ports import Doors
from ampsd.storage import records
from ampsd.storage.log import Log
from ampsd.wire import amps
from ampsd.wire.command import (
    LOGON_REQUIRED,
    NO_TOPIC,
    NOT_SUPPORTED,
    PERSISTED,
    PROCESSED,
    PROTOCOL_ERROR,
    RECEIVED,
    STATS,
    TRANSPORT_CHANGED,
    UNKNOWN_COMMAND,
    Command,
    PublishRun,
)
from ampsd.wire.connection import ProtocolError, State


class Instance:
    """The engine of one configuration. Give it input, then `settle`; nothing leaves it but frames and records."""

    def __init__(self, model: Model, log: Log, doors: Doors) -> None:
        self.definition = definition = model.definition
        self.log = log
        self.report = report = doors.report
        self.digest = model.digest
        self.turn = Turn()
        self.outbox = Outbox(log)
        self.publishers = Publishers(definition.name.encode())
        self.header_formats = header_formats(definition)
        self._types = {name.encode(): found for name, found in model.message_types.items()}
        self.acks = PersistedAcks(self.outbox, self.turn, definition.transaction_log is not None)
        self.bodies = Bodies(log)
        self._environments = Environments(
            definition.name.encode(), (definition.group or definition.name).encode(), self.turn
        )
        self.events = MessageEvents(log, self.turn, doors.events)
        self.action_runs = ActionRuns(log, self.events, self.turn, report)
        self.automation = Automation(definition.actions, definition.name, doors, self._perform, self.action_runs)
        self._witness = doors.witness
        self.happened = self.automation.offer if doors.witness is None else self._witnessed
        self._around = around = Surroundings(
            log,
            self.outbox,
            self.bodies,
            self.publishers,
            self.turn,
            report,
            self.happened,
            self.automation.may_watch,
            self._environments,
            self.events,
        )
        self.queues = [self.make_queue(one) for one in definition.queues]
        self.queues_by_key = {queue.key: queue for queue in self.queues}
        self.archiver = Archiver(
            log, self.events, self.turn, doors.archive, self.queues, definition.message_archive, report
        )
        self.routes = make_routes(
            definition.transaction_log, self._types, self.queues, self.automation, doors.witness is not None
        )
        self._publishing = Publishing(log, self.outbox, self.turn, self.happened, self._environments)
        self.operators = Operators(around, self.queues_by_key, self.routes, self._publishing)
        self.events.live = LiveEvents(log, self._publishing, self.routes).tell
        self.replay = self._make_replay()
        self.journal_files = self._make_journal_files(doors)
        self.clients = Clients(
            self.outbox,
            self.acks,
            self.publishers,
            self.turn,
            self.routes,
            report,
            definition.transaction_log is not None,
            self.happened,
        )
        self.security = Security(self.clients, [one.name for one in definition.transports], report)
        self._requests = self._make_requests()
        self._answers = Answers(self.outbox, self.acks, report)
        self._commands = self._make_commands()

    def _make_replay(self) -> Replay:
        return Replay(
            self.queues,
            self.publishers,
            self.events,
            self.operators,
            self.action_runs,
            self.archiver,
            self.log,
        )

    def _make_journal_files(self, doors: Doors) -> JournalFiles:
        needs = needs_of(self.queues, self.action_runs, self.archiver, self.events)
        carrying = Carrying(self.queues, self.publishers, self.events, self.replay)
        return JournalFiles(self.log, self.turn, self.report, doors.upkeep, needs, carrying)

    def _make_requests(self) -> Requests:
        return Requests(
            Inside(self._publishing, self.publishers, self.routes, self.queues_by_key, self.turn),
            self.security,
            self.routes,
            self._environments,
            self.happened,
            self._write_log,
            self._describe,
            self.journal_files,
        )

    def _make_commands(self) -> dict[bytes, Callable[[Client, Command], None]]:
        return {
            b"p": self._publish,
            b"publish": self._publish,
            b"delta_publish": self._publish,
            b"sow_delete": self._acknowledge,
            b"subscribe": self._subscribe,
            b"unsubscribe": self._unsubscribe,
            b"flush": self._flush,
            b"heartbeat": self.clients.heartbeat,
            b"delta_subscribe": self._not_supported,
            b"sow": self._sow,
            b"sow_and_subscribe": self._not_supported,
            b"sow_and_delta_subscribe": self._not_supported,
        }

    def make_queue(self, definition: QueueDefinition) -> Queue:
        """A queue that is empty, and in no route yet."""
        return Queue(definition, self._types[definition.message_type.encode()], self._around)

    # ---- recovery

    def restore(self, position: int, length: int, record: records.Record) -> None:
        """Fold one record of the log, in order, before the first input."""
        self.replay.fold(position, length, record)

    def start(self) -> None:
        """Recovery is complete: what was leased is lost, and the start-up actions run."""
        self.replay.finish()
        self.archiver.begin(self.log.floor)
        for run in self.action_runs.left():
            due_ns = self.turn.monotonic_of(run.due_wall_ns)
            if not self.automation.resume(run, due_ns):
                self.action_runs.give_up(run)
        self.automation.start()

    # ---- input

    def begin(self, now_ns: int, wall_ns: int) -> None:
        """The next turn has this time."""
        self.turn.begin(now_ns, wall_ns)
        self.automation.begin(now_ns, wall_ns)

    def connected(self, connection: int, transport: str, message_type: str | None, address: str) -> None:
        """A peer connected to a transport, which may fix the message type."""
        header_format = self.header_formats.get(transport)
        fixed = message_type.encode() if message_type else None
        client = self.clients.connect(connection, transport, fixed, address, header_format)
        if transport not in self.security.transports:
            self.clients.close(client, TRANSPORT_CHANGED)  # it was accepted before a reload removed the transport

    def received(self, connection: int, data: bytes) -> None:
        """Bytes arrived."""
        client = self.clients.connected.get(connection)
        if client is None:
            return
        client.heard_ns = self.turn.now_ns
        fault: ProtocolError | None = None
        try:
            commands = client.wire.receive(data)
        except ProtocolError as error:
            fault, commands = error, error.commands
        for command in commands:
            if isinstance(command, PublishRun):
                self._publish_run(client, command)
            else:
                self._handle(client, command)
            if client.closing is not None:
                return
        if fault is not None:
            self.report("07-0005", client=client.label, address=client.address, fault=str(fault))
            self.clients.close(client, PROTOCOL_ERROR)

    def disconnected(self, connection: int, reason: str) -> None:
        """The peer is gone."""
        client = self.clients.connected.get(connection)
        if client is not None:
            self.clients.close(client, reason)

    def push_acks(self) -> None:
        """Let no persisted ack wait for its interval: the instance is about to stop."""
        for client in self.clients.connected.values():
            self.acks.push(client)

    def close_all(self, reason: str) -> None:
        """End every connection."""
        for client in list(self.clients.connected.values()):
            self.clients.close(client, reason)

    def tick(self) -> None:
        """Do what time asks for."""
        self.clients.tick()
        self.acks.tick()
        for queue in self.queues:
            queue.tick()
        self.automation.tick()

    def next_ns(self) -> int:
        """When `tick` may have something to do, in monotonic nanoseconds; NEVER when nothing waits for time."""
        own_ns = (self.clients.next_ns, self.acks.next_ns, self.automation.next_ns, self.archiver.next_ns)
        return min([*own_ns, self.journal_files.next_ns, *(queue.next_ns() for queue in self.queues)])

    def settle(self) -> None:
        """Hand out messages and run actions until nothing more follows; all of it joins the open batch."""
        while True:
            for queue in self.queues:
                if queue.is_dirty:
                    queue.dispatch()
            for queue in self.queues:
                queue.settle()
            if not self.automation.run():
                break
        self.archiver.settle()
        self.events.flush()
        self.journal_files.settle()
        self.acks.settle()

    # ---- commands

    def _handle(self, client: Client, command: Command) -> None:
        if command.name == b"logon":
            self.clients.logon(client, command)
            return
        if client.wire.state is not State.OPEN:
            self._before_logon(client, command)
            return
        carry_out = self._commands.get(command.name)
        if carry_out is None:
            self.report("07-0006", client=client.label, command=command.name.decode("utf-8", "replace"))
            self._answers.fail(client, command, UNKNOWN_COMMAND)
            self.clients.close(client, UNKNOWN_COMMAND)
            return
        carry_out(client, command)

    def _before_logon(self, client: Client, command: Command | None) -> None:
        if command is not None:
            self._answers.fail(client, command, LOGON_REQUIRED)
        self.clients.close(client, LOGON_REQUIRED)

    def _publish_run(self, client: Client, run: PublishRun) -> None:
        """Publishes of the common shape: all at once where nothing has to look at each."""
        if client.wire.state is not State.OPEN:
            self._before_logon(client, None)
            return
        route = client.routes.find(run.topic)
        target = route.target
        if target.is_simple and self._publishing.run(client, target, run):
            if run.wants_persisted:
                self.acks.note(client, client.publisher.last)
            return
        for body, sequence in zip(run.bodies, run.sequences or repeat(0), strict=False):
            reason = self._publishing.publish(client, route, body, sequence)
            if reason is not None:
                self._answers.refuse_publish(client, run.topic, reason, None, sequence, run.wants_persisted)
            elif run.wants_persisted and sequence:
                # A duplicate is acknowledged too: with the highest number, which is not below it.
                self.acks.note(client, client.publisher.last)

    def _publish(self, client: Client, command: Command) -> None:
        """A publish that is not of the common shape. A delta publish to a topic without a SOW is a plain one."""
        sequence = command.sequence or 0
        wants_persisted = bool(command.acks & PERSISTED)
        if command.topic is None or command.filter is not None:
            reason: str | None = NO_TOPIC if command.topic is None else NOT_SUPPORTED
        else:
            reason = self._publishing.publish(
                client,
                client.routes.find(command.topic),
                command.body,
                sequence,
                command.correlation_id,
                None if command.expiration is None else min(command.expiration * 1_000_000_000, limits.LIFETIME_MAX_NS),
            )
        if reason is not None:
            self._answers.refuse_publish(
                client, command.topic or b"", reason, command.command_id, sequence, wants_persisted
            )
            return
        self._answers.succeed(client, command)
        self._answers.persisted(client, command)

    def _acknowledge(self, client: Client, command: Command) -> None:
        if command.sequence:
            if command.sequence <= client.publisher.last:
                self._answers.succeed(client, command)
                self._answers.persisted(client, command)
                return
            client.publisher.last = command.sequence
            if client.routes.queue(command.topic or b"") is not None:
                self.log.add(records.encode_sequence(client.publisher.id, command.sequence))
        outcome = acknowledge(client, command)
        if outcome.reason is not None:
            if command.acks & PERSISTED and command.sequence:
                self.acks.fail(client, command.sequence, outcome.reason)
            else:
                self._answers.fail(client, command, outcome.reason)
            return
        self._answers.succeed(client, command)
        if command.acks & STATS:
            stats = (
                (b"records_deleted", outcome.deleted),
                (b"topic_matches", outcome.named),
                (b"matches", outcome.named),
            )
            fields = () if command.query_id is None else ((b"query_id", command.query_id),)
            self.outbox.send(client, amps.ack(b"stats", command_id=command.command_id, fields=fields, numbers=stats))
        for queue in self.queues:
            queue.settle()
        self._answers.persisted(client, command)

    def _subscribe(self, client: Client, command: Command) -> None:
        sub_id = command.sub_id or command.command_id or b"sub%d" % (len(client.subscriptions) + 1)
        if command.acks & RECEIVED:
            self.outbox.send(client, amps.ack(b"received", command_id=command.command_id))
        try:
            subscription = subscribe(client, command, sub_id)
        except RefusedError as error:
            self.report(
                "14-0002",
                client=client.label,
                topic=(command.topic or b"").decode("utf-8", "replace"),
                reason=f"{error}: {error.detail}" if error.detail else str(error),
            )
            self._answers.fail(client, command, str(error))
            return
        self.report("14-0001", client=client.label, topic=subscription.topic.decode("utf-8", "replace"))
        self.clients.subscribed(subscription)
        if command.acks & PROCESSED:
            fields = [(b"sub_id", sub_id)]
            backlog = backlog_text(subscription)
            if backlog is not None:
                fields.append((b"opts", backlog))
            self.outbox.send(client, amps.ack(b"processed", command_id=command.command_id, fields=fields))

    def _unsubscribe(self, client: Client, command: Command) -> None:
        if command.sub_id is not None:
            self.clients.unsubscribe(client, command.sub_id)
        self._answers.succeed(client, command)

    def _flush(self, client: Client, command: Command) -> None:
        """Everything before the flush is handled; its persisted acks no longer wait for the interval."""
        self.acks.push(client)
        self._answers.succeed(client, command)
        if command.acks & PERSISTED:
            self.outbox.hold(client, amps.ack(b"persisted", command_id=command.command_id))

    def _sow(self, client: Client, command: Command) -> None:
        """A query; of a queue, in this version."""
        if command.acks & RECEIVED:
            self.outbox.send(client, amps.ack(b"received", command_id=command.command_id))
        try:
            Query(client, command).answer(self.outbox)
        except RefusedError as error:
            self._answers.fail(client, command, str(error))

    def _not_supported(self, client: Client, command: Command) -> None:
        self._answers.fail(client, command, NOT_SUPPORTED)

    # ---- actions

    @property
    def is_stop_asked(self) -> bool:
        """Whether an action has asked for a shutdown."""
        return self._requests.is_stop_asked

    def _witnessed(self, event: Event) -> None:
        assert self._witness is not None
        self._witness(event)
        self.automation.offer(event)

    def _perform(self, request: Request, event: Event) -> None:
        """Carry out what a step asks for. Raises StepFailed."""
        self._requests.carry_out(request, event)

    def _write_log(self, request: WriteLog, event: Event) -> None:
        self.report(request.code, **request.values)
        self.action_runs.logged(event, request.code, request.values)

    def _describe(self) -> Mapping[str, bytes]:
        told = described(self.definition.name, self.digest, self.queues, self.clients, self.log, self.security)
        return {"engine.json": told}
