"""Good configurations with random damage: always findings or success, never an exception."""

from pathlib import Path
from random import Random

import pytest
from lint_setup import examine_files
from mutations import mutated

from ampsd.lint.examination import Examination

CONFIGS = Path(__file__).parent.parent / "configs"
GOOD = {path.name: path.read_bytes() for path in sorted(CONFIGS.glob("good*/*.xml"))}
TIMES = 5_000
PARTS = 20


def examined(data: bytes) -> Examination:
    return examine_files(GOOD | {"config.xml": data}, environment={"INSTANCE": "A", "PORT": "9007"}, is_strict=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_damage_gives_findings_or_success(part: int) -> None:
    for seed in range(part, TIMES, PARTS):
        random = Random(seed)
        data = mutated(random.choice(list(GOOD.values())), random)
        examination = examined(data)
        understood = all(one.severity != "error" or one.code == "AC108" for one in examination.findings)
        assert understood == (examination.model is not None), f"seed {seed}"
        for finding in examination.findings:
            assert finding.sentence, f"seed {seed}"
            assert finding.remedy.endswith((".", "?")), f"seed {seed}: {finding}"
            assert finding.span.line >= 1, f"seed {seed}"
            assert finding.span.column >= 1, f"seed {seed}"
