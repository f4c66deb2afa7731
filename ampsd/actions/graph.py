"""Which actions an event sets off: event class to On to steps, compiled once from the configuration."""

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b

from ampsd.actions.module import Do, If, On
from ampsd.definitions.retry import RetryDefinition
from ampsd.engine.events import Event, MessageExpired


class Action:
    """One Action of the configuration: any of its Ons starts the same steps, in the order of the file."""

    def __init__(
        self,
        name: str,
        ons: tuple[On, ...],
        steps: tuple[If | Do, ...],
        retry: RetryDefinition | None = None,
        has_events: bool | None = None,
        key: str = "",
    ) -> None:
        """`key` is the action's own, wherever it stands after a reload; without it, the name."""
        self.key = key or name
        self.retry = retry
        self.has_events = has_events
        self.name = name
        self.ons = ons
        self.steps = steps

    @cached_property
    def digest(self) -> str:
        """What it is made of, in a few characters: a run that a restart finds goes on only where that is the same."""
        texts = [
            f"{part.module}\n" + "\n".join(f"{one.xml}={_text(getattr(part, one.attribute))}" for one in part.declared)
            for part in (*self.ons, *self.steps)
        ]
        return blake2b("\n\n".join(texts).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()

    def tells_of(self, event: Event) -> bool:
        """Whether a run on this event is recorded."""
        if self.has_events is not None:
            return self.has_events
        return self.retry is not None or isinstance(event, MessageExpired)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


class ActionGraph:
    """All actions of an instance, by the class of event they watch."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self.actions = tuple(actions)
        self._by_event: dict[type[Event], list[tuple[On, Action]]] = {}
        for action in actions:
            for on in action.ons:
                self._by_event.setdefault(on.event, []).append((on, action))

    def watches(self, event_class: type[Event]) -> bool:
        """Whether any action watches events of that class."""
        return event_class in self._by_event

    def may_watch(self, event: Event) -> bool:
        """Whether an action watches events like this one; the message itself does not count."""
        return any(on.may_match(event) for on, _ in self._by_event.get(type(event), ()))

    def reads_body(self, event: Event) -> bool:
        """Whether an action that may watch events like this one looks into the message."""
        return any(on.reads_body and on.may_match(event) for on, _ in self._by_event.get(type(event), ()))

    def find(self, event: Event) -> dict[Action, On]:
        """Actions the event sets off, in the order of the file, each with the first of its Ons that takes the event."""
        found: dict[Action, On] = {}
        for on, action in self._by_event.get(type(event), ()):
            if action not in found and on.matches(event):
                found[action] = on
        return found
