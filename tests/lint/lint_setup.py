"""What the tests of the linter share: a configuration from a text or from files, examined."""

from collections.abc import Mapping

from ampsd.lint.examination import Examination, examine

TRANSPORT = (
    "<Transports><Transport><Name>any-tcp</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport></Transports>"
)


def wrapped(example: str) -> str:
    """An example as a whole configuration: sections get an AMPSConfig, a Name and a transport where they lack them."""
    if "<AMPSConfig" in example or "<AmpsConfig" in example or not example.strip().startswith("<"):
        return example
    return f"<AMPSConfig><Name>Example</Name>{'' if '<Transports' in example else TRANSPORT}{example}</AMPSConfig>"


def examine_files(
    files: Mapping[str, str | bytes],
    path: str = "config.xml",
    *,
    environment: Mapping[str, str] | None = None,
    is_strict: bool = False,
) -> Examination:
    """Examine `path` of a mapping of paths to contents."""

    def read(name: str) -> bytes:
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory")
        content = files[name]
        return content if isinstance(content, bytes) else content.encode()

    return examine(path, read=read, environment=environment or {}, working_directory="/srv", is_strict=is_strict)


def examine_text(text: str, *, environment: Mapping[str, str] | None = None, is_strict: bool = False) -> Examination:
    """Examine one file."""
    return examine_files({"config.xml": text}, environment=environment, is_strict=is_strict)
