"""Resident memory per message that waits in a queue, for small and large bodies."""

import tempfile
from pathlib import Path

from amps_load import connect, frame
from servers import Ampsd

FIRST = 200_000
MORE = 600_000


def fill(port: int, size: int, count: int) -> None:
    """Publish, and wait until everything is persisted."""
    peer = connect(port, "filler")
    body = b'"' + b"x" * (size - 2) + b'"'
    burst = frame(b'{"c":"p","t":"Jobs"}', body) * 1000
    for _ in range(count // 1000):
        peer.sendall(burst)
    peer.sendall(frame(b'{"c":"flush","cid":"f","a":"persisted"}'))
    peer.recv(4096)
    peer.close()


def main() -> None:
    """Print bytes per waiting message: what the first cost with all buffers, and what each further one costs."""
    for size in (200, 2000):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            server = Ampsd(Path(directory) / "server")
            try:
                empty = server.resident_bytes()
                fill(server.port, size, FIRST)
                first = server.resident_bytes()
                fill(server.port, size, MORE)
                last = server.resident_bytes()
            finally:
                server.stop()
        print(
            f"bodies of {size} bytes: {(first - empty) / 1e6:.0f} MB with {FIRST:,} waiting, buffers included;"
            f" {(last - first) / MORE:.0f} bytes for each of {MORE:,} more",
            flush=True,
        )


if __name__ == "__main__":
    main()
