"""AC019."""

from ampsd.lint.rule import Rule


class TooManyErrors(Rule):
    """There are so many errors that the rest of the configuration was not looked at.

    Often one lost tag makes all the others, or the file is something else than an AMPSConfig.
    """

    severity = "error"
    failing = "a file of a thousand unknown elements"
    passing = "a file of known elements"
