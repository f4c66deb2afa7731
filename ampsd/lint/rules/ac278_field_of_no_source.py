"""AC278: a field that no source of the view has."""

from collections.abc import Iterable

from ampsd.config.advice import listed, nearest
from ampsd.config.finding import Finding
from ampsd.definitions.views import ViewDefinition
from ampsd.lint.fields import Identifier, construct
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject
from ampsd.lint.view_fields import view_fields
from ampsd.lint.view_sources import SourcedView, ViewSource, sourced_views


class FieldOfNoSource(Rule):
    """A Field of a view is none of what the view is computed from.

    Projection and Grouping use fields of the underlying topics. A field may say its topic, which then must be one of
    them; and where the source is a view itself, its Projection says which fields there are (User Guide, Aggregating and
    Analyzing Data in AMPS). Fields of published messages are not known and are not judged.
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>[b]./id</Field></Grouping></View></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/id</Key><FileName>%n.sow</FileName></Topic>"
        "<View><Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
        "<Projection><Field>/id</Field></Projection><Grouping><Field>[a]./id</Field></Grouping></View></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """Every field that Projection and Grouping name, once for each Field."""
        for view in sourced_views(subject):
            for span, used in view_fields(subject, view.definition):
                for field in used:
                    found = _strange(view, field) or _unprojected(view, field)
                    if found is not None:
                        sentence, remedy = found
                        yield self.finding(span, f"{view.entry.what}: {sentence}", remedy)
                        break


def _strange(view: SourcedView, field: Identifier) -> tuple[str, str] | None:
    topics = [source.topic for source in view.sources]
    if not field.topic or not topics or field.topic in topics:
        return None
    return f"{str(field)!r} is a field of {field.topic!r}, which is no source of the view", nearest(field.topic, topics)


def _unprojected(view: SourcedView, field: Identifier) -> tuple[str, str] | None:
    source = _source_of(view, field)
    if source is None or source.entry is None:
        return None
    definition = source.entry.placed.definition
    if not isinstance(definition, ViewDefinition):
        return None
    targets = [construct(text).target for text in definition.projection.fields]
    if "" in targets or any(_overlap(field.path, target) for target in targets):
        return None
    return f"{source.entry.what} has no field {field.path!r}; it has {listed(targets)}", nearest(field.path, targets)


def _source_of(view: SourcedView, field: Identifier) -> ViewSource | None:
    """The source that a field is of, where that is certain."""
    fitting = [one for one in view.sources if not field.topic or one.topic == field.topic]
    return fitting[0] if len(fitting) == 1 else None


def _overlap(path: str, target: str) -> bool:
    """Whether a path is the target, inside it, or around it; subscripts left out."""
    first, second = (one.split("[")[0] for one in (path, target))
    return first == second or first.startswith(f"{second}/") or second.startswith(f"{first}/")
