"""The catalogue is complete and of one form, and what the source reports fits its rows."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsd import errors

PACKAGE = Path(__file__).parent.parent / "ampsd"
ID = re.compile("[0-9A-F]{2}-[0-9]{4}")
ROWS = sorted(errors.CATALOGUE.items())

CATEGORIES = {
    "00": "start-up",
    "01": "general",
    "02": "message processing",
    "03": "expiration",
    "04": "publish",
    "05": "statistics",
    "06": "metadata",
    "07": "clients",
    "08": "regular expressions",
    "09": "ids",
    "0A": "diff and merge",
    "0B": "out of focus",
    "0C": "views",
    "0D": "data cache",
    "0E": "conflated topics",
    "0F": "message processors",
    "11": "connectivity",
    "12": "commands",
    "13": "datasources",
    "14": "subscriptions",
    "15": "SOW",
    "16": "queries",
    "17": "outbound messages",
    "18": "parsers",
    "19": "admin console",
    "1A": "expressions",
    "1B": "SQLite",
    "1C": "metadata files",
    "1D": "transaction log monitor",
    "1E": "replication bootstrap",
    "1F": "client sessions",
    "20": "heartbeats",
    "21": "replay",
    "22": "completion",
    "23": "bookmark subscriptions",
    "24": "thread monitor",
    "25": "authorization",
    "26": "SOW cache",
    "28": "memory",
    "29": "modules and actions",
    "2A": "message pipeline",
    "2B": "module loading",
    "2C": "files, those of the transaction log too",
    "2D": "NUMA",
    "2F": "SOW broadcast",
    "30": "utilities",
    "31": "queues",
    "70": "network",
    "FF": "shutdown",
}
"""The component behind the first two characters of an id."""


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def reports() -> Iterator[tuple[str, str, set[str], bool]]:
    """Place, id, names of values, and whether more come from a mapping: every call with an id as its first argument."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            code = node.args[0].value
            if isinstance(code, str) and ID.fullmatch(code) and node.keywords:
                names = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
                has_more = any(keyword.arg is None for keyword in node.keywords)
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", code, names, has_more


@pytest.mark.parametrize(("code", "entry"), ROWS)
def test_row_has_a_known_category_a_level_and_whole_sentences(code: str, entry: errors.Entry) -> None:
    assert ID.fullmatch(code)
    assert code[:2] in CATEGORIES
    assert entry.level in errors.LEVELS
    for text in (entry.cause, entry.remedy):
        assert text.strip() == text
        assert text.endswith(".")
    assert "\n" not in entry.text


@pytest.mark.parametrize(("code", "entry"), ROWS)
def test_placeholders_are_plain_names(code: str, entry: errors.Entry) -> None:
    names = placeholders(entry.text)
    assert all(name.isidentifier() for name in names)
    assert "code" not in names, "the report's own argument"
    assert entry.text.format(**dict.fromkeys(names, "x"))


def test_every_report_in_the_source_has_a_row_and_gives_its_values() -> None:
    found = list(reports())
    assert found
    for place, code, names, has_more in found:
        assert code in errors.CATALOGUE, f"{place}: add a row for {code} to errors.CATALOGUE"
        wanted = set(placeholders(errors.CATALOGUE[code].text))
        assert has_more or names == wanted, f"{place}: {code} takes {sorted(wanted)}, not {sorted(names)}"


def test_rows_stand_in_the_order_of_their_ids() -> None:
    assert list(errors.CATALOGUE) == sorted(errors.CATALOGUE)


@pytest.mark.parametrize(
    ("code", "level", "text"),
    [
        ("00-0015", "info", "AMPS initialization completed ({seconds} seconds)."),
        ("29-0103", "info", "{message}"),
    ],
)
def test_ids_that_amps_documents_keep_their_meaning(code: str, level: str, text: str) -> None:
    entry = errors.describe(code)
    assert (entry.level, entry.text) == (level, text)


def test_an_unknown_id_has_no_description() -> None:
    with pytest.raises(KeyError):
        errors.describe("99-9999")


def test_a_row_with_an_invented_level_is_refused() -> None:
    with pytest.raises(ValueError, match="loud"):
        errors.Entry("loud", "text", "cause", "remedy")


def test_rows_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        errors.describe("00-0015").level = "none"  # type: ignore[misc]
