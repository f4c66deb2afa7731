"""amps-action-do-query-sow."""

from ampsd.actions.filled import condition, text
from ampsd.actions.firing import Firing
from ampsd.actions.marks import READS, SETS
from ampsd.actions.module import Do, Steps
from ampsd.actions.option_kinds import CONDITION, TEXT_TEXT, VARIABLE
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option
from ampsd.engine.effects import QueryQueue
from ampsd.expressions.compile import Filter


class DoQuerySow(Do, module="amps-action-do-query-sow"):
    """Puts the records that a query finds into a variable (User Guide, Query a SOW Topic)."""

    topic: Template = option(
        TEXT_TEXT, "Topic, view, queue or conflated topic, or a regular expression.", marks=(READS,), reload="live"
    )
    message_type: Template = option(TEXT_TEXT, "Message type of that topic.", refers_to="message type", reload="live")
    filter: Filter = option(
        CONDITION,
        "Which records: a variable inside quotes is a text, outside it must be a number.",
        reload="live",
    )
    capture_data: str = option(VARIABLE, "Name of the variable that holds the record.", marks=(SETS,), reload="live")
    default_data: Template | None = option(
        TEMPLATE, "What the variable holds when there is no record.", default=None, reload="live"
    )
    order_by: Template | None = option(TEXT_TEXT, "Order of the records.", default=None, reload="live")
    options: Template | None = option(TEXT_TEXT, "Options of the query, but for top_n.", default=None, reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variable that `capture_data` names."""
        return (self.capture_data,)

    def run(self, firing: Firing) -> Steps:
        """Query. Where nothing is found and there is no DefaultData, the variable is empty."""
        query = QueryQueue(
            text(firing, self.topic),
            text(firing, self.message_type),
            condition(firing, self.filter),
            None if self.order_by is None else firing.fill(self.order_by),
            None if self.options is None else firing.fill(self.options),
        )
        yield query
        found = query.data
        if found is None:
            found = b"" if self.default_data is None else firing.fill(self.default_data)
        firing.variables[self.capture_data] = found
