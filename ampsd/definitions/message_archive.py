"""ampsd:MessageArchive: where copies of queued messages are kept. AMPS has none."""

from ampsd.declare import BYTES, PATH, Definition, option


class MessageArchiveDefinition(Definition, element="ampsd:MessageArchive"):
    """Copies every message that enters a queue to a directory, each read back; deliveries never wait. AMPS has none."""

    directory: str = option(PATH, "The directory; it is made where it is missing.", xml="ampsd:Directory")
    max_message_size: int = option(
        BYTES,
        "Larger messages are not archived; 0 is no limit.",
        xml="ampsd:MaxMessageSize",
        default=0,
    )
