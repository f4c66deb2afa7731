"""AC117."""

from ampsd.lint.rule import Rule


class Schema(Rule):
    """The schema does not allow it.

    Every file is validated against the XSD too. What both find is told in the words of the other rules, so this
    code means that only the schema has an objection.
    """

    severity = "error"
    failing = "a file that the schema refuses and the declarations accept; none is known"
    passing = "a file that both accept"
