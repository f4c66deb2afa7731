"""The frames of messages that a queue hands to one subscription.

The innermost loop of a queue: a run of messages shares everything but bookmark, length and body, so the rest is made
once. User Guide, Message Queues; Command Reference, Content Messages.
"""

from collections.abc import Sequence

from ampsd.engine.bodies import Bodies
from ampsd.engine.entries import Block, Body
from ampsd.engine.publishers import Publisher
from ampsd.wire import amps


def deliveries(
    block: Block, slots: Sequence[int], start: bytes, middle: bytes, publishers: Sequence[Publisher], kept: Bodies
) -> tuple[list[bytes], bytes]:
    """The bookmarks of these entries, and their frames.

    A header is `start` up to the bookmark, the bookmark, `middle` behind it, and the length. Raises JournalDamageError.
    """
    bookmarks = bookmarks_of(block, slots, publishers)
    pieces: list[bytes] = []
    length = fixed = -1
    tail = extra = tail_extra = b""
    for bookmark, body in zip(bookmarks, _bodies(block, slots, kept), strict=True):
        if isinstance(body, bytes):
            data, extra = body, b""
        else:
            data, correlation_id, _ = body
            extra = b"" if correlation_id is None else b',"x":"%b"' % amps.escape(correlation_id)
        if len(data) != length or extra != tail_extra:
            length, tail_extra = len(data), extra
            tail = b'%b%b,"l":%d}' % (middle, extra, length)
            fixed = len(start) + len(tail) + length
        pieces += ((fixed + len(bookmark)).to_bytes(4, "big"), start, bookmark, tail, data)
    return bookmarks, b"".join(pieces)


def bookmarks_of(block: Block, slots: Sequence[int], publishers: Sequence[Publisher]) -> list[bytes]:
    """The bookmarks of these entries."""
    sequences, numbers = block.sequences, block.publishers
    number = numbers[slots[0]]
    if len(slots) > 1 and isinstance(slots, range) and numbers[slots.start : slots.stop].count(number) == len(slots):
        publisher = b"%d|" % publishers[number].id
        return [b"%b%d|" % (publisher, sequence) for sequence in sequences[slots.start : slots.stop]]
    return [b"%d|%d|" % (publishers[numbers[slot]].id, sequences[slot]) for slot in slots]


def _bodies(block: Block, slots: Sequence[int], kept: Bodies) -> list[Body]:
    bodies = block.bodies
    if bodies is None:
        return [kept.get(block, slot) for slot in slots]
    found = bodies[slots.start : slots.stop] if isinstance(slots, range) else [bodies[slot] for slot in slots]
    return [kept.get(block, slot) if one is None else one for slot, one in zip(slots, found, strict=True)]
