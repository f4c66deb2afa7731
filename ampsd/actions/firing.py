"""One run of one action: the event that set it off and the variables its steps see."""

from collections.abc import Mapping
from functools import lru_cache

from ampsd.actions.template import Template
from ampsd.actions.variables import constant, datetime_text, unix_timestamp_text
from ampsd.engine.events import Event


@lru_cache(maxsize=1)  # all firings of a turn have the same
def _of_every_firing(instance_name: str, now_wall_ns: int) -> Mapping[str, bytes]:
    return {
        "AMPS_INSTANCE_NAME": instance_name.encode("utf-8", "surrogateescape"),
        "AMPS_DATETIME": datetime_text(now_wall_ns).encode(),
        "AMPS_UNIX_TIMESTAMP": unix_timestamp_text(now_wall_ns).encode(),
    }


class Firing:
    """The steps of an action, seen from inside. Every variable holds bytes.

    `variables` starts with AMPS_INSTANCE_NAME, AMPS_DATETIME and AMPS_UNIX_TIMESTAMP, which stay the same for all
    steps of the firing, and the event's own; a step may add more (User Guide, Automating AMPS With Actions).
    """

    __slots__ = ("action_name", "event", "variables")

    def __init__(self, action_name: str, event: Event, instance_name: str, now_wall_ns: int) -> None:
        self.action_name = action_name
        self.event = event
        self.variables: dict[str, bytes] = {**event.context(), **_of_every_firing(instance_name, now_wall_ns)}

    def fill(self, template: Template) -> bytes:
        """The template with the variables as they are now. Raises OutputTooLargeError."""
        return template.render(self.variables)

    def value(self, name: str) -> bytes:
        """The value of a variable, AMPS_BYTE_XX among them, as it is now; undefined ones are empty."""
        found = self.variables.get(name)
        return found if found is not None else constant(name) or b""
