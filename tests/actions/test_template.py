"""Templates: data byte for byte, what may stand in one, and where everything else is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd import limits
from ampsd.actions.template import TEMPLATE, OutputTooLargeError, Template

JINJA = [
    "{{",
    "}}",
    "{{AMPS_TOPIC}}",
    "<<AMPS_TOPIC>>",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{7*7}}",
    "{% raw %}",
    "{",
    "}",
    "'",
    '"',
]
JINJA += ["{{ self.__init__.__globals__ }}", "|upper", "\\", "é", "\x00", "\r\n", "<", ">"]
BODIES = st.one_of(st.binary(), st.lists(st.sampled_from(JINJA), max_size=8).map(lambda one: "".join(one).encode()))


def fill(text: str, **variables: bytes) -> bytes:
    return Template(text).render(variables)


@given(data=BODIES, reason=BODIES)
@settings(max_examples=500)
def test_data_pass_byte_for_byte_and_are_never_a_template(data: bytes, reason: bytes) -> None:
    text = '{ "message": {{AMPS_DATA}}, "reason": "<<AMPS_REASON>>" }'
    assert (
        fill(text, AMPS_DATA=data, AMPS_REASON=reason) == b'{ "message": ' + data + b', "reason": "' + reason + b'" }'
    )


@given(data=BODIES)
@settings(max_examples=300)
def test_data_pass_byte_for_byte_through_a_filter_that_leaves_them_alone(data: bytes) -> None:
    assert fill("a{{AMPS_DATA|default('')}}b", AMPS_DATA=data) == b"a" + data + b"b"
    assert fill("{{AMPS_DATA|trunc(1000000)|default('x')}}", AMPS_DATA=data) == (data or b"x")


@given(text=st.text(st.characters(exclude_characters="{<", exclude_categories=["Cs"])))
def test_text_stays_as_it_is(text: str) -> None:
    assert fill(text) == text.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", b""),
        ("{{A}}", b"1"),
        ("{{ A }}", b"1"),
        ("{{\nA\n}}", b"1"),
        ("<<A>>", b"1"),
        ("<< A >>", b"1"),
        ("x{{A}}y<<B>>z", b"x1y2z"),
        ("{{A}}{{A}}", b"11"),
        ("{{NOBODY}}", b""),
        ('{"a":{{A}}}', b'{"a":1}'),
        ('{"a":{"b":{{A}}}}', b'{"a":{"b":1}}'),
        ('{"a":{"b":1}}', b'{"a":{"b":1}}'),
        ("{ {{A}} }", b"{ 1 }"),
        ("{", b"{"),
        ("}}", b"}}"),
        ("100%} #}", b"100%} #}"),
        ("1<<2>>3 << x", b"1<<2>>3 << x"),
        ("<<A", b"<<A"),
        ("a < b > c", b"a < b > c"),
        ("{{none}}{{not}}{{true}}", b""),
        ("{{AMPS_BYTE_7B}}{{AMPS_BYTE_7B}}A}}", b"{{A}}"),
        ("{{AMPS_BYTE_01}}{{AMPS_BYTE_FF}}", b"\x01\xff"),
        ("{{AMPS_BYTE_ff}}{{AMPS_BYTE_1}}{{AMPS_BYTE_100}}", b""),
        ("\r\n{{A}}\r\n", b"\r\n1\r\n"),
        ("\udcff{{A}}", b"\xff1"),
    ],
)
def test_names_are_filled_in_and_the_rest_is_text(text: str, expected: bytes) -> None:
    assert fill(text, A=b"1", B=b"2") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{D|json}}", b'"a\\"b<\xc3\xa9\\u0001"'),
        ("{{D|xml}}", b"a&quot;b&lt;\xc3\xa9\xef\xbf\xbd"),
        ("{{D|fix}}", b'a"b<\xc3\xa9'),
        ("{{D|b64}}", b"YSJiPMOpAQ=="),
        ("{{D|upper}}", b'A"B<\xc3\xa9\x01'),
        ("{{D|upper|lower}}", b'a"b<\xc3\xa9\x01'),
        ("<<D|upper>>", b'A"B<\xc3\xa9\x01'),
        ("{{D|trunc(3)}}", b'a"b'),
        ("{{NOBODY|default('none')}}", b"none"),
        ('{{ NOBODY | default ( "}} it\'s" ) }}', b"}} it's"),
        ("<<NOBODY|default('a>b')>>", b"a>b"),
        ("{{NOBODY|default(0)}}", b"0"),
        ("{{D|default('none')|trunc(1)}}", b"a"),
        ("{{AMPS_BYTE_41|lower}}", b"a"),
        ("{{none|default('x')}}", None),
        ('{"d":{{D|json}}}', b'{"d":"a\\"b<\xc3\xa9\\u0001"}'),
    ],
)
def test_filters(text: str, expected: bytes | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="a name is expected"):
            Template(text)
        return
    assert fill(text, D='a"b<é\x01'.encode()) == expected


REFUSED = [
    ("{% if x %}", 1, 1, "{%"),
    ("a\nb {# c #}", 2, 3, "{#"),
    ("{{A}}\r\n  {% raw %}{{B}}{% endraw %}", 2, 3, "{%"),
    ("{{", 1, 1, "not closed"),
    ("{{A}} {{A", 1, 7, "not closed"),
    ("{{A|default('}}", 1, 1, "not closed"),
    ("{{}}", 1, 1, "cannot be filled in"),
    ("x\n\n {{7*7}}", 3, 2, "a name is expected"),
    ("{{A.b}}", 1, 1, "a name is expected"),
    ("{{A[0]}}", 1, 1, "a name is expected"),
    ("{{A()}}", 1, 1, "a name is expected"),
    ("{{'x'}}", 1, 1, "a name is expected"),
    ("{{'x'|upper}}", 1, 1, "a name is expected"),
    ("{{5}}", 1, 1, "a name is expected"),
    ("{{A + B}}", 1, 1, "a name is expected"),
    ("{{A ~ B}}", 1, 1, "a name is expected"),
    ("{{A if B else C}}", 1, 1, "a name is expected"),
    ("{{A is defined}}", 1, 1, "a name is expected"),
    ("{{A, B}}", 1, 1, "a name is expected"),
    ("{{not A}}", 1, 1, "a name is expected"),
    ("{{ {'a': 1} }}", 1, 1, "a name is expected"),
    ("{{[A]}}", 1, 1, "a name is expected"),
    ("{{größe|upper}}", 1, 1, "a name is expected"),
    ("{{(A|upper).__class__}}", 1, 1, "a name is expected"),
    ("{{{A}}}", 1, 1, "cannot be filled in"),
    ("{{-A-}}", 1, 1, "cannot be filled in"),
    ("{{A B}}", 1, 1, "cannot be filled in"),
    ("{{my-name}}", 1, 1, "a name is expected"),
    ("{{A|safe}}", 1, 1, "no filter safe"),
    ("{{A|attr('x')}}", 1, 1, "no filter attr"),
    ("{{A|upper.x}}", 1, 1, "no filter upper.x"),
    ("<<A|nope>>", 1, 1, "no filter nope"),
    ("<<A|upper", 1, 1, "not closed"),
    ("{{A|upper(1)}}", 1, 1, "nothing in parentheses"),
    ("{{A|default}}", 1, 1, "default takes one"),
    ("{{A|default()}}", 1, 1, "default takes one"),
    ("{{A|default(1, 2)}}", 1, 1, "default takes one"),
    ("{{A|default(true)}}", 1, 1, "default takes one"),
    ("{{A|default(B)}}", 1, 1, "constants only"),
    ("{{A|default([1])}}", 1, 1, "constants only"),
    ("{{A|default(x=1)}}", 1, 1, "constants only"),
    ("{{A|default(*B)}}", 1, 1, "constants only"),
    ("{{A|default(**B)}}", 1, 1, "constants only"),
    ("{{A|default(B|upper)}}", 1, 1, "constants only"),
    ("{{A|trunc('1')}}", 1, 1, "number of bytes"),
    ("{{A|trunc(true)}}", 1, 1, "number of bytes"),
    ("{{A|trunc(1.5)}}", 1, 1, "number of bytes"),
    ("{{A" + "|upper" * 11 + "}}", 1, 1, "at most 10 filters"),
    ("\n {{A|json|json|json}}", 2, 2, "at most 2 filters may make the value larger: json, xml, b64"),
    ("{{A|b64|trunc(9)|xml|upper|json}}", 1, 1, "at most 2 filters may make"),
    ("{{A|trunc(" + "9" * 5000 + ")}}", 1, 1, "cannot be filled in"),
    ("{{" + "(" * 5000 + "A" + ")" * 5000 + "}}", 1, 1, "cannot be filled in"),
    ("ab\ud800", 1, 3, "half a character"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), REFUSED)
def test_anything_else_is_refused_with_its_position(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^line {line}, column {column} of the text: ") as caught:
        TEMPLATE.parse(text)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


PIECES = [
    "{{",
    "}}",
    "<<",
    ">>",
    "A",
    "|",
    "upper",
    "default",
    "(",
    ")",
    "'",
    '"',
    "1",
    "{%",
    "#}",
    "\n",
    " ",
    ".",
    "é",
    "-",
]


def is_template_or_refused(text: str) -> bool:
    try:
        template = Template(text)
    except ValueError as error:
        return str(error).startswith("line ")
    template.render({"A": b"1"})
    return True


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=1000, deadline=None)
def test_pieces_in_any_order_are_a_template_or_refused(text: str) -> None:
    assert is_template_or_refused(text)


def test_names_are_each_listed_once_in_the_order_of_the_text() -> None:
    assert Template("{{B}} {{A|upper}} <<B>> {{C|default('x')}}").names == ("B", "A", "C")
    assert Template("plain").names == ()


def test_output_is_bounded_on_top_of_the_data() -> None:
    data = b"x" * 1000
    template = Template("{{D}}" * (limits.TEMPLATE_OUTPUT_MAX // 1000 + 1))
    assert len(template.render({"D": data})) <= limits.TEMPLATE_OUTPUT_MAX + 1000
    with pytest.raises(OutputTooLargeError, match="more than"):
        Template("{{D}}" * (limits.TEMPLATE_OUTPUT_MAX // 1000 + 2)).render({"D": data})
    large = b"x" * (limits.TEMPLATE_OUTPUT_MAX + 5)
    assert fill("<{{D}}>", D=large) == b"<" + large + b">"


def test_a_value_is_too_large_before_filters_make_it_larger() -> None:
    largest = b"x" * limits.TEMPLATE_OUTPUT_MAX
    assert len(fill("{{D|json|upper}}", D=largest)) == limits.TEMPLATE_OUTPUT_MAX + 2
    for filters in ("json", "upper|xml", "b64|trunc(9)"):
        with pytest.raises(OutputTooLargeError, match=r"is given 8388609 bytes and takes 8388608: write \|trunc"):
            fill(f"{{{{D|{filters}}}}}", D=largest + b"x")
    with pytest.raises(OutputTooLargeError, match=r"json is given 8388610 bytes"):
        fill("{{D|json|json}}", D=largest)
    assert fill("{{D|trunc(3)|json}}", D=largest + b"x") == b'"xxx"'
    assert fill("{{D|upper}}", D=largest + b"x") == largest.upper() + b"X"


def test_parts_behind_one_that_is_too_large_are_not_made() -> None:
    template = Template("{{Q|xml|xml}}{{D|json}}")
    with pytest.raises(OutputTooLargeError, match=r"the option would be at least 10000000 bytes,"):
        template.render({"Q": b"'" * 1_000_000, "D": b""})


def test_templates_compare_by_their_text() -> None:
    assert Template("{{A}}") == Template("{{A}}")
    assert Template("{{A}}") != Template("<<A>>")
    assert len({Template("{{A}}"), Template("{{A}}")}) == 1
    assert repr(Template("x")) == "Template('x')"
