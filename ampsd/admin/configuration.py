"""The configuration that runs: which it is, whether the files say something else by now, and reloads."""

from collections.abc import Awaitable
from typing import Protocol

from ampsd import limits
from ampsd.admin.calls import Await, Call, Refusal, Resource, Result
from ampsd.admin.models import Configuration, PlanAsked, Reload, ReloadAsked


class Reloads(Protocol):
    """Whoever reloads this instance's configuration."""

    def reload(self, actor: str, *, is_forced: bool, is_dry: bool) -> Awaitable[Reload]:
        """Take over what the files say now, or only say what that would be."""
        ...

    def plan(self, path: str, text: str, actor: str) -> Awaitable[Reload]:
        """Say what it would be to take over another configuration."""
        ...

    def status(self) -> Awaitable[Configuration]:
        """What runs, and what the files say."""
        ...


class ConfigurationResources:
    """The resources of one instance's configuration. `reloads` is None where it did not come from files."""

    def __init__(self, reloads: Reloads | None) -> None:
        self._reloads = reloads

    def tree(self) -> list[Resource]:
        """The resources."""
        return [
            Resource("GET", "/configuration", "What runs, and what the files say.", self.status, Configuration),
            Resource(
                "POST",
                "/configuration/reload",
                "Take over the configuration from its files, wholly or not at all.",
                self.reload,
                Reload,
                body=ReloadAsked,
            ),
            Resource(
                "POST",
                "/configuration/plan",
                "What it would be to take over another configuration; nothing is done.",
                self.plan,
                Reload,
                body=PlanAsked,
            ),
        ]

    def status(self, call: Call) -> Result:
        """What runs."""
        reloads = self._found()
        return Await(reloads.status)

    def reload(self, call: Call) -> Result:
        """Reload; the answer comes when the new configuration is live, or refused."""
        asked, reloads = call.body, self._found()
        assert isinstance(asked, ReloadAsked)
        actor = call.peer if asked.actor is None else f"{_printable(asked.actor)} ({call.peer})"
        return Await(lambda: reloads.reload(actor, is_forced=asked.force, is_dry=asked.dry_run))

    def plan(self, call: Call) -> Result:
        """Plan."""
        asked, reloads = call.body, self._found()
        assert isinstance(asked, PlanAsked)
        return Await(lambda: reloads.plan(asked.path, asked.text, call.peer))

    def _found(self) -> Reloads:
        if self._reloads is None:
            raise Refusal(409, "this instance was not started from files, so there is nothing to read again")
        return self._reloads


def _printable(actor: str) -> str:
    """What somebody says of himself, for logs and terminals."""
    return "".join(one if one.isprintable() else "?" for one in actor[: limits.ACTOR_MAX])
