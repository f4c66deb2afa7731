"""Custom events of a configuration: which are raised, and which are waited for."""

from ampsd.actions.marks import HANDLES, RAISES
from ampsd.actions.module import Step
from ampsd.config.placed import Placed
from ampsd.lint.step_options import all_steps, called, literal
from ampsd.lint.subject import Subject

Named = tuple[Placed[Step], str, str]
"""A step, the attribute that names the event, and its name."""


def raised(subject: Subject) -> list[Named]:
    """Events that are raised by a name that the file tells."""
    return _named(subject, RAISES)


def handled(subject: Subject) -> list[Named]:
    """Events that actions wait for."""
    return _named(subject, HANDLES)


def may_raise_any(subject: Subject) -> bool:
    """Whether a step raises an event whose name is only known when it runs."""
    for _, step in all_steps(subject):
        if called(step, "do-execute-event"):
            has_name = literal(getattr(step.definition, "event", None)) is not None
            is_alert = any(called(other, "on-alert") for _, other in all_steps(subject))
            if not has_name and not is_alert:
                return True
    return False


def _named(subject: Subject, mark: str) -> list[Named]:
    found: list[Named] = []
    for _, step in all_steps(subject):
        for option in step.definition.declared:
            if mark in option.marks:
                name = literal(getattr(step.definition, option.attribute))
                if name:
                    found.append((step, option.attribute, name))
    return found
