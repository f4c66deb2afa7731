"""Actions on the admin interface: what ran, and AMPS's paths by which somebody sets one off.

User Guide, On a REST Request: GET of a path below /amps/administrator/actions runs the action. So does POST, for
what calls itself a browser and does not say where its request comes from: its GET is refused.
"""

from ampsd.actions.graph import Action
from ampsd.actions.modules.on_admin import OnAdmin
from ampsd.actions.trace import Trace, Variables
from ampsd.admin.calls import AMPS_PREFIX, PAGE_MAX, PREFIX, Call, Parameter, Post, Refusal, Resource, number_of
from ampsd.admin.models import (
    Actions,
    ActionStarted,
    ActionStatus,
    AdminAction,
    AdminActions,
    Firings,
    FiringStatus,
    Nothing,
    StepRun,
)
from ampsd.admin.times import time_text
from ampsd.instance import Instance
from ampsd.reactor import ActionRequested

_NANOSECONDS = 1_000_000


class ActionResources:
    """The resources of one instance's actions."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._automation = instance.automation

    def tree(self) -> list[Resource]:
        """The resources."""
        wanted = (
            Parameter("action", "string", "Of this action, such as: action 2."),
            Parameter("outcome", "string", "completed, ended by an If, failed, retrying, cut, running."),
            Parameter("before", "integer", "Older than the firing of this number: `next` of the page before."),
            Parameter("limit", "integer", f"How many at most, up to {PAGE_MAX}; 100 without it."),
        )
        return [
            Resource("GET", "/actions", "All actions, and how often they ran.", self.actions, Actions),
            Resource("GET", "/firings", "Runs of actions, newest first.", self.firings, Firings, wanted),
            Resource("GET", "/firings/{number}", "One run of an action, step by step.", self.firing, FiringStatus),
            Resource(
                "GET", "/actions", "Actions that run on request.", self.on_admin, AdminActions, prefix=AMPS_PREFIX
            ),
            self._runs("GET", None),
            self._runs("POST", Nothing),
        ]

    def _runs(self, method: str, body: type[Nothing] | None) -> Resource:
        summary = "Run an action; parameters are its variables."
        return Resource(
            method, "/actions/{path}", summary, self.request, ActionStarted, query=None, body=body, prefix=AMPS_PREFIX
        )

    def actions(self, call: Call) -> Actions:
        """All actions."""
        security = self._instance.security
        return Actions(
            [self._status(one) for one in self._automation.graph.actions],
            security.has_authentication,
            security.has_entitlement,
        )

    def firings(self, call: Call) -> Firings:
        """A page of the latest firings."""
        action, outcome = call.query.get("action"), call.query.get("outcome")
        limit, before = min(number_of(call, "limit", 100), PAGE_MAX), number_of(call, "before", 2**63)
        found: list[FiringStatus] = []
        for trace in reversed(list(self._automation.traces)):
            if trace.number >= before or (action or trace.action_name) != trace.action_name:
                continue
            if (outcome or trace.outcome) != trace.outcome:
                continue
            if len(found) == limit:
                return Firings(found, found[-1].number if found else None)
            found.append(_firing(trace))
        return Firings(found, None)

    def firing(self, call: Call) -> FiringStatus:
        """One firing."""
        text = call.path["number"]
        is_number = text.isascii() and text.isdigit() and len(text) < 19
        trace = self._automation.traces.find(int(text)) if is_number else None
        if trace is None:
            raise Refusal(404, f"the firing {text} is not known (any more)", f"GET {PREFIX}/firings lists what is.")
        return _firing(trace)

    def on_admin(self, call: Call) -> AdminActions:
        """Actions that run on request."""
        found = [
            AdminAction(on.path, on.name or on.path, on.description or "", list(on.required_parameters))
            for on in self._automation.on_admin()
        ]
        return AdminActions(found)

    def request(self, call: Call) -> Post:
        """Run the actions of a path. Nothing runs where a parameter is missing."""
        path = call.path["path"]
        named: list[OnAdmin] = [on for on in self._automation.on_admin() if on.path == path]
        if not named:
            raise Refusal(404, f"there is no action {path}", f"GET {AMPS_PREFIX}/actions lists those that there are.")
        reserved = [name for name in call.query if name.startswith("AMPS_")]
        if reserved:
            raise Refusal(
                400, f"{', '.join(reserved)}: names that begin with AMPS_ are the instance's own; nothing ran"
            )
        required = dict.fromkeys(name for on in named for name in on.required_parameters)
        missing = [name for name in required if name not in call.query]
        if missing:
            example = "&".join(f"{name}=..." for name in missing)
            raise Refusal(400, f"the action {path} needs {', '.join(missing)}; it was not run", f"Add {example}.")
        parameters = {name: value.encode("utf-8", "surrogateescape") for name, value in call.query.items()}
        return Post(ActionRequested(path, parameters), ActionStarted(path, f"{PREFIX}/firings"))

    def _status(self, action: Action) -> ActionStatus:
        counts = self._automation.traces.counts[action.name]
        return ActionStatus(
            name=action.name,
            on=[on.module for on in action.ons],
            steps=[step.module for step in action.steps],
            fired=counts.fired,
            failed=counts.failed,
            cut=counts.cuts,
            last_fired=time_text(counts.fired_wall_ns) if counts.fired_wall_ns else None,
            last_failed=time_text(counts.failed_wall_ns) if counts.failed_wall_ns else None,
            last_reason=counts.last_reason,
        )


def _firing(trace: Trace) -> FiringStatus:
    return FiringStatus(
        number=trace.number,
        action=trace.action_name,
        event=trace.event_name,
        message=trace.bookmark,
        depth=trace.depth,
        started=time_text(trace.wall_ns),
        milliseconds=trace.duration_ns / _NANOSECONDS,
        outcome=trace.outcome,
        reason=trace.reason,
        variables=_shown(trace.variables),
        steps=[
            StepRun(one.number, one.module, one.outcome, one.duration_ns / _NANOSECONDS, _shown(one.set))
            for one in trace.steps
        ],
    )


def _shown(variables: Variables) -> dict[str, str]:
    return {name: value.decode("utf-8", "backslashreplace") for name, value in variables.items()}
