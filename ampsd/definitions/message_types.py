"""MessageTypes: types of message bodies beyond those that are always there (User Guide, Message Types)."""

from ampsd.declare import ANY, BOOLEAN, COUNT, NOT_RUNNING, PATH, TEXT, Definition, option

_PLAIN = "Remove it; only the plain form runs, a built-in type under its own name."


class MessageTypeDefinition(Definition, element="MessageType"):
    """A message type. Of these, a built-in type under its own name runs (User Guide, Message Types)."""

    name: str = option(TEXT, "Name that other sections use.")
    module: str | None = option(
        TEXT, "Built-in type it is made of; without it, the one called Name.", default=None, refers_to="message type"
    )
    amps_version_compliance: str | None = option(
        TEXT,
        "Tags of statistics messages.",
        xml="AMPSVersionCompliance",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    options: str | None = option(ANY, "Options of the module.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN)
    field_separator: int | None = option(
        COUNT, "Code of the character between fields.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    header_separator: int | None = option(
        COUNT, "Code of the character between headers.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    message_separator: int | None = option(
        COUNT, "Code of the character between messages.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    early_termination_optimization: bool = option(
        BOOLEAN,
        "Whether the first of two equal keys counts, or the last.",
        default=True,
        marks=(NOT_RUNNING,),
        advice=_PLAIN,
    )
    parts: tuple[str, ...] = option(
        TEXT, "Part of a composite type.", xml="MessageType", repeatable=True, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    type: str | None = option(TEXT, "Message of a protobuf type.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN)
    proto_paths: tuple[str, ...] = option(
        TEXT, "Where proto files are looked for.", xml="ProtoPath", repeatable=True, marks=(NOT_RUNNING,), advice=_PLAIN
    )
    proto_file: str | None = option(PATH, "Proto file.", default=None, marks=(NOT_RUNNING,), advice=_PLAIN)
    fields: tuple[str, ...] = option(
        TEXT, "Field of a struct type.", xml="Field", repeatable=True, marks=(NOT_RUNNING,), advice=_PLAIN
    )


class MessageTypesDefinition(Definition, element="MessageTypes"):
    """Message types beyond those that are always there (User Guide, Message Types)."""

    message_types: tuple[MessageTypeDefinition, ...] = option(
        MessageTypeDefinition, "One message type.", repeatable=True
    )
