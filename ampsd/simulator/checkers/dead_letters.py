"""Every message that expired has exactly one dead letter, with its bytes and its reasons, whatever crashed when.

Because expiry and dead letter are one batch, this holds for every state of the log, not only at the end.
"""

import re
from collections import Counter

from ampsd.engine.events import REASON_ORDER
from ampsd.simulator.ledger import Ledger

_VERSION = re.compile(rb',"(?:reason|why)":("[a-z_,]+"),"graph":\d+\}$')


def check(ledger: Ledger, queue: bytes, dead_letter_topic: bytes) -> list[str]:
    """Violations."""
    wrong: list[str] = []
    expected: Counter[bytes] = Counter()
    removed: Counter[int] = Counter()
    for position, reasons in ledger.removals(queue):
        removed[position] += 1
        reasons &= 15  # the upper half says how it ended
        if reasons:
            words = ",".join(word for bit, word in enumerate(REASON_ORDER) if reasons >> bit & 1)
            expected[b'{"message":%b,"reason":"%b"}' % (ledger.publishes[position].data, words.encode())] += 1
    for position, times in removed.items():
        if times > 1 + ledger.resets[position]:
            wrong.append(f"the message at {position} was removed {times} times")
    found = Counter(_plain(one.data) for one in ledger.publishes.values() if one.topic == dead_letter_topic)
    if found != expected:
        missing, extra = list((expected - found).items()), list((found - expected).items())
        wrong.append(f"dead letters: missing {missing}, too many {extra}")
    return wrong


def _plain(letter: bytes) -> bytes:
    """Without what a version of the actions says beside the reasons."""
    return _VERSION.sub(rb',"reason":\1}', letter)
