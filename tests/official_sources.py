"""Source packages of the official Python client: its sample configuration and programs, and the guides' examples.

They are not ours to keep: `make test` runs this file once, which fetches them with pip into `.venv/official/`.
Version 5.3.4.0 is the last that carries the guides.
"""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from lxml import html

VERSIONS = ("5.3.4.0", "5.3.5.14")
DIRECTORY = Path(__file__).parent.parent / ".venv" / "official"


def source_of(version: str) -> Path:
    """The unpacked package of that version."""
    found = DIRECTORY / f"amps-python-client-{version}"
    assert found.is_dir(), f"{found} is missing: run `make test`, or python {__file__}"
    return found


def guide_configurations() -> dict[str, str]:
    """Every example of the guides that begins an AMPSConfig: chapter and number -> text."""
    found: dict[str, str] = {}
    for page in sorted(source_of("5.3.4.0").glob("docs/*/html/chapters/*.html")):
        for number, block in enumerate(html.parse(str(page)).getroot().iter("pre")):
            text = block.text_content()
            if "<AMPSConfig" in text:
                found[f"{page.stem}-{number}"] = text
    return found


def fetch() -> None:
    """Fetch and unpack what is not there yet."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        if (DIRECTORY / f"amps-python-client-{version}").is_dir():
            continue
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps"]
        subprocess.run(
            [*pip, "--no-binary", ":all:", "--dest", str(DIRECTORY), f"amps-python-client=={version}"], check=True
        )
        (archive,) = [*DIRECTORY.glob(f"amps*client-{version}.tar.gz"), *DIRECTORY.glob(f"amps*client-{version}.zip")]
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(DIRECTORY)
        else:
            with tarfile.open(archive) as packed_tar:
                packed_tar.extractall(DIRECTORY, filter="data")
        archive.unlink()


if __name__ == "__main__":
    fetch()
