"""ampsd:Backoff: how long a message rests before it is delivered again. AMPS delivers again at once."""

from ampsd import limits
from ampsd.declare import INTERVAL, Definition, one_of, option, ranged
from ampsd.definitions.kinds import PERCENT

_WAIT = ranged(INTERVAL, low=1, high=limits.LIFETIME_MAX_NS, text="more than 0")


class BackoffDefinition(Definition, element="ampsd:Backoff"):
    """How long a message rests after a cancel or a lost lease before it is delivered again; AMPS has no wait."""

    model: str = option(
        one_of("fixed", "linear", "exponential"),
        "How the wait grows: fixed not at all, linear by Initial each time, exponential doubles.",
        xml="ampsd:Model",
        default="exponential",
        reload="live",
    )
    initial_ns: int = option(
        _WAIT, "Wait after the first attempt.", xml="ampsd:Initial", default=1_000_000_000, reload="live"
    )
    maximum_ns: int = option(
        _WAIT, "Longest wait, jitter left aside.", xml="ampsd:Maximum", default=60_000_000_000, reload="live"
    )
    jitter: int = option(
        PERCENT,
        "Share of the wait that chance may add or take away, so that many messages do not come back at once.",
        xml="ampsd:Jitter",
        default=0,
        reload="live",
    )
