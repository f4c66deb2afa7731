"""Variables every action has, whatever set it off (User Guide, Automating AMPS With Actions)."""

import re
from datetime import UTC, datetime, timedelta

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
"""What a variable's name may look like, as a regular expression."""

_BYTE_NAME = re.compile(r"AMPS_BYTE_([0-9A-F]{2})\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ALWAYS_SET = {
    "AMPS_INSTANCE_NAME": "Name of the instance.",
    "AMPS_DATETIME": "When the action began to run, in ISO-8601's basic form with microseconds, UTC.",
    "AMPS_UNIX_TIMESTAMP": "When the action began to run, in seconds since 1970 with microseconds.",
}
"""Variables of every firing, next to AMPS_BYTE_00 ... AMPS_BYTE_FF: name -> what it holds."""

BYTE_DOC = "The byte that the last two characters name in hexadecimal digits, upper case: AMPS_BYTE_0A is a line end."


def constant(name: str) -> bytes | None:
    """The byte that AMPS_BYTE_XX (two upper-case hexadecimal digits) stands for; None for other names."""
    match = _BYTE_NAME.match(name)
    return bytes.fromhex(match.group(1)) if match else None


def datetime_text(wall_ns: int) -> str:
    """AMPS_DATETIME: ISO-8601 in AMPS's basic form with microseconds, UTC, such as 20250102T123500.000000Z."""
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1000)
    return moment.strftime("%Y%m%dT%H%M%S.%fZ")


def unix_timestamp_text(wall_ns: int) -> str:
    """AMPS_UNIX_TIMESTAMP: seconds since 1970 with microseconds, a number that an expression can use as it is."""
    seconds, rest_ns = divmod(wall_ns, 1_000_000_000)
    return f"{seconds}.{rest_ns // 1000:06d}"
