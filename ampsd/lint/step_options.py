"""What rules about actions ask of their steps: texts of options, variables that are there, and what they may hold."""

from dataclasses import dataclass

from ampsd.actions.file_pattern import FilePatternTemplate
from ampsd.actions.module import On, Step
from ampsd.actions.option_kinds import CommandLine
from ampsd.actions.template import Template
from ampsd.actions.variables import ALWAYS_SET, constant
from ampsd.config.placed import Placed
from ampsd.definitions.actions import ActionDefinition
from ampsd.expressions.compile import Filter
from ampsd.lint.subject import Subject


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
