"""The TransactionLog: which topics are recorded, and where (User Guide, Transaction Log)."""

from ampsd import limits
from ampsd.declare import (
    BOOLEAN,
    BYTES,
    COUNT,
    INTERVAL,
    MESSAGE_TYPE,
    NO_EFFECT,
    PATH,
    TOPIC_OR_REGEX,
    TUNING,
    Definition,
    option,
    ranged,
)


class LoggedTopicDefinition(Definition, element="Topic"):
    """A topic that is recorded, or a regular expression for several (User Guide, Transaction Log)."""

    name: str = option(TOPIC_OR_REGEX, "Topic, or regular expression; .* is every topic.", reload="live")
    message_type: str = option(MESSAGE_TYPE, "Message type of the topic.", refers_to="message type", reload="live")


class TransactionLogDefinition(Definition, element="TransactionLog"):
    """The journal of the instance (User Guide, Transaction Log)."""

    journal_directory: str = option(PATH, "Directory of the journal files; of one instance only.", reload="refused")
    journal_archive_directory: str | None = option(
        PATH,
        "Directory that journal files are moved to when an action archives them; they are read from there.",
        default=None,
        reload="refused",
    )
    preallocated_journal_files: int = option(
        ranged(COUNT, low=1, text="at least 1"),
        "Journal files that are made ready in advance.",
        default=2,
        marks=(TUNING,),
        advice="Remove it; the next file is made ready when it is needed.",
    )
    journal_size_given_bytes: int = option(
        BYTES,
        "Size of a journal file; below 10M it is raised to 10M.",
        xml="JournalSize",
        synonyms=("MinJournalSize",),
        default=1 << 30,
    )
    flush_interval_ns: int = option(
        ranged(INTERVAL, low=1_000, high=1_000_000_000, text="1us to 1000ms"),
        "Longest wait before messages are written and synced; more than 1 ms is as 1 ms.",
        default=100_000_000,
    )
    o_direct: bool = option(
        BOOLEAN,
        "Whether the system's file cache is passed by.",
        xml="O_DIRECT",
        default=True,
        marks=(TUNING,),
        advice="Remove it; journals are written through the cache and then forced to disk, every time.",
    )
    inactive_client_ack_expiration_ns: int | None = option(
        INTERVAL,
        "How long the last sequence of a publisher that does not come back is remembered.",
        default=None,
        marks=(NO_EFFECT,),
        advice="Remove it; publishers are never forgotten.",
    )
    compressed_journal_cache_memory_limit_bytes: int | None = option(
        BYTES,
        "Memory for reading compressed journals.",
        default=None,
        marks=(TUNING,),
        advice="Remove it; of compressed journals one block of 64 KB is kept in memory.",
    )
    topics: tuple[LoggedTopicDefinition, ...] = option(
        LoggedTopicDefinition, "A topic that is recorded.", repeatable=True, reload="live"
    )

    @property
    def journal_size_bytes(self) -> int:
        """Size of a journal file in bytes, at least JOURNAL_SIZE_MIN."""
        return max(self.journal_size_given_bytes, limits.JOURNAL_SIZE_MIN)
