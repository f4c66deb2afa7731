"""amps-action-on-admin."""

from ampsd.actions.module import On
from ampsd.actions.option_kinds import VARIABLE
from ampsd.declare import FREE_TEXT, TEXT, option
from ampsd.engine.events import AdminRequested, Event


class OnAdmin(On, module="amps-action-on-admin"):
    """Runs when somebody asks for its path on the admin interface; every parameter of the request is a variable.

    User Guide, On a REST Request.
    """

    event = AdminRequested

    brings_any = True

    path: str = option(TEXT, "Name below /amps/administrator/actions; without a slash.", reload="live")
    required_parameters: tuple[str, ...] = option(
        VARIABLE,
        "Parameter without which a request is refused.",
        xml="RequiredParameter",
        repeatable=True,
        reload="live",
    )
    name: str | None = option(FREE_TEXT, "Name that the admin interface shows.", default=None, reload="live")
    description: str | None = option(FREE_TEXT, "Text that the admin interface shows.", default=None, reload="live")

    def sets(self) -> tuple[str, ...]:
        """The parameters that every request has; others may come too."""
        return self.required_parameters

    def matches(self, event: Event) -> bool:
        """Requests for the path."""
        assert isinstance(event, AdminRequested)
        return event.path == self.path
