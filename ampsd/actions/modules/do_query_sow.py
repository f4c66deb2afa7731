"""amps-action-do-query-sow."""

from ampsd.actions.marks import READS, SETS
from ampsd.actions.module import Do
from ampsd.actions.option_kinds import TEXT_TEXT, VARIABLE
from ampsd.actions.template import TEMPLATE, Template
from ampsd.declare import option


class DoQuerySow(
    Do,
    module="amps-action-do-query-sow",
    not_running="Remove the step; topics of the SOW do not run yet.",
):
    """Puts the records that a query finds into a variable (User Guide, Query a SOW Topic)."""

    topic: Template = option(
        TEXT_TEXT, "Topic, view, queue or conflated topic, or a regular expression.", marks=(READS,), reload="live"
    )
    message_type: Template = option(TEXT_TEXT, "Message type of that topic.", refers_to="message type", reload="live")
    filter: Template = option(TEXT_TEXT, "Which records.", reload="live")
    capture_data: str = option(VARIABLE, "Name of the variable that holds the record.", marks=(SETS,), reload="live")
    default_data: Template | None = option(
        TEMPLATE, "What the variable holds when there is no record.", default=None, reload="live"
    )
    order_by: Template | None = option(TEXT_TEXT, "Order of the records.", default=None, reload="live")
    options: Template | None = option(TEXT_TEXT, "Options of the query, but for top_n.", default=None, reload="live")

    def sets(self) -> tuple[str, ...]:
        """The variable that `capture_data` names."""
        return (self.capture_data,)
