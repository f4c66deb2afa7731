"""Events of messages for subscribers: the reserved topic MESSAGE_EVENTS, in every message type that can be built.

Any client of AMPS can subscribe to it, with a filter. Nothing is published while nobody does.
"""

from collections.abc import Mapping
from contextlib import suppress

from ampsd.engine import lifecycle, turn
from ampsd.engine.publish import Publishing
from ampsd.engine.routes import Routes
from ampsd.engine.story import LEADS_TO
from ampsd.message_types.message_type import NotBuildableError, Pair
from ampsd.storage.log import Log, MessageGoneError
from ampsd.storage.tellings import Events, decode_events

MESSAGE_EVENTS = b"/AMPS/MessageEvents"


class LiveEvents:
    """Publishes events that are durable."""

    def __init__(self, log: Log, publishing: Publishing, routes: Mapping[bytes, Routes]) -> None:
        self._log = log
        self._publishing = publishing
        self._routes = [one for one in routes.values() if one.message_type.makes_bodies]

    def tell(self, record: bytes) -> None:
        """Publish a record's events to whoever wants them."""
        wanted = [one for one in self._routes if one.reserved]
        if not wanted:
            return
        events = decode_events(record)
        for at, position in enumerate(events.every_position):
            pairs = self._pairs(events, at, position)
            for routes in wanted:
                try:
                    body = routes.message_type.build(pairs)
                except NotBuildableError:
                    continue
                self._publishing.announce(routes.find(MESSAGE_EVENTS), body)

    def _pairs(self, events: Events, at: int, position: int) -> list[Pair]:
        status, reason = lifecycle.status_of(events.status, events.reason)
        pairs: list[Pair] = [
            ("/number", events.first + at),
            ("/time", turn.timestamp(events.wall_ns)),
            ("/queue", events.queue),
            ("/status", status.encode()),
        ]
        with suppress(MessageGoneError):  # an action may end long after its message
            pairs.append(("/message", b"%d|%d|" % self._log.bookmark_at(position)))
        state = LEADS_TO.get(status)
        if state is not None:
            pairs.append(("/numeric", lifecycle.NUMERIC[state]))
            if state in lifecycle.OUTCOMES:
                pairs.append(("/outcome", lifecycle.OUTCOMES[state].encode()))
        session = events.first + at if status in lifecycle.OPENING else events.sessions[at] if events.sessions else 0
        if session:
            pairs.append(("/session", session))
        if reason:
            pairs.append(("/reason", reason))
        if events.client:
            pairs.append(("/operator" if events.is_by_operator else "/client", events.client))
        if events.link is not None:
            pairs.append(("/other", b"%d|%d|" % (events.link.publisher, events.link.sequence)))
        return pairs
