"""Resident memory per message that waits in a queue, for small and large bodies."""

import sys
import tempfile
from pathlib import Path

from amps_load import connect, frame
from servers import Ampsd

COUNT = 200_000


def fill(port: int, size: int) -> None:
    """Publish, and wait until everything is persisted."""
    peer = connect(port, "filler")
    body = b'"' + b"x" * (size - 2) + b'"'
    burst = frame(b'{"c":"p","t":"Jobs"}', body) * 1000
    for _ in range(COUNT // 1000):
        peer.sendall(burst)
    peer.sendall(frame(b'{"c":"flush","cid":"f","a":"persisted"}'))
    peer.recv(4096)


def main() -> None:
    """Print bytes per waiting message."""
    for size in (200, 2000):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            server = Ampsd(Path(directory) / "server")
            try:
                empty = server.resident_bytes()
                fill(server.port, size)
                used = server.resident_bytes() - empty
            finally:
                server.stop()
        print(f"bodies of {size} bytes: {used / COUNT:.0f} bytes of memory per waiting message ({COUNT:,} waiting)")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
