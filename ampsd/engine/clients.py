"""Who is connected: logon, client names, heartbeats, the ends of connections (Command Reference, logon; heartbeat)."""

from collections.abc import Callable

from ampsd import limits, version
from ampsd.engine.client import Client
from ampsd.engine.entries import NEVER
from ampsd.engine.events import ClientConnected, ClientDisconnected, ClientLoggedOn, Event, Subscribed, Unsubscribed
from ampsd.engine.outbox import Outbox
from ampsd.engine.persisted import PersistedAcks
from ampsd.engine.publishers import Publishers
from ampsd.engine.routes import Routes
from ampsd.engine.subscribe import unsubscribe
from ampsd.engine.subscription import Subscription
from ampsd.engine.turn import Turn
from ampsd.ports import Report
from ampsd.wire import amps, options
from ampsd.wire.command import (
    DUPLICATE_LOGON,
    HEARTBEAT,
    INVALID_MESSAGE_TYPE,
    INVALID_OPTIONS,
    LOGON_TIMEOUT,
    NAME_IN_USE,
    NO_CLIENT_NAME,
    PROCESSED,
    RECEIVED,
    Command,
)
from ampsd.wire.connection import State
from ampsd.wire.header_format import HeaderFormat

DEFAULT_MESSAGE_TYPE = b"json"
"""For clients that name none at logon on a transport that fixes none."""


