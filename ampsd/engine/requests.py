"""What steps of actions ask for, carried out: each kind of request by the noun that it concerns."""

from collections.abc import Callable, Mapping
from typing import Any

from ampsd import limits
from ampsd.engine.browse import Query
from ampsd.engine.client import Client
from ampsd.engine.effects import (
    CloseTransport,
    DescribeInstance,
    ExtractValues,
    IncrementCounter,
    PublishMessage,
    QueryQueue,
    RaiseEvent,
    Request,
    ResetSecurity,
    SetStatus,
    Shutdown,
    StepFailed,
    SwitchSecurity,
    TellMinidump,
    TreatJournals,
    WriteLog,
)
from ampsd.engine.environments import Environments
from ampsd.engine.events import CustomEvent, Event, MinidumpWritten
from ampsd.engine.inside import Inside
from ampsd.engine.journal_files import JournalFiles
from ampsd.engine.publishers import INTERNAL
from ampsd.engine.routes import Routes
from ampsd.engine.security import Security
from ampsd.engine.subscribe import RefusedError
from ampsd.expressions.compile import NO_FIELDS
from ampsd.message_types.message_type import BodyError
from ampsd.wire.command import Command


class Requests:
    """Carries out what steps ask for. Everything is done when `carry_out` returns, or StepFailed says why not."""

    def __init__(
        self,
        inside: Inside,
        security: Security,
        routes: Mapping[bytes, Routes],
        environments: Environments,
        happened: Callable[[Event], None],
        write: Callable[[WriteLog, Event], None],
        describe: Callable[[], Mapping[str, bytes]],
        journal_files: JournalFiles,
    ) -> None:
        self._journal_verbs = {
            TreatJournals.ARCHIVE: journal_files.archive,
            TreatJournals.COMPRESS: journal_files.compress,
            TreatJournals.REMOVE: journal_files.remove,
        }
        self._routes = routes
        self._environments = environments
        self._happened = happened
        self._describe = describe
        self._counters: dict[bytes, int] = {}
        self.is_stop_asked = False
        """Whether a step has asked for a shutdown."""
        self._performers: dict[type, Callable[[Any, Event], None]] = {
            WriteLog: write,
            PublishMessage: inside.publish,
            SetStatus: inside.note,
            RaiseEvent: self._raise,
            ExtractValues: self._extract,
            QueryQueue: self._query,
            IncrementCounter: self._count,
            SwitchSecurity: lambda request, _: security.switch(request),
            ResetSecurity: lambda request, _: security.reset(request),
            CloseTransport: lambda request, _: security.close_transport(request),
            TreatJournals: self._treat_journals,
            DescribeInstance: self._described,
            TellMinidump: lambda request, event: happened(MinidumpWritten(request.path, event.depth + 1)),
            Shutdown: self._shut_down,
        }

    def carry_out(self, request: Request, event: Event) -> None:
        """Do what a step asks for because of an event. Raises StepFailed."""
        self._performers[type(request)](request, event)

    def _raise(self, request: RaiseEvent, event: Event) -> None:
        raised = CustomEvent(request.name, request.variables, event.depth + 1)
        raised.parent = event.parent
        self._happened(raised)

    def _extract(self, request: ExtractValues, event: Event) -> None:
        routes = self._of_type(request.message_type)
        message_type = routes.message_type
        fields = NO_FIELDS
        if request.data is not None:
            self._refuse_unread(routes)
            try:
                fields = message_type.fields(request.data)
            except BodyError as error:
                raise StepFailed(f"the data are not {request.message_type}: {error}") from error
        environment = self._environments.of_publish(b"", request.data or b"", None)
        request.values = [one.value(fields, environment) for one in request.expressions]

    def _query(self, request: QueryQueue, event: Event) -> None:
        routes = self._of_type(request.message_type)
        client = Client.inside(INTERNAL, request.message_type.encode(), 0)
        client.routes = routes
        command = Command(b"sow")
        command.topic = request.topic.encode("utf-8", "surrogateescape")
        command.order_by = request.order_by or None
        command.options = request.options or None
        self._refuse_unread(routes)
        try:
            request.data = Query(client, command, request.filter).first()
        except RefusedError as error:
            raise StepFailed(f"{error}: {error.detail}" if error.detail else str(error)) from error

    def _count(self, request: IncrementCounter, event: Event) -> None:
        counters, key = self._counters, request.key
        if len(key) > limits.COUNTER_NAME_MAX:
            raise StepFailed(f"the name of the counter is longer than {limits.COUNTER_NAME_MAX} bytes")
        if key not in counters and len(counters) >= limits.COUNTERS_MAX:
            raise StepFailed(f"there are {limits.COUNTERS_MAX} counters already")
        request.count = counters[key] = counters.get(key, 0) + 1

    def _treat_journals(self, request: TreatJournals, event: Event) -> None:
        reason = self._journal_verbs[request.verb](request.age_ns)
        if reason is not None:
            raise StepFailed(reason)

    def _described(self, request: DescribeInstance, event: Event) -> None:
        request.sections = self._describe()

    def _shut_down(self, request: Shutdown, event: Event) -> None:
        self.is_stop_asked = True

    def _refuse_unread(self, routes: Routes) -> None:
        if not routes.message_type.is_read:
            raise StepFailed(f"bodies of message type {routes.message_type.name} have no fields")

    def _of_type(self, message_type: str) -> Routes:
        routes = self._routes.get(message_type.encode("utf-8", "surrogateescape"))
        if routes is None:
            raise StepFailed(f"there is no message type {message_type[:100]!r}")
        return routes
