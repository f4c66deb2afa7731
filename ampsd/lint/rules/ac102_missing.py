"""AC102."""

from ampsd.lint.rule import Rule


class Missing(Rule):
    """A required element is missing.

    AMPS does not start without it, or cannot know what is meant.
    """

    severity = "error"
    failing = "<AMPSConfig><Description>no Name</Description></AMPSConfig>"
    passing = "<AMPSConfig><Name>Orders</Name><Description>with a Name</Description></AMPSConfig>"
