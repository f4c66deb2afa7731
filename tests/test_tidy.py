"""The layers, the bans and the names of ARCHITECTURE.md, proved over the source. A failure says what to write."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ampsd"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS: list[tuple[str, ...]] = [
    ("units", "limits", "errors", "ports", "declare", "version", "junit", "wire", "message_types", "expressions"),
    ("definitions",),
    ("storage",),
    ("engine",),
    ("actions",),
    ("config",),
    ("instance", "adoption", "reactor", "lint", "flow"),
    ("admin", "reference"),
    ("server", "simulator"),
    ("cli", "testing", "__main__"),
]
"""From the bottom up: a part may import parts of lower layers and what INSIDE allows, nothing else."""

INSIDE = {
    "declare": {"units"},
    "wire": {"units", "limits", "version"},
    "message_types": {"limits"},
    "expressions": {"limits", "message_types"},
    "adoption": {"instance"},
    "reactor": {"adoption", "instance"},
    "lint": {"flow"},
    "cli": {"testing"},
    "__main__": {"cli"},
}
"""What a part may import of its own layer: neighbours do not know each other."""

OF_ENGINE_FOR_ACTIONS = {"ampsd.engine.events", "ampsd.engine.effects"}

OUTER = {"server", "simulator", "cli", "testing", "__main__"}
"""Parts that may touch the real world, or chance."""

BANNED_MODULES = {
    "asyncio": "the reactor decides when things run; below the server everything is synchronous",
    "os": "use the Disk port",
    "time": "use the Clock port: time is handed in",
    "random": "draw in the simulator, decide from input",
    "secrets": "chance belongs to the server layer",
    "socket": "use the Net port",
    "subprocess": "effects belong to the server layer",
    "threading": "the reactor is one thread; workers belong to the server layer",
    "signal": "signals are inputs that the server layer posts",
    "shutil": "use the Disk port",
    "tempfile": "use the Disk port",
    "pathlib": "paths are texts, files are read by a function that is handed in",
    "locale": "the same input must give the same output on every machine",
    "weakref": "finalisers run when they like; state ends when a method says so",
    "uuid": "chance belongs to the server layer",
}
BANNED_CALLS = {
    "open": "files are read by a function that is handed in, or through the Disk port",
    "input": "the console belongs to the cli",
    "print": "report through the Report port",
    "id": "order and identity must not depend on addresses",
    "hash": "string hashes differ between processes",
    "eval": "nothing that comes in is ever evaluated",
}
BANNED_NAMES = frozenset(
    [
        "util",
        "utils",
        "manager",
        "handler",
        "helper",
        "helpers",
        "common",
        "base",
        "misc",
        "core",
        "context",
        "data",
        "info",
    ]
)


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def layer_of(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}:{node.lineno}: write absolute imports"
            yield node.module, node.lineno
            if node.module == "ampsd":
                yield from ((f"ampsd.{alias.name}", node.lineno) for alias in node.names)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_point_down(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    part = part_of(path)
    layer = layer_of(part)
    for name, line in imports(path):
        pieces = name.split(".")
        if pieces[0] != "ampsd" or len(pieces) == 1 or pieces[1] == part:
            continue
        other = pieces[1]
        where = f"{relative(path)}:{line}: {part} imports {name}"
        if layer_of(other) == layer:
            assert other in INSIDE.get(part, set()), f"{where}: neighbours do not know each other"
        assert layer_of(other) <= layer, f"{where}, which is above it: hand it in, or move what you need down"
        if part == "actions" and other == "engine":
            assert name in OF_ENGINE_FOR_ACTIONS, f"{where}: actions see events and effects only"


@pytest.mark.parametrize("path", [path for path in FILES if part_of(path) not in OUTER], ids=relative)
def test_no_clock_disk_socket_process_or_chance_below_the_server(path: Path) -> None:
    for name, line in imports(path):
        reason = BANNED_MODULES.get(name.split(".")[0])
        assert reason is None, f"{relative(path)}:{line}: {name} is banned here: {reason}"
    tree = ast.parse(path.read_text())
    hashing = {
        id(call)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__hash__"
        for call in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            reason = BANNED_CALLS.get(node.func.id)
            if reason is not None and id(node) not in hashing:
                pytest.fail(f"{relative(path)}:{node.lineno}: {node.func.id}() is banned here: {reason}")
        iterated = node.iter if isinstance(node, ast.For | ast.comprehension) else None
        makes_set = isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name) and iterated.func.id == "set"
        if makes_set or isinstance(iterated, ast.Set | ast.SetComp):
            pytest.fail(f"{relative(path)}: a set is iterated; its order differs between processes: sort it")


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_names_say_what_is_inside(path: Path) -> None:
    if path.parent == PACKAGE / "actions" / "modules":
        return  # called after AMPS's modules, one of which is do-translate-data
    words = {path.stem, *path.stem.split("_")}
    assert not words & BANNED_NAMES, f"{relative(path)}: name the noun inside; {words & BANNED_NAMES} hides it"


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=relative)
def test_packages_import_nothing(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1, f"{relative(path)}: only a doc string; importing one file must not load the rest"
    assert isinstance(body[0], ast.Expr)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_and_functions_fit_a_mind(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 450, f"{relative(path)} has {text.count(chr(10))} lines: which two nouns live in it?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 70, f"{relative(path)}:{node.lineno}: {node.name} has {length} lines: split off the leaves"


OUTERMOST = {
    "ampsd/server/daemon.py",
    "ampsd/server/reloading.py",  # what runs is not to end because another configuration cannot be read
}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_only_the_outermost_line_catches_everything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            name = node.type.id if isinstance(node.type, ast.Name) else None
            if node.type is None or name in {"Exception", "BaseException"}:
                assert relative(path) in OUTERMOST, (
                    f"{relative(path)}:{node.lineno}: catch the errors you expect; a fault of ours stops the process"
                )


def test_nothing_is_left_to_do() -> None:
    for path in FILES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for word in ("TODO", "FIXME", "XXX"):
                assert word not in line, (
                    f"{relative(path)}:{number}: finish it, or say in the change log what is missing"
                )


def test_the_layers_cover_every_part() -> None:
    parts = {part_of(path) for path in FILES if path != PACKAGE / "__init__.py"}
    known = {part for layer in LAYERS for part in layer}
    assert parts <= known, f"{parts - known}: give it a place in LAYERS and in ARCHITECTURE.md"
