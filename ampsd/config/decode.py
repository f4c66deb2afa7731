"""Bytes of a file to text: encoding, size, and what is no text at all."""

import re

from ampsd import limits
from ampsd.config import codes
from ampsd.config.finding import Finding, Span

_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._\-]+)[\"']")
_DECLARATION_TEXT = re.compile(r"\s*(<\?xml\b.*?\?>)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0\ufffe\uffff]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class RefusedError(Exception):
    """A file cannot be taken. `finding` says why, where and what to do."""

    def __init__(self, code: str, span: Span, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.finding = Finding(code, "error", span, sentence, remedy)


def decode(data: bytes, file: str) -> str:
    """The text of a file, lines ended by newlines, its XML declaration blanked. Raises RefusedError."""
    if len(data) > limits.CONFIG_SIZE_MAX:
        raise RefusedError(
            codes.TOO_LARGE,
            Span(file, 1, 1),
            f"the file has {len(data)} bytes; a configuration may have {limits.CONFIG_SIZE_MAX}",
            "Name the AMPSConfig file itself, or split it with Include.",
        )
    text = _text(data, file).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise RefusedError(
            codes.EMPTY,
            Span(file, 1, 1),
            "the file is empty",
            "Write an AMPSConfig element with at least a Name and a Transport.",
        )
    control = _CONTROL.search(text)
    if control is not None:
        raise _binary(file, text[: control.start()], f"U+{ord(control.group()):04X}")
    declaration = _DECLARATION_TEXT.match(text)
    if declaration is None:
        return text
    start, end = declaration.span(1)
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def codec_of(data: bytes, file: str) -> tuple[bytes, str]:
    """The byte order mark, empty when there is none, and the codec of what follows. Raises RefusedError."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return mark, codec
    control = _CONTROL_BYTES.search(data)
    if control is not None:
        before = data[: control.start()].decode("utf-8", "replace")
        raise _binary(file, before, f"byte {control.group()[0]:#04x}")
    declaration = _DECLARATION.match(data)
    named = declaration.group(1).decode() if declaration else "utf-8"
    found = _ENCODINGS.get(named.lower())
    if found is None:
        raise RefusedError(
            codes.ENCODING,
            Span(file, 1, 1),
            f"the encoding {named!r} is not supported, or is not the file's",
            'Save the file as UTF-8 and write encoding="UTF-8", or leave the encoding out.',
        )
    return b"", found


def _text(data: bytes, file: str) -> str:
    mark, codec = codec_of(data, file)
    data = data[len(mark) :]
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec, "replace")
        raise RefusedError(
            codes.ENCODING,
            _end_of(before, file),
            f"byte {data[error.start]:#04x} is not {codec}",
            "Save the file as UTF-8, or name its encoding in the XML declaration.",
        ) from error


def _end_of(before: str, file: str) -> Span:
    return Span(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _binary(file: str, before: str, what: str) -> RefusedError:
    return RefusedError(
        codes.BINARY,
        _end_of(before, file),
        f"the file is not text: it has {what}, which XML does not allow",
        "Name an AMPSConfig file, saved as UTF-8.",
    )
