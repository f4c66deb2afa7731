"""Who published what: a publisher's id and the highest sequence number seen from it.

The id is a hash of the client name, the same on every instance. Messages published without a sequence number are
numbered by us under a second id, derived from client name and instance name by a hash of its own, so that no name a
client can choose gives that id.
"""

from hashlib import blake2b

INTERNAL = b"ampsd"
"""Client name of publishes made by actions."""


_OURS = b"numbered by us"
"""Sets the hash of our own ids apart from that of clients' ids."""


def publisher_id(name: bytes, kind: bytes = b"") -> int:
    """64 bits of the name's hash, never 0: clients treat publisher 0 as reserved."""
    return int.from_bytes(blake2b(name, digest_size=8, person=kind).digest(), "big") or 1


class Publisher:
    """One publisher: `number` is its place in the table, `last` the highest sequence seen (0 for none).

    `is_ours` says that this instance numbers its messages; of publishers that only the log has named it is not known.
    """

    __slots__ = ("id", "is_ours", "last", "number")

    def __init__(self, identity: int, number: int) -> None:
        self.id = identity
        self.number = number
        self.last = 0
        self.is_ours = False


class Publishers:
    """All publishers the log or a connection has named, by id and by number."""

    def __init__(self, instance_name: bytes) -> None:
        self._instance_name = instance_name
        self._by_id: dict[int, Publisher] = {}
        self.table: list[Publisher] = []

    def by_id(self, identity: int) -> Publisher:
        """The publisher with that id, new when it was unknown."""
        found = self._by_id.get(identity)
        if found is None:
            found = self._by_id[identity] = Publisher(identity, len(self.table))
            self.table.append(found)
        return found

    def sequenced(self, client_name: bytes) -> Publisher:
        """Publisher of a client that numbers its messages."""
        return self.by_id(publisher_id(client_name))

    def unsequenced(self, client_name: bytes) -> Publisher:
        """Publisher under which this instance numbers a client's messages."""
        found = self.by_id(publisher_id(client_name + b"\0" + self._instance_name, _OURS))
        found.is_ours = True
        return found

    def known(self, identity: int) -> Publisher | None:
        """The publisher with that id, None when nothing was seen from it."""
        return self._by_id.get(identity)
