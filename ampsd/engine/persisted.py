"""Persisted acks: conflated per client, success only after the sync, failures between the successes they interrupt.

User Guide, Command Acknowledgment: for 1 to 5 with 3 failing a client hears success 2, failure 3, success 5. A client
drops everything up to an acknowledged number from its store, so the success before a failure is obligatory.
"""

from ampsd.engine.client import Client
from ampsd.engine.entries import NEVER
from ampsd.engine.outbox import Outbox, PersistedAck
from ampsd.engine.turn import Turn
from ampsd.wire import amps


class PersistedAcks:
    """Notes sequences as they are handled, and sends acks as they become durable and due."""

    def __init__(self, outbox: Outbox, turn: Turn, is_logged: bool) -> None:
        self._outbox = outbox
        self._turn = turn
        self._is_logged = is_logged
        self._noted: list[Client] = []
        self._due: dict[int, Client] = {}
        self.next_ns = NEVER
        """When `tick` may have something to do, in monotonic nanoseconds."""
        outbox.reached = self._reached

    def note(self, client: Client, sequence: int) -> None:
        """The command numbered `sequence` is handled; its ack follows once what it logged is durable.

        Without a transaction log acks are not conflated: each is sent at once.
        """
        if not self._is_logged:
            self._send(client, sequence)
            return
        client.noted_sequence = sequence
        if not client.is_ack_noted:
            client.is_ack_noted = True
            self._noted.append(client)

    def fail(self, client: Client, sequence: int, reason: str) -> None:
        """The command numbered `sequence` failed; the client hears so after the success of those before it."""
        self._hold_noted(client)
        self._outbox.hold_ack(PersistedAck(client, sequence, reason))

    def push(self, client: Client) -> None:
        """Do not wait for the interval with the acks of what was handled so far (a flush asked)."""
        self._hold_noted(client)
        self._outbox.hold_ack(PersistedAck(client, client.noted_sequence, is_pushed=True))

    def settle(self) -> None:
        """End of a turn's handling: hold what was noted until the log is durable."""
        for client in self._noted:
            if client.is_ack_noted:
                self._hold_noted(client)
        self._noted.clear()

    def tick(self) -> None:
        """Send what is due."""
        if self.next_ns > self._turn.now_ns:
            return
        self.next_ns = NEVER
        for client in list(self._due.values()):
            if client.ack_due_ns <= self._turn.now_ns:
                self._send_due(client)
            else:
                self.next_ns = min(self.next_ns, client.ack_due_ns)

    def forget(self, client: Client) -> None:
        """The client is gone."""
        self._due.pop(client.connection, None)

    def _hold_noted(self, client: Client) -> None:
        if client.is_ack_noted:
            client.is_ack_noted = False
            self._outbox.hold_ack(PersistedAck(client, client.noted_sequence))

    def _reached(self, ack: PersistedAck) -> None:
        client = ack.client
        if client.closing is not None:
            return
        if ack.reason is not None:
            self._send_due(client)
            self._send(client, ack.sequence, ack.reason)
            client.durable_sequence = client.sent_sequence = max(ack.sequence, client.sent_sequence)
            return
        client.durable_sequence = max(ack.sequence, client.durable_sequence)
        if client.durable_sequence == client.sent_sequence:
            return
        if ack.is_pushed or client.ack_due_ns <= self._turn.now_ns:
            self._send_due(client)
        else:
            self._due[client.connection] = client
            self.next_ns = min(self.next_ns, client.ack_due_ns)

    def _send_due(self, client: Client) -> None:
        self._due.pop(client.connection, None)
        if client.closing is None and client.durable_sequence > client.sent_sequence:
            client.sent_sequence = client.durable_sequence
            client.ack_due_ns = self._turn.now_ns + client.ack_interval_ns
            self._send(client, client.durable_sequence)

    def _send(self, client: Client, sequence: int, reason: str | None = None) -> None:
        bookmark = b"%d|%d|" % (client.publisher.id, sequence)
        frame = amps.ack(b"persisted", reason=reason, sequence=sequence, fields=((b"bm", bookmark),))
        self._outbox.send(client, frame)
