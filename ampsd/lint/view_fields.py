"""Which fields of its sources a view uses."""

from collections.abc import Iterator

from ampsd.config.finding import Span
from ampsd.definitions.views import ViewDefinition
from ampsd.lint.fields import Identifier, construct
from ampsd.lint.subject import Subject


def view_fields(subject: Subject, view: ViewDefinition) -> Iterator[tuple[Span, tuple[Identifier, ...]]]:
    """The place of every Field of Projection and Grouping, with the fields that it reads."""
    for section in (view.projection, view.grouping):
        for text, span in zip(section.fields, subject.placed(section).spans("fields"), strict=True):
            yield span, construct(text).sources
