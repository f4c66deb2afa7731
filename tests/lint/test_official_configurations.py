"""The vendor's own configurations: the client's sample as it is, the guides' examples with their dots taken out.

An example that breaks a documented rule is in BREAKS with what must be said about it; all others have no error.
"""

import re

import pytest
from lint_setup import examine_text
from official_sources import guide_configurations, source_of

from ampsd.lint.examination import Examination

GUIDE = guide_configurations()
_DOTS = re.compile(r"^\s*\.\.\.[^<\n]*$", re.MULTILINE)
_FILLED = "<Name>Example</Name>"

BREAKS = {
    "auxiliary_modules-27": ["AC102", "AC102"],  # a Destination without SyncType and Topic
    "auxiliary_modules-30": ["AC102", "AC102"],
    "first-program-2": ["AC101"],  # a Transport outside Transports
    "ha-0": ["AC296", "AC296"],  # here and below, the TransactionLog is among what the dots stand for
    "ha-1": ["AC296", "AC296"],
    "queues-1": ["AC201"],
    "queues-2": ["AC201", "AC201"],
    "queues-5": ["AC201"],
    "sow-2": ["AC102"],  # a SOW Topic without MessageType
}
"""Chapter and number -> the errors, by code."""


def errors(examination: Examination) -> list[str]:
    """Codes of what AMPS itself would not take; what only does not run here is no error of the file."""
    return [one.code for one in examination.findings if one.severity == "error" and one.code != "AC108"]


def completed(text: str) -> str:
    """An example without the dots that stand for what it leaves out, and with a name."""
    text = _DOTS.sub("", text)
    has_name = re.search(r"<AMPSConfig>\s*(<!--.*?-->\s*)*<Name>", text, re.DOTALL)
    return text if has_name else text.replace("<AMPSConfig>", f"<AMPSConfig>{_FILLED}", 1)


@pytest.mark.parametrize("version", ["5.3.4.0", "5.3.5.14"])
def test_the_sample_configuration_has_no_error(version: str) -> None:
    text = (source_of(version) / "samples" / "sample.xml").read_text()
    examination = examine_text(text)
    assert errors(examination) == []
    assert examination.model is not None


def test_there_are_guide_configurations() -> None:
    assert len(GUIDE) >= 30
    assert set(BREAKS) <= set(GUIDE)


@pytest.mark.parametrize("name", sorted(GUIDE))
def test_an_example_of_the_guide_has_no_error_but_those_that_it_breaks(name: str) -> None:
    examination = examine_text(completed(GUIDE[name]), environment={"USER": "amps"})
    assert errors(examination) == BREAKS.get(name, []), "\n".join(map(str, examination.findings))
