"""The load generator: built from `load/` with the system's compiler, run against a server."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from servers import HERE, Server

SOURCES = HERE / "load"


def program() -> Path:
    """The generator, built if its sources changed."""
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise SystemExit("the load generator needs a C++ compiler (Debian: apt-get install g++)")
    sources = sorted(SOURCES.glob("*.cpp"))
    digest = hashlib.blake2b(digest_size=8)
    for one in sorted(SOURCES.glob("*.?pp")):
        digest.update(one.read_bytes())
    built = Path(tempfile.gettempdir()) / f"ampsd-load-{digest.hexdigest()}"
    if not built.exists():
        partial = built.with_suffix(".new")
        subprocess.run([compiler, "-std=c++17", "-O2", "-o", str(partial), *map(str, sources)], check=True)
        partial.rename(built)
    return built


class LoadError(Exception):
    """A server refused the load: some have a bound on the size of a message."""


class Sample:
    """One measured interval. A delivery counts as a message, so 1 to 10 counts ten for each publish."""

    def __init__(self, result: dict[str, float], cpu_seconds: float) -> None:
        messages = max(result["messages"], 1)
        self.rate = messages / result["seconds"]
        self.cpu_us = cpu_seconds / messages * 1e6
        self.published_rate = result.get("published", 0) / result["seconds"]
        self.cpu_us_published = cpu_seconds / max(result.get("published", 0), 1) * 1e6
        self.generator_cpu = result.get("generator_cpu", 0.0)
        self.latencies_us = [result[name] for name in ("p50_us", "p99_us", "p999_us") if name in result]


def measure(server: Server, **options: object) -> Sample:
    """Run the generator with `options` of its command line, and the server's CPU between its two marks."""
    words = [f"--{name.replace('_', '-')}={value}".split("=", 1) for name, value in options.items()]
    command = [str(program()), "--protocol", server.protocol, "--port", str(server.port)]
    return _run(server, [*command, *(word for pair in words for word in pair)])


def _run(server: Server, command: list[str]) -> Sample:
    load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert load.stdout is not None
    before = after = 0.0
    result: dict[str, float] = {}
    for line in load.stdout:
        if line.startswith("begin"):
            before = server.cpu_seconds()
        elif line.startswith("end"):
            after = server.cpu_seconds()
        else:
            result = json.loads(line)
    if load.wait() != 0 or not result:
        raise LoadError(f"the load on {server.name} failed: {command}")
    return Sample(result, after - before)


CLIENT = HERE.parent / ".venv" / "official" / "amps-python-client-5.3.5.14" / "src" / "cpp"


def official_program() -> Path | None:
    """The same load by the official C++ client, built of its sources; None where `make test` has not fetched them."""
    compiler = shutil.which("g++")
    if compiler is None or not CLIENT.is_dir():
        return None
    source = SOURCES / "official" / "official.cpp"
    digest = hashlib.blake2b(source.read_bytes(), digest_size=8).hexdigest()
    built = Path(tempfile.gettempdir()) / f"ampsd-official-load-{digest}"
    if not built.exists():
        with tempfile.TemporaryDirectory() as objects:
            include = ["-O2", "-w", "-I", str(CLIENT / "include")]
            made: list[str] = []
            for one in sorted(CLIENT.glob("src/*.c")):
                made.append(f"{objects}/{one.stem}.o")
                subprocess.run(["gcc", *include, "-c", "-o", made[-1], str(one)], check=True)
            partial = built.with_suffix(".new")
            options = ["-std=c++17", *include, "-o", str(partial), str(source), *made, "-lpthread", "-ldl"]
            subprocess.run([compiler, *options], check=True)
            partial.rename(built)
    return built


def measure_official(server: Server, workload: str, warm_up: float, seconds: float) -> Sample | None:
    """The same interval with the official C++ client at both ends."""
    built = official_program()
    if built is None:
        return None
    return _run(server, [str(built), workload, str(server.port), str(warm_up), str(seconds)])
