"""Patterns: what they match, what is refused, and that no pattern takes long."""

import pcre2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd import limits
from ampsd.expressions.regex import compile_regex, is_regex


@pytest.mark.parametrize("name", [*"^$|*+?()[]{}\\", "^orders", "orders.*", "a|b"])
def test_names_with_metacharacters_are_patterns(name: str) -> None:
    assert is_regex(name)


@pytest.mark.parametrize("name", ["", "orders", "orders.eu", "/AMPS/SOWStats", "a-b_c d", "größe"])
def test_plain_names_are_not_a_dot_does_not_count(name: str) -> None:
    assert not is_regex(name)


MATCHES = [
    (rb"order", b"an order here"),
    (rb"^order", b"orders"),
    (rb"order$", b"an order"),
    (rb"^$", b""),
    (rb"", b"anything"),
    (rb"a.*", b"xxa"),
    (rb"a.*c|^z", b"zebra"),
    (rb"(?i)us$", b"US"),
    (rb"(.)\1", b"abba"),
    (rb"(?x) a b  # a comment", b"xab"),
    (rb"(?x) (a) b  # a comment\Q", b"xab"),
    (rb"\Qa+b", b"xa+b"),
    (rb"(?!.*x)^a", b"ab"),
    (rb"(?<=a)b", b"ab"),
    (rb"\d{3}", b"ab123"),
    (rb"[^a]", b"ab"),
    (rb"\xff", b"\xfe\xff"),
    (rb"(?U)a+", b"aa"),
    (rb"(a)(?1)", b"aa"),
    (rb"a\.b", b"a.b"),
    (rb"\(\*x", b"(*x"),
    (rb"(?s)a.b", b"a\nb"),
    (rb"x\Kb", b"xb"),
]


@pytest.mark.parametrize(("pattern", "subject"), MATCHES)
def test_searches_anywhere_byte_by_byte(pattern: bytes, subject: bytes) -> None:
    assert compile_regex(pattern).search(subject)


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [
        (rb"^order", b"an order"),
        (rb"US", b"us"),
        (rb"a.b", b"a\nb"),
        (rb"^.$", "é".encode()),
        (rb"(.)\1", b"abc"),
        (rb"\w", b"\xe9"),
    ],
)
def test_does_not_match(pattern: bytes, subject: bytes) -> None:
    assert not compile_regex(pattern).search(subject)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (b"(", "missing closing parenthesis"),
        (b"a)(b", "unmatched closing parenthesis"),
        (b"[a", "missing terminating ]"),
        (b"*", "near byte 1"),
        (b"(" * 300 + b")" * 300, "nested"),
        (b"(*UTF)a", "not allowed"),
        (b"(*LIMIT_MATCH=9999999)a", "not allowed"),
        (b"a(*SKIP)b", "not allowed"),
        (b"a(?R)?b", "not allowed"),
        (b"a\\g<0>?b", "not allowed"),
        (b"a" * 4097, "longer than 4096 bytes"),
        (b"a\\", "does not compile"),
    ],
)
def test_refused_with_a_sentence(pattern: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^the regular expression ") as caught:
        compile_regex(pattern)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [
        (rb"^(a+)+$", b"a" * 40 + b"b"),
        (rb"(\w+)\1[xy]", b"a" * 16_000),
        (rb"(?:a|a){12}[xy]", b"a" * 16_000),
        (rb"(?:a?){11}[xy]", b"a" * 16_000),
        (rb".*.*.*[xy]", b"a" * 16_000),
        (b"(?>" + rb"\w*x|" * 800 + b"y)", b"a" * 16_000),
        (b"()" * 2000 + rb"(a|b)*c", b"ab" * 2000 + b"c"),
    ],
)
def test_a_search_that_reaches_a_bound_is_no_match(pattern: bytes, subject: bytes) -> None:
    assert not compile_regex(pattern).search(subject)


def test_simple_patterns_are_tried_on_long_texts_and_others_are_not() -> None:
    text = b"x" * 1_000_000 + b"timeout"
    assert compile_regex(b"(?i)TimeOut$").search(text)
    assert not compile_regex(b"time(out)").search(text)
    assert compile_regex(b"time(out)").search(text[-limits.REGEX_SUBJECT_MAX :])
    assert not compile_regex(b"o" * 4000 + b"$").search(b"x" * 100_000)


def test_ordinary_patterns_work_on_texts_of_some_kilobytes() -> None:
    text = b"the quick brown fox, " * 400 + b"error: connection timeout"
    assert compile_regex(rb"error.*timeout").search(text)
    assert compile_regex(rb"[a-z]+: \w+ (timeout|refused)$").search(text)


def test_patterns_compare_by_their_text() -> None:
    assert compile_regex(b"a") == compile_regex(b"a")
    assert compile_regex(b"a") != compile_regex(b"b")
    assert len({compile_regex(b"a"), compile_regex(b"a")}) == 1
    assert repr(compile_regex(b"a")) == "Regex(b'a')"


PIECES = [b"a", b"b", b".", b"*", b"+", b"?", b"(", b")", b"[", b"]", b"|", b"^", b"$", b"{2}", b"\\1", b"\\w", b"(?:"]
PIECES += [b"(?=", b"(*", b"\\Q", b"\\E", b"#", b"(?x)", b"\n", b"\\", b"\xff", b"(?R)", b"-"]


def searches_or_is_refused(pattern: bytes, subject: bytes) -> bool:
    try:
        return compile_regex(pattern).search(subject) in (True, False)
    except ValueError as error:
        return str(error).startswith("the regular expression ")


@given(pattern=st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join), subject=st.binary(max_size=30))
@settings(max_examples=1000, deadline=None)
def test_any_pattern_searches_or_is_refused(pattern: bytes, subject: bytes) -> None:
    assert searches_or_is_refused(pattern, subject)


@given(
    pattern=st.lists(st.sampled_from([b"a", b"b", b"a*", b"b+", b"(a|b)", b".", b"^", b"$", b"(ab)?"]), max_size=6),
    subject=st.text("ab\n", max_size=8),
)
@settings(max_examples=500, deadline=None)
def test_the_bounds_do_not_change_what_matches(pattern: list[bytes], subject: str) -> None:
    text = b"".join(pattern)
    plain = pcre2.compile(text, jit=False).search(subject.encode()) is not None
    assert compile_regex(text).search(subject.encode()) is plain
