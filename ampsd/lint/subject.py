"""What rules look at: every definition that could be built, with its place, and what could not be."""

from collections.abc import Iterator
from typing import TypeVar

from ampsd.actions.module import Step
from ampsd.config.build import Builder
from ampsd.config.finding import Span
from ampsd.config.placed import Placed
from ampsd.config.tree import Source
from ampsd.declare import Definition
from ampsd.definitions.actions import ActionDefinition

D = TypeVar("D", bound=Definition)


class Subject:
    """One configuration, read and built as far as it could be."""

    def __init__(self, source: Source, built: Builder) -> None:
        self.source = source
        self._built = built

    @property
    def span(self) -> Span:
        """Where the AMPSConfig begins."""
        return self._built.span

    def all_of(self, cls: type[D]) -> list[Placed[D]]:
        """Every definition of the class, subclasses too, in the order of the file."""
        return self._built.all_of(cls)

    def has_unbuilt(self, *classes: type[Definition]) -> bool:
        """Whether an element of one of the classes could not be built, so that what refers to it cannot be judged."""
        return any(self._built.has_unbuilt(cls) for cls in classes)

    def placed(self, definition: D) -> Placed[D]:
        """The place of a definition that another one holds."""
        return self._built.placed(definition)

    def span_of(self, place: str) -> Span:
        """A definition's place, file:line:column, as a span."""
        file, line, column = place.rsplit(":", 2)
        return Span(file, int(line), int(column))

    def actions(self) -> Iterator[tuple[Placed[ActionDefinition], list[Placed[Step]], list[Placed[Step]]]]:
        """Every action with its On and its If and Do, each with its place."""
        for action in self.all_of(ActionDefinition):
            ons = [self.placed(on) for on in action.definition.ons]
            yield action, ons, [self.placed(step) for step in action.definition.steps]
