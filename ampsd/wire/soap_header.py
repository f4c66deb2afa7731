"""The protocol xml, also called soap: an envelope whose header has an element for each field, and the body after it.

Clients write names into CDATA sections and everything else as it is; they read names with entities, and know no CDATA.
"""

import re

from ampsd.wire import amps
from ampsd.wire.command import Command

_NAMES: dict[bytes, bytes] = {
    b"Cmd": b"c",
    b"Tpc": b"t",
    b"CmdId": b"cid",
    b"ClntName": b"client_name",
    b"UsrId": b"user_id",
    b"TxmTm": b"ts",
    b"Fltr": b"filter",
    b"MsgTyp": b"mt",
    b"AckTyp": b"a",
    b"SubId": b"sub_id",
    b"Version": b"version",
    b"Expn": b"e",
    b"Hrtbt": b"heartbeat",
    b"TmIntvl": b"timeout_interval",
    b"LeasePrd": b"lp",
    b"Status": b"status",
    b"QId": b"query_id",
    b"BtchSz": b"bs",
    b"TopN": b"top_n",
    b"OrderBy": b"orderby",
    b"SowKeys": b"sow_keys",
    b"CrlId": b"x",
    b"Seq": b"s",
    b"BkMrk": b"bm",
    b"PW": b"pw",
    b"Opts": b"opts",
    b"RecordsInserted": b"records_inserted",
    b"RecordsUpdated": b"records_updated",
    b"RecordsDeleted": b"records_deleted",
    b"RecordsReturned": b"records_returned",
    b"TopicMatches": b"topic_matches",
    b"Matches": b"matches",
    b"MsgLn": b"l",
    b"SowKey": b"k",
    b"GrpSqNum": b"gseq",
    b"SubIds": b"sids",
    b"Reason": b"reason",
}
_ELEMENTS = {name: element for element, name in _NAMES.items()}
_OPENING = b"<SOAP-ENV:Envelope><SOAP-ENV:Header>"
_MIDDLE = b"</SOAP-ENV:Header><SOAP-ENV:Body>"
_CLOSING = b"</SOAP-ENV:Body></SOAP-ENV:Envelope>"
_FIELD = re.compile(rb"<(\w{2,20})>(?:<!\[CDATA\[(.*?)\]\]></\1>|([^<]*)</\1>)", re.DOTALL)
_ENTITY = re.compile(rb"&(amp|lt|gt|quot|apos);")
_CHARACTERS = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}


class SoapHeader:
    """The header of xml and soap."""

    __slots__ = ()

    def read(self, data: bytes, start: int, end: int, header_size_max: int) -> Command:
        """The command in one frame's bytes. Unknown elements are passed over. Raises HeaderError."""
        header_end = data.find(_MIDDLE, start, min(end, start + header_size_max))
        if header_end < 0 or not data.startswith(_OPENING, start, end) or not data.endswith(_CLOSING, start, end):
            raise amps.HeaderError("the frame is not an envelope with a header and a body")
        fields: list[tuple[bytes, bytes]] = []
        at = start + len(_OPENING)
        while at < header_end:
            match = _FIELD.match(data, at, header_end)
            if match is None:
                raise amps.HeaderError("the header is not a list of elements")
            element, quoted, plain = match.groups()
            name = _NAMES.get(element)
            if name is not None:
                fields.append((name, _unescaped(plain) if quoted is None else quoted))
            at = match.end()
        return amps.command_of(fields, data[header_end + len(_MIDDLE) : end - len(_CLOSING)])

    def write(self, frame: bytes) -> bytes:
        """The frame as an envelope."""
        fields, body = amps.parts_of(frame)
        parts: list[bytes] = [_OPENING]
        for name, value in fields:
            element = _ELEMENTS.get(name)
            if element is not None:
                parts.append(b"<%b>%b</%b>" % (element, _escaped(value), element))
        parts += [_MIDDLE, body]
        return amps.frame(b"".join(parts), _CLOSING)


def _escaped(value: bytes) -> bytes:
    return value.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _unescaped(value: bytes) -> bytes:
    return _ENTITY.sub(lambda match: _CHARACTERS[match.group(1)], value)
