"""Filters a template may use, `{{AMPS_DATA|json}}`, and what each takes.

Inside jinja2 data are texts with surrogate escapes, so that any bytes pass unchanged; each filter takes and gives one.
"""

import base64
import json
import re
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIX_SEPARATORS = str.maketrans("", "", "\x01\x02\x03")
_IN_MARKUP = {'"': "&quot;", "'": "&apos;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""What an attribute would end at, and what readers of XML replace by blanks and line ends."""


def text_of(data: bytes) -> str:
    """Bytes as a text that gives them back unchanged."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes of such a text."""
    return text.encode("utf-8", "surrogateescape")


def _json(value: str) -> str:
    """The value as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD."""
    return json.dumps(bytes_of(value).decode("utf-8", "replace"), ensure_ascii=False)


def _xml(value: str) -> str:
    """The value as XML text or attribute; what XML cannot hold becomes U+FFFD."""
    return escape(_NOT_IN_XML.sub("\ufffd", value), _IN_MARKUP)


def _fix(value: str) -> str:
    """The value without the bytes that separate FIX and NVFIX fields, headers and messages."""
    return value.translate(_FIX_SEPARATORS)


def _b64(value: str) -> str:
    """The value in base64."""
    return base64.b64encode(bytes_of(value)).decode()


def _upper(value: str) -> str:
    """The value with the letters a to z in upper case."""
    return text_of(bytes_of(value).upper())


def _lower(value: str) -> str:
    """The value with the letters A to Z in lower case."""
    return text_of(bytes_of(value).lower())


def _default(value: str, other: str | int | float) -> str:
    """The value, or `other` where it is empty or undefined."""
    return value or str(other)


def _trunc(value: str, size: int) -> str:
    """At most the first `size` bytes of the value; a UTF-8 character is not split."""
    data = bytes_of(value)
    end = min(size, len(data))
    while end < len(data) and end and data[end] & 0xC0 == 0x80:
        end -= 1
    return text_of(data[:end])


FILTERS: dict[str, Callable[..., str]] = {
    "json": _json,
    "xml": _xml,
    "fix": _fix,
    "b64": _b64,
    "upper": _upper,
    "lower": _lower,
    "default": _default,
    "trunc": _trunc,
}
"""The filters by name."""

ENLARGING = ("json", "xml", "b64")
"""Those whose result may be several times as large as the value."""


def argument_fault(name: str, arguments: Sequence[object]) -> str | None:
    """What is wrong with the constants given to a filter, as a sentence; None when nothing is."""
    if name == "default":
        if len(arguments) != 1 or isinstance(arguments[0], bool) or not isinstance(arguments[0], str | int | float):
            return "default takes one text or number, such as default('none')"
    elif name == "trunc":
        size = arguments[0] if len(arguments) == 1 else None
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            return "trunc takes a number of bytes, such as trunc(100)"
    elif arguments:
        return f"{name} takes nothing in parentheses"
    return None
