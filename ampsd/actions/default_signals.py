"""What signals do where the configuration does not say otherwise (User Guide, Default Signal Actions).

SIGHUP reloads the configuration; AMPS shuts down.
"""

from collections.abc import Iterable

from ampsd.actions.graph import Action
from ampsd.actions.module import Do
from ampsd.actions.modules.ampsd_do_reload import DoReload
from ampsd.actions.modules.do_disable_authentication import DoDisableAuthentication
from ampsd.actions.modules.do_disable_entitlement import DoDisableEntitlement
from ampsd.actions.modules.do_enable_authentication import DoEnableAuthentication
from ampsd.actions.modules.do_enable_entitlement import DoEnableEntitlement
from ampsd.actions.modules.do_minidump import DoMinidump
from ampsd.actions.modules.do_shutdown import DoShutdown
from ampsd.actions.modules.on_signal import OnSignal

_DEFAULTS: dict[str, tuple[type[Do], ...]] = {
    "SIGUSR1": (DoDisableAuthentication, DoDisableEntitlement),
    "SIGUSR2": (DoEnableAuthentication, DoEnableEntitlement),
    "SIGINT": (DoShutdown,),
    "SIGTERM": (DoShutdown,),
    "SIGHUP": (DoReload,),
    "SIGQUIT": (DoMinidump,),
}

_ACTIONS = {
    name: Action(f"default {name}", (OnSignal(signal=name),), tuple(step() for step in steps))
    for name, steps in _DEFAULTS.items()
}
"""Made once: they are the same after each reload."""


def default_actions(actions: Iterable[Action]) -> list[Action]:
    """The actions for signals that none of `actions` takes."""
    taken = [on.signal for action in actions for on in action.ons if isinstance(on, OnSignal)]
    return [action for name, action in _ACTIONS.items() if name not in taken]


def signals_of(actions: Iterable[Action]) -> tuple[str, ...]:
    """The signals that actions watch, each once."""
    return tuple(dict.fromkeys(on.signal for action in actions for on in action.ons if isinstance(on, OnSignal)))
