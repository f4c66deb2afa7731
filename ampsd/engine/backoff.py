"""How long a message rests before it is delivered again (ampsd:Backoff)."""

from zlib import crc32

from ampsd.definitions.backoff import BackoffDefinition

_DOUBLINGS_MAX = 62


def wait_ns(definition: BackoffDefinition, attempts: int, position: int) -> int:
    """The wait after so many attempts, in nanoseconds.

    Chance for the jitter comes from the message's position and the attempt: each message has its own, and the
    same run of the instance gives the same waits.
    """
    initial_ns = definition.initial_ns
    if definition.model == "fixed":
        wait = initial_ns
    elif definition.model == "linear":
        wait = initial_ns * attempts
    else:
        wait = initial_ns << min(attempts - 1, _DOUBLINGS_MAX)
    wait = min(wait, definition.maximum_ns)
    if definition.jitter:
        draw = crc32(b"%d %d" % (position, attempts)) / 0xFFFFFFFF
        wait += int(wait * definition.jitter / 100 * (2 * draw - 1))
    return max(wait, 0)
