"""Each dead letter is of one version of the actions, wholly: it looks as that one says, and its trail says the same.

The action publishes both; a reload between its steps would have them say different things.
"""

import re

from ampsd.simulator.ledger import Ledger

_LETTER = re.compile(rb'\{"message":.*,"(reason|why)":"[a-z_,]+","graph":(\d+)\}', re.DOTALL)


def check(ledger: Ledger, dead_letter_topic: bytes, trail_topic: bytes) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    expected: bytes | None = None
    for position, one in ledger.publishes.items():
        if one.topic == trail_topic:
            if one.data != expected:
                wrong.append(f"graphs: the trail {one.data!r} at {position} follows a dead letter of {expected!r}")
            expected = None
        elif one.topic == dead_letter_topic:
            if expected is not None:
                wrong.append(f"graphs: a dead letter of {expected!r} has no trail before {position}")
            found = _LETTER.fullmatch(one.data)
            if found is None or (found[1] == b"why") != (int(found[2]) % 2 == 1):
                wrong.append(f"graphs: no version makes {one.data!r}")
            expected = None if found is None else b'{"graph":%b}' % found[2]
    return wrong
