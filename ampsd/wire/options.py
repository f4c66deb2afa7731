"""The option string of a command: items and name=value pairs separated by commas, brackets and quotes respected."""

from ampsd import units


class OptionsError(ValueError):
    """The option string cannot be read."""


def split(text: bytes) -> dict[str, str]:
    """Options by lower-case name; an item without a value has the empty text. The last of a repeated item wins."""
    found: dict[str, str] = {}
    for item in _items(text.decode("utf-8", "surrogateescape")):
        name, _, value = item.partition("=")
        if name.strip():
            found[name.strip().lower()] = value.strip()
    return found


def _items(text: str) -> list[str]:
    items: list[str] = []
    depth = 0
    quote = ""
    start = 0
    for at, character in enumerate(text):
        if quote:
            if character == quote:
                quote = ""
        elif character in "'\"" and depth:
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "," and depth == 0:
            items.append(text[start:at])
            start = at + 1
    if depth or quote:
        raise OptionsError("a bracket or quote in the options is not closed")
    items.append(text[start:])
    return items


def whole_number(text: str) -> int:
    """A whole number of an option. Raises OptionsError."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise OptionsError(f"{text!r} is not a whole number")
    return int(text)


def interval_ns(text: str) -> int:
    """An interval of an option in nanoseconds; a bare number is seconds. Raises OptionsError."""
    try:
        return units.interval_ns(text)
    except ValueError as error:
        raise OptionsError(str(error)) from error
