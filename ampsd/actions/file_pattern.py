"""Patterns of files in options of actions, with variables (User Guide, Remove Files and Compress Files).

A pattern is read once, when the configuration is loaded, by the shell's rules: * ? [...] are wildcards, a backslash
makes the next character an ordinary one, and a / divides names. The directories before the first name that holds a
wildcard or a variable are the root; what follows is matched name by name below it. The value of a variable is a part of
one name, taken as it is: it is never a wildcard and leads to no other directory.
"""

from collections.abc import Mapping, Sequence

from ampsd.actions.template import Template, fault_at
from ampsd.actions.template_filters import bytes_of
from ampsd.ports import FilePattern

_WILDCARDS = "*?["
_NOT_IN_RANGES = "]-!^["
_NO_NAMES = (b"", b".", b"..")


class _Wildcard:
    """A part of a name as a pattern says it: *, ? or [...]."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern.encode()


_Piece = bytes | _Wildcard | Template
"""What a name is made of: text, a wildcard, or a variable."""


class FilePatternTemplate:
    """A pattern as it was written, `text`; `names` are its variables in order of first use, `root` is a directory."""

    __slots__ = ("_parts", "names", "root", "text")

    def __init__(self, template: Template, root: bytes, parts: Sequence[Sequence[_Piece]]) -> None:
        self.text = template.text
        self.names = template.names
        self.root = root
        self._parts = tuple(tuple(part) for part in parts)

    def fill(self, variables: Mapping[str, bytes]) -> FilePattern:
        """The pattern with the variables filled in; undefined ones are empty.

        Raises ValueError for a value with a / or a NUL byte, and where a name becomes empty, `.` or `..`.
        """
        return FilePattern(self.root, [_filled(part, variables) for part in self._parts])

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FilePatternTemplate) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def parse_file_pattern(text: str) -> FilePatternTemplate:
    """The pattern that `text` is. Raises ValueError, with line and column."""
    template = Template(text.strip())
    text = template.text
    if not text:
        raise ValueError("the pattern is empty")
    if text.startswith("~"):
        raise fault_at(text, 0, "~ is no directory here: write the path, or ./~ for a name")
    components = _Reader(template).read()
    root: list[bytes] = []
    while len(components) > 1 and all(isinstance(piece, bytes) for piece in components[0]):
        root.append(_plain(components.pop(0)))
    parts = [part for part in components[:-1] if _plain(part) not in (b"", b".") or not _is_plain(part)]
    parts.append(components[-1])
    for part in parts:
        if _is_plain(part) and _plain(part) in _NO_NAMES:
            shown = _plain(part).decode()
            raise ValueError(
                f"{text!r} has {shown} behind a wildcard or a variable: write the directory it leads to"
                if shown == ".." and part is not parts[-1]
                else f"{text!r} names a directory: write a pattern for files behind it, such as *.log"
            )
    return FilePatternTemplate(template, _directory(root, is_absolute=text.startswith("/")), parts)


def _directory(names: Sequence[bytes], is_absolute: bool) -> bytes:
    """Names as a path; empty ones, between two slashes, mean nothing."""
    return (b"/" if is_absolute else b"") + b"/".join(filter(None, names)) or b"."


def _is_plain(part: Sequence[_Piece]) -> bool:
    return all(isinstance(piece, bytes) for piece in part)


def _plain(part: Sequence[_Piece]) -> bytes:
    return b"".join([piece for piece in part if isinstance(piece, bytes)])


def _filled(part: Sequence[_Piece], variables: Mapping[str, bytes]) -> bytes:
    pattern, name, is_name = b"", b"", True
    for piece in part:
        if isinstance(piece, _Wildcard):
            pattern += piece.pattern
            is_name = False
            continue
        text = piece if isinstance(piece, bytes) else _value(piece, variables)
        pattern += _escaped(text)
        name += text
    if is_name and name in _NO_NAMES:
        variable = next(piece.text for piece in part if isinstance(piece, Template))
        raise ValueError(f"with {variable} the name of the file or directory is {name.decode()!r}, which is none")
    return pattern


def _value(template: Template, variables: Mapping[str, bytes]) -> bytes:
    value = template.render(variables)
    for byte, called in ((b"/", "/"), (b"\0", "NUL byte")):
        if byte in value:
            raise ValueError(f"the value of {template.text} has a {called}: it may be a part of one name only")
    return value


def _escaped(text: bytes) -> bytes:
    """A pattern that matches the text alone."""
    return b"".join(b"[%c]" % byte if chr(byte) in _WILDCARDS else b"%c" % byte for byte in text)


class _Reader:
    """Reads a pattern into names, and each into text, wildcards and variables."""

    __slots__ = ("_at", "_components", "_ends", "_text")

    def __init__(self, template: Template) -> None:
        self._text = template.text
        self._ends = dict(template.places())
        self._at = 0
        self._components: list[list[_Piece]] = [[]]

    def read(self) -> list[list[_Piece]]:
        while self._at < len(self._text):
            character = self._text[self._at]
            if self._at in self._ends:
                end = self._ends[self._at]
                self._add(Template(self._text[self._at : end]), end)
            elif character == "/":
                self._components.append([])
                self._at += 1
            elif character in "*?":
                self._add(_Wildcard(character), self._at + 1)
            elif character == "[":
                self._bracket(self._closing_bracket())
            else:
                self._add(*self._character())
        return self._components

    def _add(self, piece: _Piece, end: int) -> None:
        self._components[-1].append(piece)
        self._at = end

    def _character(self) -> tuple[bytes, int]:
        """What is read at the present place as an ordinary character, and where it ends."""
        character, end = self._text[self._at], self._at + 1
        if character == "\\":
            if end in self._ends:
                raise fault_at(
                    self._text, self._at, "a backslash before a variable: leave it out; a value is plain text"
                )
            if self._text[end : end + 1] in ("", "/"):
                raise fault_at(self._text, self._at, "a backslash that no character follows")
            character, end = self._text[end], end + 1
        if character == "\0":
            raise fault_at(self._text, self._at, "a NUL byte, which no name can hold")
        return bytes_of(character), end

    def _closing_bracket(self) -> int:
        """Where the set ends that begins here."""
        at = self._at + 1
        if self._text[at : at + 1] == "^":
            raise fault_at(self._text, self._at, "shells do not agree on [^: write [! for other characters, or [\\^")
        at += self._text[at : at + 1] == "!"
        first = at
        while at < len(self._text) and self._text[at] != "/":
            if self._text[at] == "]" and at > first:
                return at
            at = self._ends.get(at, at + 2 if self._text[at] == "\\" else at + 1)
        raise fault_at(self._text, self._at, "this [ is not closed: write \\[ if it is text")

    def _bracket(self, closing: int) -> None:
        """A set of characters, rewritten so that it needs no backslash."""
        opening, self._at = self._at, self._at + 1
        is_negated = self._text[self._at] == "!"
        self._at += is_negated
        members: list[str] = []
        ranges = ""
        while self._at < closing:
            character = self._member()
            if self._text[self._at] == "-" and self._at + 1 < closing:
                self._at += 1
                last = self._member()
                if character in _NOT_IN_RANGES or last in _NOT_IN_RANGES:
                    raise fault_at(self._text, opening, f"a range from {character} to {last}: write its characters")
                if character > last:
                    raise fault_at(self._text, opening, f"the range from {character} to {last} is empty: turn it round")
                ranges += f"{character}-{last}"
            else:
                members.append(character)
        self._add(_Wildcard(_set(members, ranges, is_negated)), closing + 1)

    def _member(self) -> str:
        if self._at in self._ends:
            raise fault_at(self._text, self._at, "a variable may not stand between [ and ]: write \\[ if it is text")
        if self._text[self._at] == "[" and self._text[self._at + 1 : self._at + 2] in (":", ".", "="):
            raise fault_at(self._text, self._at, "classes are not known: write the characters, such as [0-9a-f]")
        at = self._at
        character, self._at = self._character()
        if not character.isascii():
            raise fault_at(self._text, at, "between [ and ] only ASCII is known: names are bytes")
        return character.decode()


def _set(members: Sequence[str], ranges: str, is_negated: bool) -> str:
    """A set of characters as `fnmatch` reads it: ] first, - last, ! not first."""
    plain = "".join(one for one in dict.fromkeys(members) if one not in "]-!")
    ordered = ("]" if "]" in members else "") + ranges + plain
    ends = ("!" if "!" in members else "") + ("-" if "-" in members else "")
    if not is_negated and not ordered:
        ends = ends[::-1]
        if ends == "!":
            return "!"
    return f"[{'!' if is_negated else ''}{ordered}{ends}]"
