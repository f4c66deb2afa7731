"""What may be wrong with the files of the log, as errors."""


class JournalDamageError(Exception):
    """Bytes that were acknowledged as durable are not what was written. Names the file and the offset in it."""

    def __init__(self, file: str, offset: int, what: str) -> None:
        super().__init__(f"{file} is damaged at offset {offset}: {what}")
        self.file = file
        self.offset = offset
        self.what = what


class MessageGoneError(JournalDamageError):
    """The log does not go back so far: the message's journal file was removed."""

    def __init__(self, position: int) -> None:
        super().__init__("the log", position, "the journal file was removed")

    def __str__(self) -> str:
        return "its journal file was removed"


class ForeignJournalError(JournalDamageError):
    """A file is whole, but not of this version, this instance or this transaction log."""


class JournalFailedError(Exception):
    """Writing or syncing failed. Nothing more may be acknowledged on this journal."""

    def __init__(self, file: str, error: OSError) -> None:
        super().__init__(f"{file}: {error.strerror or error}")
        self.file = file
        self.error = error
