"""All checks of one configuration: schema, declarations, references. One run tells everything, in the file's order."""

from lxml import etree

from ampsd.config import codes, schema
from ampsd.config.build import Builder
from ampsd.config.finding import Finding, Span
from ampsd.config.references import check_references
from ampsd.config.tree import Source, children
from ampsd.definitions.instance import InstanceDefinition


class Checked:
    """What came of a check: the definition, unless it could not be built, and the findings in order."""

    __slots__ = ("definition", "findings")

    def __init__(self, definition: InstanceDefinition | None, findings: tuple[Finding, ...]) -> None:
        self.definition = definition
        self.findings = findings


def check(source: Source) -> Checked:
    """Validate and build the configuration of a source that has a root."""
    root = source.root
    assert root is not None
    refused = schema.faults(root)
    builder = Builder(source)
    definition = builder.build(root, InstanceDefinition)
    findings = [*source.findings, *builder.findings, *_of_schema(refused, builder, source), *check_references(builder)]
    return Checked(definition, in_order(findings, source.files))


def _of_schema(refused: list[tuple[etree._Element, str]], builder: Builder, source: Source) -> list[Finding]:
    """What the schema alone found; what the declarations found too is told in their words."""
    found: dict[Span, Finding] = {}
    for element, reason in refused:
        if any(one in builder.faulty for one in (element, *children(element))):
            continue
        span = source.span(element)
        sentence = f"the schema does not allow <{etree.QName(element).localname}> like this: {reason}"
        found.setdefault(
            span, Finding(codes.SCHEMA, "error", span, sentence, f"Compare it with schemas/{schema.FILE_NAME}.")
        )
    return list(found.values())


def in_order(findings: list[Finding], files: list[str]) -> tuple[Finding, ...]:
    """By file as they were read, then line and column; errors first where several are at one place."""
    places = {file: number for number, file in reversed(list(enumerate(files)))}
    severities = ("error", "warning", "info")
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                places.get(one.span.file, len(places)),
                one.span.line,
                one.span.column,
                severities.index(one.severity),
                one.code,
            ),
        )
    )
