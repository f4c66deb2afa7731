"""What an instance keeps on disk: the journal with its locks, the file of events, the archive; care of old files."""

import os
import threading
import time
from collections.abc import Callable
from hashlib import blake2b

from ampsd import limits
from ampsd.config.model import Model
from ampsd.definitions.message_events import MessageEventsDefinition
from ampsd.engine.message_events import KeptNowhere
from ampsd.ports import Clock, EventStore, Report
from ampsd.reactor import ArchiveCompleted, DiskCompleted, Input, UpkeepCompleted
from ampsd.server.archive_directory import ArchiveDirectory
from ampsd.server.disk import Completed, RealDisk
from ampsd.server.event_file import EventFile
from ampsd.server.exits import EXIT_STORAGE, StartError
from ampsd.server.journal_worker import JournalWorker
from ampsd.server.lock_file import locks_of, tell_recovery
from ampsd.storage.journal import Journal
from ampsd.storage.log import ForeignJournalError, JournalDamageError, Log, Unlogged
from ampsd.storage.recovery import Fold, journal_id_of, recover


class Persistence:
    """Of one instance; all but the journal is None where the instance has no TransactionLog, or no archive."""

    def __init__(
        self,
        model: Model,
        report: Report,
        clock: Clock,
        make_disk: Callable[[Completed], RealDisk],
        post: Callable[[Input], None],
        from_thread: Callable[[Callable[[], None]], None],
    ) -> None:
        """`from_thread` runs a function in the loop's thread, and may be called in any; `post` is called there."""
        self._model = model
        self._definition = model.definition
        self._report = report
        self._clock = clock
        self._make_disk = make_disk
        self._from_thread = from_thread
        self._post: Callable[[Input], None] = lambda one: from_thread(lambda: post(one))
        self.disk: RealDisk | None = None
        self.journal: Journal | None = None
        self.store: EventStore = KeptNowhere()
        self.event_file: EventFile | None = None
        self.archive: ArchiveDirectory | None = None
        self.upkeep: JournalWorker | None = None
        self.lock_files: list[int] = []

    @property
    def is_behind(self) -> bool:
        """Whether the disk does not keep up with what is published."""
        return self.journal is not None and self.journal.end - self.journal.durable > limits.JOURNAL_BEHIND_MAX

    @property
    def are_events_behind(self) -> bool:
        """Whether the file of events does not."""
        return self.event_file is not None and self.event_file.waiting_bytes > limits.EVENTS_BEHIND_MAX

    def open(self, begin: Callable[[Log], Fold]) -> Log:
        """The log, with everything in it folded by what `begin` makes of it. Raises StartError, having reported why."""
        try:
            return self._open(begin)
        except ForeignJournalError as error:
            self._report("2C-0006", file=error.file, what=error.what)
            raise StartError(EXIT_STORAGE) from error
        except JournalDamageError as error:
            self._report("2C-0002", file=error.file, offset=error.offset, what=error.what)
            raise StartError(EXIT_STORAGE) from error
        except OSError as error:
            self._report("2C-0003", file=error.filename or "", error=error.strerror or str(error))
            raise StartError(EXIT_STORAGE) from error

    def _open(self, begin: Callable[[Log], Fold]) -> Log:
        definition = self._definition
        transaction_log = definition.transaction_log
        if transaction_log is None:
            unlogged = Unlogged()
            begin(unlogged)
            return unlogged
        directory = os.path.abspath(transaction_log.journal_directory)
        self.disk = self._make_disk(lambda ticket, error: self._post(DiskCompleted(ticket, error)))
        old = transaction_log.journal_archive_directory and os.path.abspath(transaction_log.journal_archive_directory)
        try:
            self.lock_files = locks_of(self.disk, directory, old, definition.name)
        except BlockingIOError as error:
            self._report("2C-0005", directory=error.filename)
            raise StartError(EXIT_STORAGE) from error
        new_id = blake2b(f"{definition.name}\0{self._clock.wall_ns()}".encode(), digest_size=16).hexdigest().encode()
        journal_id = journal_id_of(self.disk, directory, definition.name) or new_id
        self.event_file = self.store = self._open_events(directory, journal_id)
        group_ns = min(limits.GROUP_COMMIT_NS, transaction_log.flush_interval_ns)
        self.journal = Journal(self.disk, group_ns=group_ns)
        if definition.message_archive is not None:
            self.archive = ArchiveDirectory(
                definition.message_archive.directory,
                journal_id,
                lambda refusals, failure: self._post(ArchiveCompleted(refusals, failure)),
            )
        self.upkeep = JournalWorker(lambda ticket, error: self._post(UpkeepCompleted(ticket, error)))
        restore = begin(self.journal)
        started = time.monotonic()
        size = transaction_log.journal_size_bytes
        recovered = recover(self.disk, directory, definition.name, size, journal_id, restore, old)
        self.journal.begin(recovered.tail)
        tell_recovery(self._report, directory, recovered, time.monotonic() - started)
        return self.journal

    def _open_events(self, directory: str, journal_id: bytes) -> EventFile:
        """Where events of messages are kept, also where no queue has any yet: a reload may add one. Raises OSError."""
        settings = self._definition.message_events or MessageEventsDefinition()
        path = os.path.abspath(settings.file_name or f"{directory}/{self._definition.name}.events")

        def report(code: str, **values: object) -> None:
            if threading.current_thread() is threading.main_thread():
                self._report(code, **values)
            else:
                self._from_thread(lambda: self._report(code, **values))

        return EventFile(path, journal_id, settings, report)

    def close(self, is_clean: bool) -> bool:
        """Close what was opened; a clean end is marked in the journal. Whether all of it was written."""
        for one in (self.archive, self.upkeep, self.event_file):
            if one is not None:
                one.close()
        if self.disk is None:
            return True
        is_written = True
        try:
            if is_clean and self.journal is not None:
                self.journal.close()
        except OSError as error:
            self._report("2C-0004", file=error.filename or "", error=error.strerror or str(error))
            is_written = False
        self.disk.close()
        return is_written
