"""ampsd:MessageEvents: the record of what happened to each message of the queues. AMPS has none."""

from ampsd.declare import COUNT, INTERVAL, PATH, Definition, option

DAY_NS = 86_400_000_000_000


class MessageEventsDefinition(Definition, element="ampsd:MessageEvents"):
    """Where the events of queued messages are kept, and how many; each queue has a switch of its own. AMPS has none."""

    file_name: str | None = option(
        PATH,
        "The SQLite file; without it, NAME.events in the JournalDirectory.",
        xml="ampsd:FileName",
        default=None,
    )
    keep_for_ns: int = option(
        INTERVAL, "How long events are kept; 0 is for ever.", xml="ampsd:KeepFor", default=7 * DAY_NS
    )
    keep_at_most: int = option(
        COUNT, "How many events are kept; 0 is no limit.", xml="ampsd:KeepAtMost", default=10_000_000
    )
