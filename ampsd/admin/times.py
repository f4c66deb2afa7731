"""Times as the admin interface writes them."""

from ampsd.engine import turn


def time_text(wall_ns: int) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    text = turn.timestamp(wall_ns).decode()
    return f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:]}"
