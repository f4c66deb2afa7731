"""The frames of messages that a queue hands to one subscription.

The innermost loop of a queue: a run of messages shares everything but bookmark, length and body, so the rest is made
once. User Guide, Message Queues; Command Reference, Content Messages.
"""

from collections.abc import Sequence

from ampsd.engine.bodies import Bodies
from ampsd.engine.entries import Block
from ampsd.engine.publishers import Publisher
from ampsd.wire import amps


def deliveries(
    block: Block, slots: Sequence[int], start: bytes, middle: bytes, publishers: Sequence[Publisher], kept: Bodies
) -> tuple[list[bytes], bytes]:
    """The bookmarks of these entries, and their frames.

    A header is `start` up to the bookmark, the bookmark, `middle` behind it, and the length. Raises JournalDamageError.
    """
    sequences, numbers, bodies = block.sequences, block.publishers, block.bodies
    bookmarks: list[bytes] = []
    pieces: list[bytes] = []
    number = length = fixed = -1
    publisher = tail = extra = tail_extra = b""
    for slot in slots:
        if numbers[slot] != number:
            number = numbers[slot]
            publisher = b"%d|" % publishers[number].id
        bookmark = b"%b%d|" % (publisher, sequences[slot])
        bookmarks.append(bookmark)
        data = bodies[slot] if bodies is not None else None
        if type(data) is bytes:
            extra = b""
        else:
            data, correlation_id = kept.get(block, slot)
            extra = b"" if correlation_id is None else b',"x":"%b"' % amps.escape(correlation_id)
        if len(data) != length or extra != tail_extra:
            length, tail_extra = len(data), extra
            tail = b'%b%b,"l":%d}' % (middle, extra, length)
            fixed = len(start) + len(tail) + length
        pieces += ((fixed + len(bookmark)).to_bytes(4, "big"), start, bookmark, tail, data)
    return bookmarks, b"".join(pieces)
