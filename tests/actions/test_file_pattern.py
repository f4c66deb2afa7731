"""Patterns of files: read as a shell reads them, and a value is a part of one name, whatever it holds."""

import fnmatch
import os
import re
import shutil
import subprocess
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampsd.actions.file_pattern import parse_file_pattern

PIECES = [
    "*",
    "?",
    "[",
    "]",
    "!",
    "^",
    "-",
    "\\",
    ".",
    "a",
    "\n",
    " ",
    "é",
    "$(x)",
    "[a-z]",
    "[!a]",
    "{{V}}",
    "'",
    "\udcff",
]
HOSTILE = list(islice(("".join(some) for size in (1, 2, 3) for some in product(PIECES, repeat=size)), 1000))
BYTES = st.binary(max_size=20).map(lambda one: one.translate(None, b"\0/"))


def matcher(pattern: bytes) -> re.Pattern[bytes]:
    """Names are matched byte by byte."""
    return re.compile(fnmatch.translate(pattern.decode("latin-1")).encode("latin-1"), re.DOTALL)


def parts_of(text: str, **values: bytes) -> tuple[bytes, list[bytes]]:
    filled = parse_file_pattern(text).fill(values)
    return filled.root, list(filled.parts)


@pytest.mark.parametrize(
    ("text", "root", "parts"),
    [
        ("*.log", b".", [b"*.log"]),
        ("  *.log\n", b".", [b"*.log"]),
        ("app.log", b".", [b"app.log"]),
        ("./app.log", b".", [b"app.log"]),
        ("/app.log", b"/", [b"app.log"]),
        ("/*", b"/", [b"*"]),
        ("/var/log/app-?.log", b"/var/log", [b"app-?.log"]),
        ("//var//log//*.log", b"/var/log", [b"*.log"]),
        ("../old/../logs/./x*", b"../old/../logs/.", [b"x*"]),
        ("/var/*/logs/./x.log", b"/var", [b"*", b"logs", b"x.log"]),
        ("/var/{{V}}/x.log", b"/var", [b"v", b"x.log"]),
        ("logs/{{V}}-{{V|upper}}*.log", b"logs", [b"v-V*.log"]),
        ("logs/x{{NOBODY}}.log", b"logs", [b"x.log"]),
        (r"o\*d/\[x\]-\a\\*", b"o*d", [b"[[]x]-a\\*"]),
        (r"\.x*", b".", [b".x*"]),
        ("a/[0-9][!a-c][!d]", b"a", [b"[0-9][!a-c][!d]"]),
        ("[]a-]", b".", [b"[]a-]"]),
        ("[!]-]", b".", [b"[!]-]"]),
        (r"[\]\!\-\^]", b".", [b"[]^!-]"]),
        ("[!!]", b".", [b"[!!]"]),
        (r"[\!]x[-\!]", b".", [b"!x[-!]"]),
        ("lögs/ö*", "lögs".encode(), ["ö*".encode()]),
        ("a b/$X/{x,y}", b"a b/$X", [b"{x,y}"]),
    ],
)
def test_the_root_ends_where_wildcards_and_variables_begin(text: str, root: bytes, parts: list[bytes]) -> None:
    assert parts_of(text, V=b"v") == (root, parts)
    assert parse_file_pattern(text).root == root


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("/", "names a directory"),
        ("logs/", "names a directory"),
        ("logs/.", "names a directory"),
        ("..", "names a directory"),
        ("logs/..", "names a directory"),
        ("{{V}}/..", "names a directory"),
        ("*/../x.log", "behind a wildcard or a variable"),
        ("a/{{V}}/../x.log", "behind a wildcard or a variable"),
        ("*/", "names a directory"),
        ("~/x.log", "line 1, column 1 of the text: ~ is no directory"),
        ("a\\", "line 1, column 2 of the text: a backslash"),
        ("a\\/b", "line 1, column 2 of the text: a backslash"),
        ("\\{{V}}", "line 1, column 1 of the text: a backslash before a variable"),
        ("a[{{V}}]", "line 1, column 3 of the text: a variable may not stand between"),
        ("[[:digit:]]", "line 1, column 2 of the text: classes"),
        ("[^a]", "line 1, column 1 of the text: shells do not agree on [^"),
        ("[a", "line 1, column 1 of the text: this [ is not closed"),
        ("a/[]", "line 1, column 3 of the text: this [ is not closed"),
        ("[a/b]*", "line 1, column 1 of the text: this [ is not closed"),
        ("[a{{V}}*", "line 1, column 1 of the text: this [ is not closed"),
        ("[+--]", "line 1, column 1 of the text: a range"),
        ("[é]", "line 1, column 2 of the text: between"),
        ("a\0b", "line 1, column 2 of the text: a NUL"),
        ("{{V", "line 1, column 1 of the text: {{ is not closed"),
    ],
)
def test_what_is_no_pattern_says_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_file_pattern(text)


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("{{V}}", b"", "the name of the file or directory is ''"),
        ("a/{{V}}/b", b".", "is '.'"),
        ("a/{{V}}/b", b"..", "is '..'"),
        ("a/.{{V}}/b", b".", "is '..'"),
        ("a/{{V}}{{V}}", b".", "is '..'"),
        ("a/x{{V}}", b"../y", "the value of {{V}} has a /"),
        ("a/x{{V}}*", b"/", "has a /"),
        ("a/x{{V|upper}}", b"a\0", "the value of {{V|upper}} has a NUL byte"),
    ],
)
def test_a_value_leads_nowhere_else(text: str, value: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_file_pattern(text).fill({"V": value})


@given(value=BYTES, other=BYTES)
@settings(max_examples=500)
def test_a_value_matches_itself_alone(value: bytes, other: bytes) -> None:
    (part,) = parts_of("[a-c]{{V}}-{{V}}x", V=value)[1]
    assert matcher(part).match(b"b" + value + b"-" + value + b"x")
    assert (matcher(part).match(b"b" + other + b"-" + other + b"x") is None) == (other != value)
    assert b"/" not in part


def test_a_thousand_hostile_names_each_match_themselves_alone() -> None:
    names = sorted({name.encode("utf-8", "surrogateescape") for name in HOSTILE})
    assert len(HOSTILE) == 1000
    whole = [b"x-" + name + b".log" for name in names]
    for name in names:
        (part,) = parts_of("x-{{V}}.log", V=name)[1]
        assert list(filter(matcher(part).match, whole)) == [b"x-" + name + b".log"]
        (part,) = parts_of("x-{{V}}.*", V=name)[1]
        assert matcher(part).match(b"x-" + name + b".log")


def test_a_value_between_escaped_brackets_is_no_set() -> None:
    (part,) = parts_of(r"\[a{{V}}]", V=b"]*")[1]
    assert matcher(part).match(b"[a]*]")
    assert not matcher(part).match(b"a")


@given(text=st.lists(st.sampled_from([*PIECES[:-1], "/", "..", "~", "{{", "|upper}}"]), max_size=8).map("".join))
@settings(max_examples=1000)
def test_pieces_in_any_order_are_a_pattern_or_refused(text: str) -> None:
    try:
        pattern = parse_file_pattern(text)
    except ValueError:
        return
    filled = pattern.fill({"V": b"*"})
    assert filled.root
    assert filled.parts
    assert all(part not in (b"", b".", b"..") and b"/" not in part for part in filled.parts)
    assert pattern == parse_file_pattern(text)
    assert str(pattern) == text.strip()
    assert len({pattern, parse_file_pattern(text)}) == 1


NAMES = ["".join(some) for size in (1, 2) for some in product("ab]-^![*\\?", repeat=size)]


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert list(parse_file_pattern("[*-?!]").fill({}).parts) == [b"[*-?!]"]
    with pytest.raises(ValueError, match=r"the range from \? to \* is empty: turn it round"):
        parse_file_pattern("[?-*!]")


@pytest.mark.parametrize("shell", ["/bin/sh", *filter(None, [shutil.which("bash")])])
@pytest.mark.parametrize("first", ["", "["])
def test_a_pattern_matches_what_a_shell_matches(shell: str, first: str, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).touch()

    @given(rest=st.text("ab*?[]!^-\\", min_size=1, max_size=5))
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    def check(rest: str) -> None:
        text = first + rest
        try:
            (part,) = parse_file_pattern(text).fill({}).parts
        except ValueError:
            return
        done = subprocess.run(
            [shell, "-c", f"printf '%s\\0' {text}"],
            cwd=tmp_path,
            env={"LC_ALL": "C", "PATH": os.defpath},
            capture_output=True,
            check=True,
        )
        found = {name.decode() for name in done.stdout.split(b"\0")} & set(NAMES)
        assert {name for name in NAMES if matcher(part).match(name.encode())} == found

    check()
