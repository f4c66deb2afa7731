"""AC404."""

from ampsd.lint.rule import Rule


class MalformedSuppression(Rule):
    """A comment is meant for the linter, but cannot be read.

    `<!-- ampsd-lint disable=CODE reason="..." -->` stands directly before the element that it covers; with
    `disable-file=CODE` it covers its file.
    """

    severity = "error"
    failing = "<Description>of it</Description><!-- ampsd-lint ignore all -->"
    passing = "<Description>of it</Description><!-- about the file -->"
