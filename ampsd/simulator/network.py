"""Connections that deliver late, in pieces, and not at all when the server dies."""

from collections import deque
from random import Random


class SimNet:
    """The Net port. What the server sends waits in `to_client` until the world delivers it."""

    def __init__(self) -> None:
        self.to_client: dict[int, deque[bytes]] = {}
        self.to_server: dict[int, deque[bytes]] = {}
        self.closed_by_server: list[int] = []
        self.sent_bytes = 0
        self.stalled: dict[int, int] = {}
        """Connections whose peers do not read, each with the bytes that the network took for it since."""
        self.throttled: list[int] = []

    def open(self, connection: int) -> None:
        """A client connects."""
        self.to_client[connection] = deque()
        self.to_server[connection] = deque()

    def send(self, connection: int, data: bytes) -> int:
        """The server sends; a stalled peer takes what comes first, and nothing behind it."""
        if connection not in self.to_client:
            return 0
        if self.stalled.get(connection):
            raise AssertionError(f"connection {connection} is sent more although it does not read")
        self.to_client[connection].append(data)
        self.sent_bytes += len(data)
        if connection in self.stalled:
            self.stalled[connection] = len(data)
            return len(data)
        return 0

    def throttle(self, connection: int, is_throttled: bool) -> None:
        """Commands of the connection are read no more, or again."""
        if is_throttled:
            self.throttled.append(connection)
        else:
            self.throttled.remove(connection)

    def abort(self, connection: int) -> None:
        """The server closes at once."""
        self.close(connection)

    def close(self, connection: int) -> None:
        """The server closes, after what it sent."""
        if connection in self.to_client:
            self.closed_by_server.append(connection)

    def forget(self, connection: int) -> None:
        """Both ends are gone."""
        self.to_client.pop(connection, None)
        self.to_server.pop(connection, None)

    def pending_to_server(self) -> list[int]:
        """Connections with bytes on their way to the server, in order of connecting."""
        return [connection for connection, waiting in self.to_server.items() if waiting]

    def pending_to_client(self) -> list[int]:
        """Connections with bytes on their way to the client, in order of connecting."""
        return [connection for connection, waiting in self.to_client.items() if waiting]

    def take_for_server(self, connection: int, rng: Random) -> bytes:
        """The next bytes of a connection, sometimes only a part of what was written."""
        waiting = self.to_server[connection]
        data = waiting.popleft()
        if len(data) > 1 and rng.random() < 0.1:
            cut = rng.randrange(1, len(data))
            waiting.appendleft(data[cut:])
            return data[:cut]
        return data
