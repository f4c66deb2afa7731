"""ampsd-action-do-reload."""

from ampsd.actions.firing import Firing
from ampsd.actions.module import Do, Steps
from ampsd.ports import ReloadConfiguration


class DoReload(Do, module="ampsd-action-do-reload"):
    """Takes over the configuration from its files, as SIGHUP does where no action watches that; AMPS has none.

    The step fails when the configuration is refused, and everything stays as it was.
    """

    def run(self, firing: Firing) -> Steps:
        """Reload."""
        yield ReloadConfiguration(firing.action_name)
