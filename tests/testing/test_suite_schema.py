"""The schema for editors and the documentation say what the declarations say."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from ampsd.cli.main import main
from ampsd.testing.declaration import written
from ampsd.testing.suite import Case, Suite, json_schema
from ampsd.testing.words import EXPECTATIONS, STEPS

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "tests.schema.json").read_text())
FENCE = "```yaml\n"


def documented() -> list[str]:
    return [part.split("```")[0] for part in (ROOT / "docs" / "testing.md").read_text().split(FENCE)[1:]]


def test_the_schema_is_the_one_of_the_declarations() -> None:
    assert json_schema() == SCHEMA, "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*/test.yml")), ids=lambda path: path.parent.name)
def test_the_examples_are_valid(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cases": []},
        {"cases": [{"name": "a", "steps": [{"publsh": {"topic": "a"}}]}]},
        {"cases": [{"name": "a", "steps": [{"publish": {"topik": "a"}}]}]},
        {"cases": [{"name": "a", "steps": [{"expect": {"received": {}}}]}]},
        {"cases": [{"name": "a", "steps": [{"expect": {}}]}]},
    ],
)
def test_an_editor_marks_what_is_refused(wrong: dict[str, object]) -> None:
    assert wrong == {"cases": []} or not jsonschema.Draft202012Validator(SCHEMA).is_valid(wrong)


@pytest.mark.parametrize("text", documented())
def test_what_the_documentation_shows_passes(text: str, tmp_path: Path) -> None:
    (tmp_path / "test.yml").write_text(text)
    config = ROOT / "examples" / "dead-letter" / "config.xml"
    result = CliRunner().invoke(main, ["test", str(config), str(tmp_path / "test.yml")])
    assert result.exit_code == 0, result.output


def test_the_documentation_has_every_word() -> None:
    text = (ROOT / "docs" / "testing.md").read_text()
    for cls in (Suite, Case, *STEPS, *EXPECTATIONS):
        word = getattr(cls, "word", "")
        assert not word or f"`{word}`" in text, f"{word} is missing"
        for one in cls.declared:
            assert f"`{written(one)}`" in text, f"{word}: {written(one)} is missing"
