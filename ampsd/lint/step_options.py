"""What rules about actions ask of their steps: texts of options, variables that are there, and what they may hold."""

from dataclasses import dataclass

from ampsd.actions.file_pattern import FilePatternTemplate
from ampsd.actions.marks import COMMAND
from ampsd.actions.module import On, Step
from ampsd.actions.modules.do_increment_counter import DoIncrementCounter
from ampsd.actions.option_kinds import CommandLine
from ampsd.actions.template import Template
from ampsd.actions.variables import ALWAYS_SET, constant
from ampsd.config.placed import Placed
from ampsd.definitions.actions import ActionDefinition
from ampsd.expressions.compile import Filter
from ampsd.lint.subject import Subject

_OURS = frozenset(
    [*ALWAYS_SET, "AMPS_MINIDUMP_PATH", "AMPS_REASON", "AMPS_DATA_LENGTH", "AMPS_TIMESTAMP", "AMPS_BOOKMARK"]
)
_OURS_START = ("AMPS_AFFINITY_", "AMPS_REPLICATION_")
"""Variables whose values no client writes: the instance or its configuration makes them."""


@dataclass(frozen=True, slots=True)
class Use:
    """A variable that a step uses: where, and which of the action's triggers and earlier steps could bring it."""

    name: str
    step: Placed[Step]
    attribute: str
    ons: tuple[Placed[Step], ...]
    lacking: tuple[Placed[Step], ...]
    """The triggers that do not bring it; empty when all do, or an earlier step does."""


def uses(subject: Subject) -> list[Use]:
    """Every variable that a step of an action uses, but those that every action has."""
    found: list[Use] = []
    for _, ons, steps in subject.actions():
        earlier: set[str] = set()
        for step in steps:
            for option in step.definition.declared:
                for name in names_in(getattr(step.definition, option.attribute)):
                    if name in ALWAYS_SET or constant(name) is not None:
                        continue
                    lacking = () if name in earlier else tuple(on for on in ons if not _brings(on.definition, name))
                    found.append(Use(name, step, option.attribute, tuple(ons), lacking))
            earlier.update(step.definition.sets())
    return found


@dataclass(frozen=True, slots=True)
class CommandUse:
    """A command of a step, and those of its variables that hold what clients send, in order of first use."""

    step: Placed[Step]
    attribute: str
    of_clients: tuple[str, ...]


def commands(subject: Subject) -> list[CommandUse]:
    """Every command of an action."""
    found: list[CommandUse] = []
    for _, ons, steps in subject.actions():
        counts: set[str] = set()
        filled: set[str] = set()  # by a step, from whatever it read
        for step in (*ons, *steps):
            definition = step.definition
            for option in definition.declared:
                if COMMAND in option.marks:
                    names = names_in(getattr(definition, option.attribute))
                    of_clients = tuple(
                        name for name in names if name not in counts and (name in filled or not _is_ours(name))
                    )
                    found.append(CommandUse(step, option.attribute, of_clients))
            if isinstance(definition, DoIncrementCounter):
                counts.update(definition.sets())
            elif not isinstance(definition, On):
                set_here = [name for name in definition.sets() if name not in definition.variables]
                counts.difference_update(set_here)
                filled.update(set_here)
    return found


def _is_ours(name: str) -> bool:
    return name in _OURS or name.startswith(_OURS_START) or constant(name) is not None


def names_in(value: object) -> tuple[str, ...]:
    """Names of the variables in an option's value."""
    if isinstance(value, Template | CommandLine | FilePatternTemplate):
        return tuple(value.names)
    return tuple(value.variables) if isinstance(value, Filter) else ()


def literal(value: object) -> str | None:
    """The text of an option that has no variables; None when it has, or is not set."""
    if value is None or names_in(value):
        return None
    if isinstance(value, Template | CommandLine | FilePatternTemplate | Filter):
        return value.text.strip()
    return str(value).strip()


def option_of(step: Placed[Step], attribute: str) -> str | None:
    """The literal text of a step's option; None when the step has no such option, or it has variables."""
    return literal(getattr(step.definition, attribute, None))


def called(step: Placed[Step], *names: str) -> bool:
    """Whether the step's module is one of these, named without amps-action-."""
    return step.definition.module.removeprefix("amps-action-") in names


def all_steps(subject: Subject) -> list[tuple[Placed[ActionDefinition], Placed[Step]]]:
    """Every On, If and Do with its action."""
    return [(action, step) for action, ons, steps in subject.actions() for step in (*ons, *steps)]


def _brings(on: Step, name: str) -> bool:
    return on.brings_any or name in on.sets()


def providers(name: str, classes: "tuple[type[Step], ...]") -> list[str]:
    """Names of the On modules that bring a variable."""
    return [cls.module for cls in classes if issubclass(cls, On) and name in cls.variables]
