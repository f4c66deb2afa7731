"""Values of settings as people write them, for what shows a configuration: secrets masked, units in full."""

import re

from ampsd.declare import MODULE_OPTIONS, SECRET, Definition, Option
from ampsd.definitions.defaults import text_of_value

MASK = "********"
_IN_TEXT = (
    re.compile(r"(://[^/@\s:]+:)[^/@\s]+(?=@)"),
    re.compile(r"(Authorization\s*:\s*\S+\s+)[^\s\"']+", re.IGNORECASE),
    re.compile(r"((?:password|passwd|secret|token)\s*[=:]\s*)[^\s\"'&,;]+", re.IGNORECASE),
)
"""Passwords in addresses, headers and the words of commands."""
NOTHING = "-"
"""Stands for a setting without a value: no limit, no file, nothing asked for."""


def value_text(option: Option, value: object) -> str:
    """One value of the option, as an AMPSConfig would hold it."""
    if SECRET in option.marks and value is not None:
        return MASK
    if option.kind is MODULE_OPTIONS and not isinstance(value, Definition) and value:
        return MASK  # what a foreign module takes may be a password
    return masked(text_of_value(option, value)) or NOTHING


def masked(text: str) -> str:
    """A text that people see, without what looks like a password in it."""
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def name_of(definition: Definition) -> str:
    """What tells a definition from others of its kind: the module of a step, the name of most others, or nothing."""
    module = getattr(type(definition), "module", "")
    if isinstance(module, str) and module:
        return module
    has_name = any(one.attribute == "name" for one in definition.declared)
    return str(getattr(definition, "name", None) or "") if has_name else ""


def message_type_of(definition: Definition) -> str:
    """The message type that tells it from others of its name; nothing where it has none, or a step fills it in."""
    message_type = getattr(definition, "message_type", None)
    return message_type if isinstance(message_type, str) else ""
