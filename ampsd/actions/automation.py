"""The actions of an instance: what sets them off, what runs and waits (User Guide, Automating AMPS With Actions)."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from ampsd.actions.default_signals import default_actions, signals_of
from ampsd.actions.firings import Firings, Perform, Witness
from ampsd.actions.graph import Action, ActionGraph
from ampsd.actions.modules.on_admin import OnAdmin
from ampsd.actions.schedules import Schedules
from ampsd.actions.trace import Traces
from ampsd.definitions.actions import ActionDefinition
from ampsd.engine.events import AdminRequested, Event, InstanceStarted, InstanceStopping, SignalReceived
from ampsd.ports import Doors


class Automation:
    """Every action, those for signals that nobody configured too. Give it the time with `begin`, each turn."""

    def __init__(
        self,
        actions: Iterable[ActionDefinition],
        instance_name: str,
        doors: Doors,
        perform: Perform,
        witness: Witness,
    ) -> None:
        self._configured: list[tuple[ActionDefinition, Action]] = []
        self._made = 0
        self.graph = self._graph_of(actions)
        self._firings = Firings(
            self.graph,
            instance_name,
            perform,
            doors.errands.submit,
            doors.report,
            witness,
            doors.clock.monotonic_ns,
        )
        self._schedules = Schedules(self.graph.actions, doors.zone, doors.report)
        self._now_ns = self._wall_ns = 0
        self.is_stopping = False
        """Whether the instance shuts down."""
        self.offer: Callable[[Event], None] = self._firings.offer
        """Something happened: actions that watch for it run at the end of the turn."""
        self.answered: Callable[[int, bytes, str | None], None] = self._firings.answered
        """An errand is done: ticket, value, failure."""
        self.resume = self._firings.resume

    def _graph_of(self, actions: Iterable[ActionDefinition]) -> ActionGraph:
        """The actions, called by their place; those that stay what they are have the key that they had."""
        known: dict[ActionDefinition, deque[Action]] = {}
        for definition, before in self._configured:
            known.setdefault(definition, deque()).append(before)
        self._configured = []
        for number, one in enumerate(actions, 1):
            earlier = known.get(one)
            name = f"action {number}"
            action = earlier.popleft() if earlier else None
            if action is None:
                self._made += 1
                action = Action(name, one.ons, one.steps, one.retry, one.has_events, f"configured {self._made}")
            elif action.name != name:
                action = Action(name, action.ons, action.steps, action.retry, action.has_events, action.key)
            self._configured.append((one, action))
        configured = [action for _, action in self._configured]
        return ActionGraph([*configured, *default_actions(configured)])

    def adopt(self, actions: Iterable[ActionDefinition]) -> None:
        """Other actions from now on. Runs under way go on as they began; on-startup does not run."""
        self.graph = self._graph_of(actions)
        self._firings.adopt(self.graph)
        self._schedules.adopt(self.graph.actions, self._now_ns, self._wall_ns)

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the signals that set off something."""
        return signals_of(self.graph.actions)

    def may_watch(self, probe: Event) -> bool:
        """Whether an action wants to know of events like this one."""
        return self.graph.may_watch(probe)

    def reads_body(self, probe: Event) -> bool:
        """Whether one of those reads fields of the body."""
        return self.graph.reads_body(probe)

    @property
    def traces(self) -> Traces:
        """The latest firings, and the counts of each action."""
        return self._firings.traces

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits for an answer; failed steps that are tried again later do not count."""
        return not (self._firings.is_pending or self._firings.is_waiting)

    @property
    def next_ns(self) -> int:
        """When `tick` has something to do, in monotonic nanoseconds."""
        return min(self._firings.next_ns, self._schedules.next_ns)

    def begin(self, now_ns: int, wall_ns: int) -> None:
        """The next turn has this time."""
        self._now_ns, self._wall_ns = now_ns, wall_ns
        self._firings.begin(now_ns, wall_ns)

    def start(self) -> None:
        """Start-up is complete."""
        self._schedules.start(self._now_ns, self._wall_ns)
        self.offer(InstanceStarted())

    def stop(self) -> None:
        """Shutting down begins: actions on shutdown run once, and no schedule any more."""
        if not self.is_stopping:
            self.is_stopping = True
            self.offer(InstanceStopping())

    def tick(self) -> None:
        """Do what time asks for."""
        if not self.is_stopping:
            for due in self._schedules.due(self._now_ns, self._wall_ns):
                self.offer(due)
        self._firings.tick()

    def run(self) -> bool:
        """Run what was set off, and what comes of it; whether there was anything."""
        if not self._firings.is_pending:
            return False
        self._firings.run_pending()
        return True

    def signalled(self, name: str) -> None:
        """The process received a signal."""
        self.offer(SignalReceived(name))

    def on_admin(self) -> list[OnAdmin]:
        """What the admin interface offers, in the order of the file."""
        return [on for action in self.graph.actions for on in action.ons if isinstance(on, OnAdmin)]

    def requested(self, path: str, parameters: Mapping[str, bytes]) -> None:
        """Somebody asked for a path of the admin interface."""
        self.offer(AdminRequested(path, parameters))
