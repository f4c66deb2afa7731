"""What the schema and the declarations say of a configuration. How its parts fit together is for the lint rules."""

from collections.abc import Iterable, Sequence

from lxml import etree

from ampsd import limits
from ampsd.config import codes, schema
from ampsd.config.build import Builder, TooManyErrors
from ampsd.config.finding import Finding, Span
from ampsd.config.tree import Source, children
from ampsd.definitions.instance import InstanceDefinition


class Checked:
    """What came of a check: the definition, unless it could not be built, all that was built, and the findings."""

    __slots__ = ("built", "definition", "findings")

    def __init__(self, definition: InstanceDefinition | None, built: Builder, findings: tuple[Finding, ...]) -> None:
        self.definition = definition
        self.built = built
        self.findings = findings


def check(source: Source) -> Checked:
    """Validate and build the configuration of a source that has a root."""
    root = source.root
    assert root is not None
    builder = Builder(source)
    try:
        definition = builder.build(root, InstanceDefinition)
    except TooManyErrors as error:
        findings = [*source.findings, *builder.findings, _end(error.span)]
        return Checked(None, builder, in_order(findings, source.files))
    findings = [*source.findings, *builder.findings, *_of_schema(schema.faults(root), builder, source)]
    return Checked(definition, builder, in_order(findings, source.files))


def _end(span: Span) -> Finding:
    return Finding(
        codes.TOO_MANY_ERRORS,
        "error",
        span,
        f"there are {limits.CONFIG_ERRORS_MAX} errors so far; what follows is not looked at",
        "Correct the first ones: often one lost tag makes all the others.",
    )


def _of_schema(refused: list[tuple[etree._Element, str]], builder: Builder, source: Source) -> list[Finding]:
    """What the schema alone found; what the declarations found too is told in their words."""
    found: dict[Span, Finding] = {}
    for element, reason in refused:
        if any(one in builder.faulty for one in (element, *children(element))):
            continue
        span = source.span(element)
        sentence = f"the schema does not allow <{etree.QName(element).localname}> like this: {reason.rstrip('.')}"
        found.setdefault(
            span, Finding(codes.SCHEMA, "error", span, sentence, f"Compare it with schemas/{schema.FILE_NAME}.")
        )
    return list(found.values())


def in_order(findings: Iterable[Finding], files: Sequence[str]) -> tuple[Finding, ...]:
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
