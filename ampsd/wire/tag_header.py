"""The protocols fix and nvfix: numbered tags with a separator behind each, another one behind the last, then the body.

Both number the fields from 20000 on. A body's length is a field: clients take exactly so many bytes.
"""

from ampsd.wire import amps
from ampsd.wire.command import Command

_FIRST = 20000
_FIELDS: tuple[tuple[int, bytes], ...] = (
    *((0, b"c"), (1, b"cid"), (2, b"client_name"), (3, b"user_id"), (4, b"ts"), (5, b"t"), (6, b"filter"), (7, b"mt")),
    *((8, b"a"), (9, b"sub_id"), (11, b"version"), (12, b"e"), (15, b"heartbeat"), (16, b"timeout_interval")),
    *((17, b"lp"), (18, b"status"), (19, b"query_id"), (23, b"bs"), (25, b"top_n"), (26, b"orderby")),
    *((32, b"sow_keys"), (35, b"x"), (36, b"s"), (37, b"bm"), (38, b"pw"), (39, b"opts"), (52, b"records_inserted")),
    *((53, b"records_updated"), (54, b"records_deleted"), (55, b"records_returned"), (56, b"topic_matches")),
    *((57, b"matches"), (58, b"l"), (59, b"k"), (60, b"gseq"), (61, b"sids"), (62, b"reason")),
)
_NAMES = {b"%d" % (_FIRST + number): name for number, name in _FIELDS}
_TAGS = {name: tag for tag, name in _NAMES.items()}
FIELD_SEPARATOR = b"\x01"
HEADER_SEPARATOR = b"\x02"


class TagHeader:
    """The header of fix and nvfix."""

    __slots__ = ()

    def read(self, data: bytes, start: int, end: int, header_size_max: int) -> Command:
        """The command in one frame's bytes. Unknown tags are passed over. Raises HeaderError."""
        header_end = data.find(HEADER_SEPARATOR, start, min(end, start + header_size_max))
        if header_end < 0:
            raise amps.HeaderError("the frame has no end of a header")
        fields: list[tuple[bytes, bytes]] = []
        for part in data[start:header_end].split(FIELD_SEPARATOR):
            tag, equals, value = part.partition(b"=")
            if part and not equals:
                raise amps.HeaderError("the header is not a list of tags")
            name = _NAMES.get(tag)
            if name is not None:
                fields.append((name, value))
        return amps.command_of(fields, data[header_end + 1 : end])

    def write(self, frame: bytes) -> bytes:
        """The frame with this header. Separators cannot stand in a value: they become blanks."""
        fields, body = amps.parts_of(frame)
        parts: list[bytes] = []
        for name, value in fields:
            tag = _TAGS.get(name)
            if tag is not None:
                value = value.replace(FIELD_SEPARATOR, b" ").replace(HEADER_SEPARATOR, b" ")
                parts.append(b"%b=%b\x01" % (tag, value))
        return amps.frame(b"".join(parts) + HEADER_SEPARATOR, body)
