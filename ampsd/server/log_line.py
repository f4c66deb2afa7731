"""One log record as one line: `2011-11-23T14:49:38.3442510-08:00 [1] info: 00-0015 text` (User Guide, Logging).

Values are data: whatever could end a line, move a terminal's cursor or reorder its text is escaped, so that a client's
name cannot forge a record.
"""

import re
import time

from ampsd import limits
from ampsd.errors import Entry

_NS = 1_000_000_000
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(value: object) -> str:
    """The text of a value, safe to stand in a line and of bounded length. Bytes are read as UTF-8."""
    if isinstance(value, str):
        length = len(value)
        text = value[: limits.LOG_VALUE_LENGTH_MAX]
    elif isinstance(value, bytes | bytearray):
        length = len(value)
        text = value[: limits.LOG_VALUE_LENGTH_MAX].decode("utf-8", "surrogateescape")
    else:
        text = str(value)
        length = len(text)
        text = text[: limits.LOG_VALUE_LENGTH_MAX]
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(_escaped, text)
    if length > limits.LOG_VALUE_LENGTH_MAX:
        text = f"{text}... ({length - limits.LOG_VALUE_LENGTH_MAX} more)"
    return text


def _escaped(match: re.Match[str]) -> str:
    one = match.group()
    number = ord(one)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is not UTF-8, as surrogateescape kept it
        number -= 0xDC00
    if one in _SHORT:
        return _SHORT[one]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


class _Values(dict[str, str]):
    """Values by name; a report that forgets one still makes a line."""

    def __missing__(self, name: str) -> str:
        return "?"


class LineFormat:
    """Makes lines. Remembers the text of the present second, which most records share with the one before."""

    __slots__ = ("_offset", "_second", "_text", "_thread")

    def __init__(self, thread: int = 1) -> None:
        self._thread = thread
        self._second = -1
        self._text = ""
        self._offset = ""

    def timestamp(self, wall_ns: int) -> str:
        """`2011-11-23T14:49:38.3442510-08:00`: seven decimals and the offset of the machine's time zone."""
        second, fraction = divmod(wall_ns, _NS)
        if second != self._second:
            local = time.localtime(second)
            minutes = local.tm_gmtoff // 60
            sign = "-" if minutes < 0 else "+"
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", local)
            self._offset = f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
            self._second = second
        return f"{self._text}.{fraction // 100:07d}{self._offset}"

    def line(self, code: str, entry: Entry, values: dict[str, object], wall_ns: int) -> bytes:
        """The whole line with its end, in UTF-8."""
        text = entry.text.format_map(_Values((name, shown(value)) for name, value in values.items()))
        stamp = self.timestamp(wall_ns)
        return f"{stamp} [{self._thread}] {entry.level}: {code} {text}\n".encode()
