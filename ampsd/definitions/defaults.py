"""Values and defaults as an operator would write them."""

from ampsd import units
from ampsd.declare import Option
from ampsd.definitions.kinds import FILE_MASK, MILLISECONDS, PERCENT


def default_text(option: Option) -> str:
    """The default of an option as the text of its element; empty when there is none, or none that can be written."""
    return "" if option.is_required else text_of_value(option, option.default)


def text_of_value(option: Option, value: object) -> str:
    """A value of the option as the text of its element; empty when there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if option.kind is FILE_MASK:
        return f"{value:04o}"
    if option.kind is PERCENT:
        return f"{value}%"
    if option.kind is MILLISECONDS and isinstance(value, int):
        return str(value // 1_000_000)
    if isinstance(value, int) and option.attribute.endswith("_ns"):
        return units.interval_text(value)
    if isinstance(value, int) and option.attribute.endswith("_bytes"):
        return _size_text(value)
    return _joined(value) if isinstance(value, tuple) else str(value)


def _size_text(size: int) -> str:
    for unit, factor in (("TB", 1 << 40), ("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)


def _joined(values: tuple[object, ...]) -> str:
    """Versions are numbers with dots; other values of several words are written with blanks."""
    separator = "." if all(isinstance(one, int) for one in values) else " "
    return separator.join(map(str, values))
