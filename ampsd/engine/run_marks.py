"""The mark of a run of an action that waits, as the log has it: what it goes on with, and its variables.

A line of words, `step retries length reasons number digest topic`, and behind it each variable: the lengths of its name
and of its value, name, value.
The message itself is left out; it is in the log. Marks of format version 3 are the first four words.
"""

from collections.abc import Iterator, Mapping

from ampsd.engine.events import Event, MessageExpired
from ampsd.storage import records

_DATA_NAME = b"AMPS_DATA"


def written(
    step: int, retries: int, number: int, digest: str, event: Event, length: int, variables: Mapping[str, bytes]
) -> bytes:
    """The text of a mark; `length` is that of the message's record."""
    reasons = ",".join(event.reasons) if isinstance(event, MessageExpired) else ""
    topic = str(getattr(event, "topic", ""))
    line = f"{step} {retries} {length} {reasons} {number} {digest} {topic}".encode("utf-8", "surrogateescape")
    data = getattr(event, "data", None)
    return b"".join(
        [
            line.replace(b"\n", b" "),
            b"\n",
            *(
                b"%d %d:%b%b" % (len(name), len(value), name, value)
                for name, value in (
                    (name.encode("utf-8", "surrogateescape"), value) for name, value in variables.items()
                )
                if name != _DATA_NAME or value != data
            ),
        ]
    )


class RunMark:
    """A mark, read. `variables` are None where only the event's are known; without AMPS_DATA that is the message."""

    __slots__ = (
        "digest",
        "due_wall_ns",
        "length",
        "number",
        "reasons",
        "retries",
        "step",
        "topic",
        "variables",
    )

    def __init__(self, mark: records.Mark) -> None:
        line, _, rest = mark.text.partition(b"\n")
        words = line.decode("utf-8", "surrogateescape").split(" ", 6)
        is_old = len(words) == 4
        step, retries, length, reasons, number, digest, topic = (*words, "0", "", "") if is_old else words
        self.step = int(step)
        self.retries = int(retries)
        self.length = int(length)
        self.reasons = tuple(reasons.split(",")) if reasons else ()
        self.number = int(number)
        self.digest = digest
        self.topic = topic
        self.variables = None if is_old else dict(_variables(rest))
        self.due_wall_ns = mark.value

    @property
    def has_begun(self) -> bool:
        """Whether it was under way, and did not only wait for its turn."""
        return self.retries > 0


def _variables(text: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(text):
        colon = text.index(b":", at)
        name_length, length = map(int, text[at:colon].split())
        value_at = colon + 1 + name_length
        yield text[colon + 1 : value_at].decode("utf-8", "surrogateescape"), text[value_at : value_at + length]
        at = value_at + length
