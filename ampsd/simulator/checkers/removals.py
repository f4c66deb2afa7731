"""P5: once a removal is persisted, the message is never leased again."""

from ampsd.simulator.history import History, Leased, RemovalPersisted, Reset


def check(history: History) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    removed: dict[bytes, None] = {}
    # An operator who resets a message has it worked again, also when a late acknowledgment came after its end.
    reset = {one.bookmark: None for one in history.observations if isinstance(one, Reset)}
    for one in history.observations:
        if isinstance(one, RemovalPersisted) and one.bookmark not in reset:
            removed[one.bookmark] = None
        elif isinstance(one, Leased) and one.bookmark in removed:
            wrong.append(f"P5: {one.bookmark!r} is leased at {one.time_ns} although its removal was persisted")
    return wrong
