"""The reference pages are what the declarations say, and `ampsd explain` says the same."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ampsd.cli.explain import command as explain
from ampsd.reference.pages import PAGES, Page, look_up, near

DIRECTORY = Path(__file__).parent.parent.parent / "docs" / "reference"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_the_committed_page_is_what_the_declarations_say(page: Page) -> None:
    assert (DIRECTORY / page.file).read_text() == page.text(), "run `make schema`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_every_entry_of_a_page_is_found_by_its_name_and_says_something(page: Page) -> None:
    entries = page.entries()
    assert entries
    for entry in entries:
        assert entry.text.strip(), entry.name
        assert entry.names, entry.name
        assert entry in [one for name in entry.names[:1] for one in look_up(name)] or len(look_up(entry.names[0])) > 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("AC219", "A log file is rotated, but its name is always the same."),
        ("overwritten-log", "A log file is rotated, but its name is always the same."),
        ("Queue/MaxCancels", "Cancels after which a message expires"),
        ("<leaseperiod>", "How long a consumer may keep a message"),
        ("amps-action-do-publish-message", "`Data`"),
        ("do-publish-message", "`Data`"),
        ("AMPS_REASON", "amps-action-on-sow-expire-message"),
        ("{{AMPS_DATETIME}}", "every action"),
        ("AMPS_BYTE_0A", "every action"),
        ("00-0001", "info"),
    ],
)
def test_explain_finds_it_in_any_spelling(name: str, said: str) -> None:
    done = CliRunner().invoke(explain, [name])
    assert done.exit_code == 0, done.output
    assert said in done.output


def test_explain_lists_what_is_called_alike() -> None:
    done = CliRunner().invoke(explain, ["Name"])
    assert done.exit_code == 0
    assert "AMPSConfig/Transports/Transport/Name" in done.output
    assert "name one of them" in done.output


def test_explain_offers_what_is_near() -> None:
    done = CliRunner().invoke(explain, ["MaxCancel"])
    assert done.exit_code == 1
    assert "MaxCancels" in done.output
    assert near("amps-action-on-sow-expire") != []
    assert near("quite another thing") == []
