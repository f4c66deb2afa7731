"""AC301."""

from ampsd.lint.rule import Rule


class FilledIn(Rule):
    """Something that a start needs was missing and was filled in.

    Only `ampsd run --dev` does this, so that a snippet from a guide can be tried. The finding says what was added.
    """

    severity = "info"
    failing = "a snippet without a transport, started with --dev"
    passing = "the same with its own transport"
