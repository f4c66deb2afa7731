"""The pre-commit hooks, the GitHub action and the GitLab template are well-formed, and what they call exists."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ampsd.cli.lint import command as lint

REPOSITORY = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
ACTION = REPOSITORY / ".github" / "actions" / "lint" / "action.yml"
TEMPLATE = REPOSITORY / ".gitlab" / "ampsd-lint.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
OPTIONS = {name for parameter in lint.params for name in parameter.opts}


@pytest.mark.parametrize(
    "judge",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)],
        ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(TEMPLATE)],
        ["pre-commit", "validate-manifest", str(HOOKS)],
    ],
    ids=["github", "gitlab", "pre-commit"],
)
def test_the_tool_that_reads_it_accepts_it(judge: list[str]) -> None:
    done = subprocess.run([str(BIN / judge[0]), *judge[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [ACTION, TEMPLATE, HOOKS], ids=lambda path: path.name)
def test_the_options_it_uses_exist(path: Path) -> None:
    calls = [line for line in path.read_text().splitlines() if "ampsd lint" in line and not line.startswith("#")]
    assert calls
    used = {word for call in calls for word in re.findall(r"(?<=\s)--[a-z-]+", call)}
    assert used <= OPTIONS


def test_the_script_of_the_action_is_a_script(tmp_path: Path) -> None:
    script = YAML(typ="safe").load(ACTION.read_text())["runs"]["steps"][-1]["run"]
    path = tmp_path / "script.sh"
    path.write_text(script)
    assert "${{" not in script, "inputs reach the script as variables, or they could write it"
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_the_action_lints(tmp_path: Path) -> None:
    script = YAML(typ="safe").load(ACTION.read_text())["runs"]["steps"][-1]["run"]
    (tmp_path / "one.xml").write_text("<AMPSConfig><Nmae>A</Nmae></AMPSConfig>")
    environment = {
        "PATH": f"{BIN}:/usr/bin:/bin",
        "CONFIGS": "*.xml",
        "PROFILE": "default",
        "BASELINE": "",
        "SARIF": "out.sarif",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.search(r"^::error file=one\.xml,line=1,col=13", done.stdout, re.MULTILINE), done.stdout + done.stderr
    assert '"ruleId": "AC101"' in (tmp_path / "out.sarif").read_text()


@pytest.mark.parametrize("hook", YAML(typ="safe").load(HOOKS.read_text()), ids=lambda hook: hook["id"])
def test_a_hook_runs_on_the_files_it_is_given(hook: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "config.xml"
    path.write_text("<AMPSConfig><Nmae>A</Nmae></AMPSConfig>")
    program, *arguments = shlex.split(hook["entry"])
    done = subprocess.run([str(BIN / program), *arguments, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == (0 if "--fix" in arguments else 1)
