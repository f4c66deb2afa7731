"""What a client is told of its commands: acks of success, where it asked for them, and of failure."""

from ampsd import limits
from ampsd.engine.client import Client
from ampsd.engine.outbox import Outbox
from ampsd.engine.persisted import PersistedAcks
from ampsd.ports import Report
from ampsd.wire import amps
from ampsd.wire.command import COMPLETED, PERSISTED, PROCESSED, RECEIVED, Command

_ACK_WORDS = ((PROCESSED, b"processed"), (COMPLETED, b"completed"))


class Answers:
    """Sends acks, or holds them until what they tell of is durable."""

    def __init__(self, outbox: Outbox, acks: PersistedAcks, report: Report) -> None:
        self._outbox = outbox
        self._acks = acks
        self._report = report

    def fail(self, client: Client, command: Command, reason: str) -> None:
        """A failure is told where the client asked for an ack, or gave an id to tell it by."""
        if command.acks or command.command_id is not None:
            self._outbox.send(client, amps.ack(b"processed", command_id=command.command_id, reason=reason))

    def succeed(self, client: Client, command: Command, fields: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        """The command is carried out: the acks it asked for, but for persisted."""
        if command.acks & RECEIVED:
            self._outbox.send(client, amps.ack(b"received", command_id=command.command_id))
        for bit, word in _ACK_WORDS:
            if command.acks & bit:
                self._outbox.send(client, amps.ack(word, command_id=command.command_id, fields=fields))

    def persisted(self, client: Client, command: Command) -> None:
        """The persisted ack of a publish or sow_delete: conflated by sequence, or by id where it has none."""
        if command.acks & PERSISTED:
            if command.sequence:
                self._acks.note(client, client.publisher.last)
            else:
                self._outbox.hold(client, amps.ack(b"persisted", command_id=command.command_id))

    def refuse_publish(
        self,
        client: Client,
        topic: bytes,
        reason: str,
        command_id: bytes | None,
        sequence: int,
        wants_persisted: bool,
    ) -> None:
        """A publish that cannot be processed always gets a failure ack, asked for or not."""
        number = client.refusals = client.refusals + 1
        if number <= limits.REFUSALS_LOGGED or number & (number - 1) == 0:
            name = topic.decode("utf-8", "replace")
            self._report("04-0001", client=client.label, topic=name, number=number, reason=reason)
        if wants_persisted and sequence:
            self._acks.fail(client, sequence, reason)
        elif wants_persisted:
            self._outbox.send(client, amps.ack(b"persisted", command_id=command_id, reason=reason, sequence=0))
        else:
            self._outbox.send(client, amps.ack(b"processed", command_id=command_id, reason=reason))
