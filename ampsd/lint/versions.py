"""Versions that a configuration asks for, against the version of AMPS that this program follows."""

from ampsd import version


def too_new(wanted: tuple[int, ...] | None) -> str:
    """A sentence when `wanted` is newer than ours, compared as far as it goes; empty otherwise."""
    ours = tuple(map(int, version.AMPS_VERSION.split(".")))
    if wanted is None or wanted <= ours[: len(wanted)]:
        return ""
    shown = ".".join(map(str, wanted))
    return f"the file asks for AMPS {shown}; this program does what AMPS {version.AMPS_VERSION} does"
