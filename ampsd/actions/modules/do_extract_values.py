"""amps-action-do-extract-values."""

from ampsd.actions.filled import text
from ampsd.actions.firing import Firing
from ampsd.actions.marks import SETS
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import EXTRACTION, TEXT_TEXT, Extraction
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option
from ampsd.engine.effects import ExtractValues
from ampsd.expressions.values import text_of


class DoExtractValues(Do, module="amps-action-do-extract-values"):
    """Puts fields of a message into variables (User Guide, Extract Values)."""

    message_type: Template = option(TEXT_TEXT, "Message type of the data.", refers_to="message type", reload="live")
    values: tuple[Extraction, ...] = option(
        EXTRACTION,
        "A variable, and the expression whose value it gets.",
        xml="Value",
        repeatable=True,
        marks=(SETS,),
        reload="live",
    )
    data: Template | None = option(
        TEMPLATE, "The message; without it, expressions see no fields.", default=None, reload="live"
    )

    def sets(self) -> tuple[str, ...]:
        """The variable of each Value."""
        return tuple(one.variable for one in self.values)

    def run(self, firing: Firing) -> Steps:
        """Evaluate; what is NULL makes the variable empty. It fails when the data are not of the message type."""
        data = None if self.data is None else firing.fill(self.data)
        wanted = ExtractValues(text(firing, self.message_type), data, [one.expression for one in self.values])
        yield wanted
        for one, value in zip(self.values, wanted.values, strict=True):
            firing.variables[one.variable] = text_of(value) or b""
