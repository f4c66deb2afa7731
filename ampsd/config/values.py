"""Values of settings as people write them, for what shows a configuration: secrets masked, units in full."""

from ampsd.declare import MODULE_OPTIONS, SECRET, Definition, Option
from ampsd.definitions.defaults import text_of_value

MASK = "********"
NOTHING = "-"
"""Stands for a setting without a value: no limit, no file, nothing asked for."""


def value_text(option: Option, value: object) -> str:
    """One value of the option, as an AMPSConfig would hold it."""
    if SECRET in option.marks and value is not None:
        return MASK
    if option.kind is MODULE_OPTIONS and not isinstance(value, Definition) and value:
        return MASK  # what a foreign module takes may be a password
    text = text_of_value(option, value)
    return text or NOTHING


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
