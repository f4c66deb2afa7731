"""On, If and Do: the three kinds of action modules, registered under their AMPS names.

The folder `modules/` holds one file per module; its name is the module's name without `amps-action-`, dashes as
underscores (`ampsd_` first for `ampsd-action-`). A file is imported when somebody asks for its module, and only
names of the folder's listing are ever imported: what a configuration says is looked up, never made into a path.
"""

import importlib
import pkgutil
from collections.abc import Generator
from functools import cache
from typing import Any, ClassVar

from ampsd.actions import modules
from ampsd.actions.firing import Firing
from ampsd.declare import Definition
from ampsd.engine.effects import Request, StepFailed
from ampsd.engine.events import Event
from ampsd.ports import Errand

PREFIX = "amps-action-"
EXTENSION_PREFIX = "ampsd-action-"
"""How the names of modules begin that AMPS does not have; their files begin with `ampsd_`."""
SPELLINGS = {
    "amps-action-do-delete-files": "amps-action-do-remove-files",
    "amps-do-disable-entitlement": "amps-action-do-disable-entitlement",
    "amps-do-disable-entitlements": "amps-action-do-disable-entitlement",
    "amps-do-enable-entitlements": "amps-action-do-enable-entitlement",
    "amps-action-do-disable-entitlements": "amps-action-do-disable-entitlement",
    "amps-action-do-enable-entitlements": "amps-action-do-enable-entitlement",
    "amps-action-on-execute": "amps-action-on-execute-event",
    "amps-action-do-event": "amps-action-do-execute-event",
}
"""Names that AMPS's documents use in places, and the modules they mean."""
_REGISTERED: "dict[str, ModuleClass]" = {}

Steps = Generator[Request | Errand, bytes, None]
"""What `Do.run` returns: it yields requests and errands, and is sent the value of an errand; StepFailed is thrown into
it where one failed."""


class Reply:
    """What became of an errand."""

    __slots__ = ("failure", "value")

    def __init__(self, value: bytes, failure: str | None) -> None:
        self.value = value
        self.failure = failure

    def opened(self) -> bytes:
        """The value. Raises StepFailed."""
        if self.failure is not None:
            raise StepFailed(self.failure)
        return self.value

    def given_to(self, asking: Steps) -> Request | Errand:
        """Let the step that waits go on; returns what it asks for next. Raises StopIteration at its end."""
        return asking.send(self.value) if self.failure is None else asking.throw(StepFailed(self.failure))


class Step(Definition):
    """What On, If and Do have in common: the module's name, whether it runs, and the variables it brings."""

    module: ClassVar[str] = ""
    not_running: ClassVar[str] = ""
    """Why the module does not run in this version and what to do; empty when it runs."""
    variables: ClassVar[dict[str, str]] = {}
    """Context variables the module always sets: name without braces -> what it holds."""
    brings_any: ClassVar[bool] = False
    """Whether it may set variables whose names the file does not tell, such as an HTTP request's parameters."""

    def sets(self) -> tuple[str, ...]:
        """Names of the variables that this use of the module sets; with those its own options name."""
        return tuple(self.variables)


def _register(cls: "ModuleClass", kind: str, module: str) -> None:
    if not module.startswith((PREFIX + kind + "-", EXTENSION_PREFIX + kind + "-")):
        raise TypeError(f"{cls.__name__} needs module='{PREFIX}{kind}-...', not {module!r}")
    if module in _REGISTERED:
        raise TypeError(f"{module} is registered twice: {_REGISTERED[module].__name__} and {cls.__name__}")
    cls.module = module
    _REGISTERED[module] = cls


class On(Step):
    """When an action runs: watches one kind of event (User Guide, Automating AMPS With Actions)."""

    event: ClassVar[type[Event]]

    def __init_subclass__(cls, *, module: str, not_running: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.not_running = not_running
        if not not_running and not issubclass(getattr(cls, "event", object), Event):
            raise TypeError(f"{cls.__name__} needs `event`, the class of events it watches")
        _register(cls, "on", module)

    @property
    def reads_body(self) -> bool:
        """Whether fields of the message's body decide."""
        return False

    def matches(self, event: Event) -> bool:
        """Whether `event`, an instance of the watched class, sets off the action."""
        raise NotImplementedError

    def may_match(self, event: Event) -> bool:
        """Whether an event like this one could set it off, whatever the message; asked before events are made."""
        return self.matches(event)


class If(Step):
    """A gate between steps: when it does not pass, the rest of the action is not run, and that is no failure."""

    def __init_subclass__(cls, *, module: str, not_running: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.not_running = not_running
        _register(cls, "if", module)

    def question(self, firing: Firing) -> Errand | None:
        """What has to be known first; None for nothing. Raises StepFailed."""
        return None

    def passes(self, firing: Firing, answer: bytes) -> bool:
        """Whether the action goes on; `answer` is the value of the errand. Raises StepFailed."""
        raise NotImplementedError


class Do(Step):
    """A step: asks for something to be done. When it fails, the rest of the action is not run."""

    def __init_subclass__(cls, *, module: str, not_running: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.not_running = not_running
        _register(cls, "do", module)

    def run(self, firing: Firing) -> Steps:
        """Yield requests and errands. Raises StepFailed."""
        raise NotImplementedError


ModuleClass = type[On] | type[If] | type[Do]


@cache
def _listing() -> dict[str, str]:
    """AMPS module name -> file name, for every file of the folder."""
    found = sorted(entry.name for entry in pkgutil.iter_modules(modules.__path__))
    return dict(sorted((_module_name(name), name) for name in found))


def _module_name(file: str) -> str:
    prefix = EXTENSION_PREFIX if file.startswith("ampsd_") else PREFIX
    return prefix + file.removeprefix("ampsd_").replace("_", "-")


def short_name(name: str) -> str:
    """A module's name without what all have in common."""
    return name.removeprefix(PREFIX).removeprefix(EXTENSION_PREFIX)


def kind_of(name: str) -> str:
    """The element that takes the module: On, If or Do; empty when the name tells none."""
    return {"on": "On", "if": "If", "do": "Do"}.get(short_name(name).partition("-")[0], "")


def names() -> tuple[str, ...]:
    """Every module there is, sorted by name. Imports none of them."""
    return tuple(_listing())


def find(name: str) -> ModuleClass | None:
    """The class of the module `name`, imported on first use; None when there is no such module."""
    file = _listing().get(name)
    if file is None:
        return None
    if name not in _REGISTERED:
        importlib.import_module(f"{modules.__name__}.{file}")
    return _REGISTERED[name]
