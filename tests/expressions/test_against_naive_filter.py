"""The compiled filter and the slow reading of the language agree, and no text or message raises anything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_filter import PATTERNS, SIGNS, DictFields, Tree, matches, rendered, scalar, value

from ampsd.expressions.compile import compile_expression, compile_filter
from ampsd.expressions.lexer import ExpressionError

TEXTS = [b"", b"a", b"ab", b"b", b"2", b"2.0", b"-1", b"1e2", b"0", b"nan", b"1_0", b" 2", b"\xff", b"'"]
SCALARS = st.one_of(
    st.none(), st.integers(-3, 3), st.sampled_from([0.0, 2.0, -0.5, 1e300, 2.5]), st.sampled_from(TEXTS)
)
FIELD_VALUES = st.one_of(SCALARS, st.lists(SCALARS, min_size=1, max_size=3)).map(
    lambda one: [x or None if isinstance(x, bytes) else x for x in one] if isinstance(one, list) else one or None
)
LITERALS = st.one_of(st.none(), st.integers(0, 3), st.sampled_from([0.0, 2.0, 0.5]), st.sampled_from(TEXTS))
LEAVES = st.one_of(
    st.sampled_from("abcd").map(lambda name: Tree("field", (name,))), LITERALS.map(lambda one: Tree("literal", (one,)))
)


def grown(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    def made(names: list[str], count: int) -> st.SearchStrategy[Tree]:
        return st.builds(Tree, st.sampled_from(names), st.tuples(*[children] * count))

    return st.one_of(
        made([*SIGNS, "AND", "OR", "+", "-", "*", "/", "%"], 2),
        made(["NOT", "minus", "IS NULL", "IS NOT NULL", "IS NAN"], 1),
        made(["BETWEEN", "IN", "NOT IN", "BEGINS WITH", "ENDS WITH", "IF", "SUBSTR", "CONCAT"], 3),
        made(["UPPER", "REVERSE", "TRIM", "LENGTH", "ABS", "SIGN", "FLOOR"], 1),
        made(["INSTR", "STREQUAL_I", "COALESCE"], 2),
        st.builds(
            lambda one, pattern: Tree("LIKE", (one, Tree("literal", (pattern,)))),
            children,
            st.sampled_from(sorted(PATTERNS)),
        ),
    )


TREES = st.recursive(LEAVES, grown, max_leaves=8)


def agree(tree: Tree, a: object, b: object, c: object) -> bool:
    """Whether both readings say the same, as a filter and as a value."""
    fields = DictFields(a=a, b=b, c=c)
    text = rendered(tree)
    wanted, found = scalar(value(tree, fields)), compile_expression(text).value(fields)
    is_value = wanted == found or (wanted is not None and wanted != wanted and found != found)
    return is_value and compile_filter(text).matches(fields) is matches(tree, fields)


@given(tree=TREES, a=FIELD_VALUES, b=FIELD_VALUES, c=FIELD_VALUES)
@settings(max_examples=1500, deadline=None)
def test_both_readings_say_the_same(tree: Tree, a: object, b: object, c: object) -> None:
    assert agree(tree, a, b, c)


@pytest.mark.soak
@given(tree=TREES, a=FIELD_VALUES, b=FIELD_VALUES, c=FIELD_VALUES)
@settings(max_examples=100_000, deadline=None)
def test_both_readings_say_the_same_of_100_000_pairs(tree: Tree, a: object, b: object, c: object) -> None:
    assert agree(tree, a, b, c)


WORDS = ["/a", "/b[1]", "[/x y]", "'s'", '"t\\x41"', "r'C++'", "1", "2.5", "NULL", "AND", "OR", "NOT", "IN", "BETWEEN"]
WORDS += ["IS", "NAN", "LIKE", "BEGINS", "ENDS", "WITH", "MOD", "(", ")", ",", "=", "<>", "<", ">=", "+", "-", "*", "/"]
WORDS += ["%", "{{X}}", "LENGTH", "'", "'(a+)+$'", "'('"]


def is_filter_or_refused_inside(text: str, fields: DictFields) -> bool:
    try:
        return compile_filter(text).matches(fields) in (True, False)
    except ExpressionError as error:
        return 0 <= error.position <= len(text)


@given(words=st.lists(st.sampled_from(WORDS), max_size=12), a=FIELD_VALUES)
@settings(max_examples=1500, deadline=None)
def test_words_in_any_order_are_a_filter_or_an_expression_error(words: list[str], a: object) -> None:
    assert is_filter_or_refused_inside(" ".join(words), DictFields(a=a))


@given(text=st.text())
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_filter_or_an_expression_error(text: str) -> None:
    assert is_filter_or_refused_inside(text, DictFields())
