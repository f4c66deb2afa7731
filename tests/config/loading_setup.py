"""What the tests of configurations share: files from a mapping or from disk, and findings as short texts."""

from collections.abc import Mapping
from pathlib import Path

from ampsd.config.finding import Finding
from ampsd.config.model import Model
from ampsd.lint.examination import Examination, examine

CONFIGS = Path(__file__).parent.parent / "configs"
REPOSITORY = CONFIGS.parent.parent
ENVIRONMENT = {"INSTANCE": "Named", "PORT": "9007", "MARKUP": "<b>&amp;"}

TRANSPORT = (
    "<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"
)
LOG = (
    "<TransactionLog><JournalDirectory>./journal</JournalDirectory>"
    "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)


def read_disk(path: str) -> bytes:
    return Path(path).read_bytes()


def load_disk(path: Path, *, is_strict: bool = False) -> Examination:
    return examine(
        str(path), read=read_disk, environment=ENVIRONMENT, working_directory="/nowhere", is_strict=is_strict
    )


def load_files(
    files: Mapping[str, str | bytes],
    path: str = "config.xml",
    *,
    environment: Mapping[str, str] | None = None,
    working_directory: str = "/srv",
    dev_directory: str | None = None,
) -> Examination:
    """Load `path` from a mapping of paths to contents."""

    def read(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory")
        content = files[name]
        return content if isinstance(content, bytes) else content.encode()

    return examine(
        path,
        read=read,
        environment=environment or {},
        working_directory=working_directory,
        dev_directory=dev_directory,
    )


def load_text(inside: str, *, name: str = "<Name>Test</Name>", transport: str = TRANSPORT) -> Examination:
    """Load an AMPSConfig with these elements inside."""
    return load_files({"config.xml": f"<AMPSConfig>{name}{transport}{inside}</AMPSConfig>"})


def model_of(loading: Examination) -> Model:
    assert loading.model is not None, "\n".join(map(str, loading.findings))
    return loading.model


def shown(finding: Finding) -> str:
    return f"{finding.code} {finding.severity} {finding.span}"


def codes_of(loading: Examination) -> list[str]:
    return [finding.code for finding in loading.findings]
