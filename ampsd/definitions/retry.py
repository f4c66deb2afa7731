"""ampsd:Retry: what happens when a step of an action fails. AMPS ends the action."""

from ampsd.declare import COUNT, INTERVAL, Definition, one_of, option, ranged

NEVER, LIMIT, ALWAYS = "Never", "Limit", "Always"


class RetryDefinition(Definition, element="ampsd:Retry"):
    """Whether an action goes on with a step that failed, later; AMPS does not: the rest of the action is not run."""

    mode: str = option(
        one_of(NEVER, LIMIT, ALWAYS),
        "Never; up to Limit times; or until it succeeds.",
        xml="ampsd:Mode",
        default=LIMIT,
        reload="live",
    )
    limit: int = option(
        ranged(COUNT, low=1, text="at least 1"),
        "How often a failed step is tried again.",
        xml="ampsd:Limit",
        default=3,
        reload="live",
    )
    wait_ns: int = option(
        ranged(INTERVAL, low=1_000_000, text="at least 1ms"),
        "How long after the failure.",
        xml="ampsd:Wait",
        default=2_000_000_000,
        reload="live",
    )

    def allows(self, retries: int) -> bool:
        """Whether there may be one more, after so many."""
        return self.mode == ALWAYS or (self.mode == LIMIT and retries < self.limit)