class Clients:
    """The connected clients, by connection and by name."""

    def __init__(
        self,
        outbox: Outbox,
        acks: PersistedAcks,
        publishers: Publishers,
        moment: Turn,
        routes: dict[bytes, Routes],
        report: Report,
        is_logged: bool,
        happened: Callable[[Event], None],
    ) -> None:
        self._happened = happened
        self._outbox = outbox
        self._acks = acks
        self._publishers = publishers
        self._turn = moment
        self._routes = routes
        self._report = report
        self._is_logged = is_logged
        self._by_name: dict[bytes, Client] = {}
        self._fresh: dict[int, Client] = {}
        self._beating: dict[int, Client] = {}
        self.connected: dict[int, Client] = {}
        self.closing: list[Client] = []
        self.next_ns = NEVER
        """When `tick` may have something to do, in monotonic nanoseconds."""

    def connect(
        self,
        connection: int,
        transport: str,
        message_type: bytes | None,
        address: str,
        header_format: HeaderFormat | None = None,
    ) -> Client:
        """A peer connected; it has until the logon timeout to say who it is."""
        client = Client(connection, transport, message_type, address, self._turn.now_ns, header_format)
        self.connected[connection] = self._fresh[connection] = client
        self._wake_at(self._turn.now_ns + limits.LOGON_TIMEOUT_NS)
        self._report("07-0001", address=address, transport=transport)
        self._happened(ClientConnected(client.connection_name, client.connection_name))
        return client

    def close(self, client: Client, reason: str) -> None:
        """End a connection for `reason`: its subscriptions go, its leases come back, its frames still go out."""
        if client.closing is not None:
            return
        client.closing = reason
        client.wire.close()
        self.unsubscribe(client, b"all")
        self._acks.forget(client)
        self._fresh.pop(client.connection, None)
        self._beating.pop(client.connection, None)
        del self.connected[client.connection]
        if self._by_name.get(client.name) is client:
            del self._by_name[client.name]
        self.closing.append(client)
        self._report("07-0003", client=client.label, address=client.address, reason=reason)
        self._happened(ClientDisconnected(client.name_for_actions, client.connection_name, client.identity))

    def subscribed(self, subscription: Subscription) -> None:
        """A client entered a subscription, or changed one."""
        self._happened(Subscribed(*_told(subscription)))

    def unsubscribe(self, client: Client, sub_ids: bytes) -> None:
        """End subscriptions: one, a comma list of them, or `all`."""
        for one in unsubscribe(client, sub_ids):
            self._happened(Unsubscribed(*_told(one)))

    def logon(self, client: Client, command: Command) -> None:
        """Say who the client is. The default authentication accepts anyone (User Guide, Authentication)."""
        reason = self._refuse(client, command)
        if reason is not None:
            self._outbox.send(client, amps.ack(b"processed", command_id=command.command_id, reason=reason))
            if reason != DUPLICATE_LOGON:
                self.close(client, reason)
            return
        name = command.client_name or b""
        if self._is_logged:
            older = self._by_name.get(name)
            if older is not None:
                self._report("07-0004", client=older.label, address=older.address)
                self.close(older, NAME_IN_USE)
        client.name = name
        client.message_type = client.transport_message_type or command.message_type or DEFAULT_MESSAGE_TYPE
        client.user, client.version = command.user_id, command.version
        client.correlation_id = command.correlation_id
        client.routes = self._routes[client.message_type]
        client.publisher = self._publishers.sequenced(name)
        client.unsequenced = self._publishers.unsequenced(name)
        client.sent_sequence = client.durable_sequence = client.noted_sequence = client.publisher.last
        self._by_name[name] = client
        self._fresh.pop(client.connection, None)
        client.wire.logged_on()
        self._answer_logon(client, command)

    def heartbeat(self, client: Client, command: Command) -> None:
        """Start, answer or stop heartbeats. Beats go out every half interval: a client that hears one exactly at its
        interval may miss it."""
        action, _, rest = (command.options or b"beat").partition(b",")
        if action == b"start":
            try:
                client.heartbeat_ns = options.interval_ns(rest.decode("ascii", "replace"))
            except options.OptionsError:
                self._refuse_command(client, command, INVALID_OPTIONS)
                return
            client.heartbeat_due_ns = self._turn.now_ns
            self._beating[client.connection] = client
            self._wake_at(self._turn.now_ns)
        elif action == b"stop":
            self._beating.pop(client.connection, None)
        if command.acks & RECEIVED:
            self._outbox.send(client, amps.ack(b"received", command_id=command.command_id))
        if command.acks & PROCESSED:
            self._outbox.send(client, amps.ack(b"processed", command_id=command.command_id))

    def tick(self) -> None:
        """Send heartbeats, end what is silent."""
        now_ns = self._turn.now_ns
        if self.next_ns > now_ns:
            return
        self.next_ns = NEVER
        for client in list(self._fresh.values()):
            ends_ns = client.connected_ns + limits.LOGON_TIMEOUT_NS
            if ends_ns > now_ns:
                self._wake_at(ends_ns)
                break  # in order of arrival: the others have longer
            self.close(client, LOGON_TIMEOUT)
        for client in list(self._beating.values()):
            silent_at_ns = client.heard_ns + 2 * client.heartbeat_ns
            if silent_at_ns <= now_ns:
                self.close(client, HEARTBEAT)
                continue
            if client.heartbeat_due_ns <= now_ns:
                self._outbox.send(client, amps.HEARTBEAT_FRAME)
                client.heartbeat_due_ns = now_ns + client.heartbeat_ns // 2
            self._wake_at(min(client.heartbeat_due_ns, silent_at_ns))

    def _wake_at(self, due_ns: int) -> None:
        self.next_ns = min(self.next_ns, due_ns)

    def _refuse(self, client: Client, command: Command) -> str | None:
        if client.wire.state is not State.FRESH:
            return DUPLICATE_LOGON
        if command.client_name is None:
            return NO_CLIENT_NAME
        fixed, asked = client.transport_message_type, command.message_type
        if fixed is not None and asked is not None and asked != fixed:
            return INVALID_MESSAGE_TYPE
        if (fixed or asked or DEFAULT_MESSAGE_TYPE) not in self._routes:
            return INVALID_MESSAGE_TYPE
        try:
            wanted = options.split(command.options) if command.options else {}
            if "ack_conflation" in wanted:
                client.ack_interval_ns = options.interval_ns(wanted["ack_conflation"])
        except options.OptionsError:
            return INVALID_OPTIONS
        return None if wanted.keys() <= {"ack_conflation", "pretty", "none"} else INVALID_OPTIONS

    def _answer_logon(self, client: Client, command: Command) -> None:
        """The number in the answer makes the client drop what it stored up to it, so the answer waits for the sync."""
        last = client.publisher.last
        fields = [
            (b"client_name", client.name),
            (b"bm", b"%d|%d|" % (client.publisher.id, last)),
            (b"version", version.AMPS_VERSION.encode()),
        ]
        if command.acks & RECEIVED:
            self._outbox.send(client, amps.ack(b"received", command_id=command.command_id))
        answer = amps.ack(b"processed", command_id=command.command_id, sequence=last, fields=fields)
        if command.acks & PROCESSED:
            self._outbox.hold(client, answer)
        self._report(
            "12-0010",
            client=client.label,
            address=client.address,
            version=(command.version or b"").decode("utf-8", "replace"),
            message_type=client.message_type.decode(),
        )
        self._happened(ClientLoggedOn(client.name_for_actions, client.connection_name, client.identity))

    def _refuse_command(self, client: Client, command: Command, reason: str) -> None:
        self._outbox.send(client, amps.ack(b"processed", command_id=command.command_id, reason=reason))


def _told(subscription: Subscription) -> tuple[str, str, str, bytes, bytes]:
    """What actions are told of a subscription: topic, message type, client, options, filter."""
    client = subscription.client
    return (
        subscription.topic.decode("utf-8", "surrogateescape"),
        client.message_type.decode(),
        client.name_for_actions,
        subscription.options,
        b"" if subscription.filter is None else subscription.filter.text.encode("utf-8", "surrogateescape"),
    )
