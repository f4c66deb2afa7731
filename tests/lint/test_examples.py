"""The examples of this project have no finding and can be started from anywhere."""

from pathlib import Path

import pytest

from ampsd.lint.examination import examine

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/config.xml")), ids=lambda path: path.parent.name)
def test_an_example_has_no_finding(path: Path) -> None:
    examination = examine(
        str(path), read=lambda name: Path(name).read_bytes(), environment={}, working_directory="/nowhere"
    )
    assert [str(one) for one in examination.findings] == []
    assert examination.may_start
