"""Every expression in the examples of the vendor's guides parses, taken at test time from the client's source package.

What they give is in compliance/guide.json; here the guides themselves say what has to be understood.
"""

import re
from collections.abc import Callable

import pytest
from lxml import html
from official_sources import source_of

from ampsd.expressions.compile import compile_condition, compile_filter
from ampsd.expressions.lexer import ExpressionError
from ampsd.expressions.projection import compile_projection

_ELEMENT = re.compile(r"<(Filter|Field|Condition|Priority|BarrierExpression)>(.*?)</\1>", re.DOTALL)
_ENTITIES = {"&gt;": ">", "&lt;": "<", "&amp;": "&"}
_BEGINNING = re.compile(r"\(|/|[A-Z_0-9]+ ?\(")
_NOT_EXPRESSIONS = re.compile(
    r"EXPENSIVE_UDF_CALL|[AB]_FUNCTION"  # functions that users bring
    r"|VALUE_LOOKUP"  # needs a module of AMPS's
    r"|\(/pet = 'puppy'\)"  # a quote is missing
    r"|/\w+[ /](?:\[?ASC|DESC|TEXT|\[ASC)"  # how results are ordered
    r"|\(expression1|\( 2 \* \(S|IF \(BOOLEAN"  # words that stand for something
    r"|/\w+ = [0-9]*[a-zA-Z]\Z"  # the layout of a struct
)
_COMPILE: dict[str, Callable[[str], object]] = {
    "Filter": compile_filter,
    "Priority": compile_filter,
    "BarrierExpression": compile_filter,
    "Condition": compile_condition,
    "Field": compile_projection,
}


def filter_or_field(text: str) -> object:
    """An example that does not say what it is."""
    try:
        return compile_filter(text)
    except ExpressionError:
        return compile_projection(f"{text} AS /x" if " AS\n" not in text and " AS " not in text else text)


def examples() -> list[object]:
    found: list[object] = []
    for page in sorted(source_of("5.3.4.0").glob("docs/*/html/chapters/*.html")):
        for number, block in enumerate(html.parse(str(page)).getroot().iter("pre")):
            text = block.text_content().strip()
            elements = _ELEMENT.findall(text)
            for kind, inside in elements:
                plain = inside.strip()
                for entity, character in _ENTITIES.items():
                    plain = plain.replace(entity, character)
                found.append(pytest.param(_COMPILE[kind], plain, id=f"{page.stem}-{number}-{kind}"))
            if not elements and _BEGINNING.match(text) and not re.search("[{;]", text):
                found += [
                    pytest.param(filter_or_field, one.strip(), id=f"{page.stem}-{number}")
                    for one in re.split(r"\n\s*\n", text)
                ]
    return [one for one in found if not _NOT_EXPRESSIONS.match(one.values[1])]  # type: ignore[attr-defined]


EXAMPLES = examples()


def test_there_are_many() -> None:
    assert len(EXAMPLES) > 130


@pytest.mark.parametrize(("compile_text", "text"), EXAMPLES)
def test_an_example_of_the_guides_is_understood(compile_text: Callable[[str], object], text: str) -> None:
    assert compile_text(text) is not None
