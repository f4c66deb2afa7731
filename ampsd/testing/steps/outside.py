"""What comes from outside, and what actions meet there: signals, admin requests, commands, files, file systems."""

from ampsd.admin.calls import AMPS_PREFIX, Call, Post, Refusal
from ampsd.config.advice import nearest
from ampsd.declare import option
from ampsd.reactor import SignalArrived
from ampsd.testing.kinds import NUMBER, PERCENT, SPAN, TEXT, TRUTH, listing, mapping
from ampsd.testing.mismatch import Mismatch
from ampsd.testing.step import Step, must_be
from ampsd.testing.theatre import Theatre


class Signal(Step, word="signal", plainly="name"):
    """The process receives a signal."""

    name: str = option(TEXT, "Its name, such as SIGUSR1.")

    def play(self, theatre: Theatre) -> None:
        """Receive it."""
        theatre.must_run()
        known = theatre.instance.automation.signals
        if self.name not in known:
            raise Mismatch(f"nothing happens on {self.name}: {nearest(self.name, known)}")
        theatre.post(SignalArrived(self.name))
        theatre.settle()


class AdminRequest(Step, word="admin"):
    """Somebody asks the admin interface for the path of an action, which runs it."""

    path: str = option(TEXT, "Path below /amps/administrator/actions.")
    parameters: tuple[tuple[str, str], ...] = option(
        mapping(TEXT), "Parameters of the request, which are variables.", default=()
    )
    refused: str | None = option(
        TEXT, "Why it is refused; an empty text for any reason. Without it, a refusal fails the test.", default=None
    )

    def play(self, theatre: Theatre) -> None:
        """Ask."""
        theatre.must_run()
        paths = (one for one in theatre.admin().resources if one.path == f"{AMPS_PREFIX}/actions/{{path}}")
        try:
            found = next(paths).handler(Call({"path": self.path}, dict(self.parameters), None, "", ""))
        except Refusal as error:
            must_be(f"the request for {self.path}", self.refused, error.problem.error)
            return
        must_be(f"the request for {self.path}", self.refused, "")
        assert isinstance(found, Post)
        theatre.post(found.posted)
        theatre.settle()


class Command(Step, word="command"):
    """What becomes of commands that actions run from now on. Others write nothing and succeed; none is ever run."""

    contains: str = option(TEXT, "A part of the command's words.")
    writes: str = option(TEXT, "What it writes.", default="")
    exit: int = option(NUMBER, "Its exit status.", default=0)
    fails: str = option(TEXT, "Why it cannot be run at all.", default="")

    def play(self, theatre: Theatre) -> None:
        """Remember it."""
        failure = self.fails or (f"ended with exit status {self.exit}" if self.exit else "")
        outcomes = theatre.errands.outcomes
        outcomes.pop(self.contains.encode(), None)
        latest = {self.contains.encode(): (self.writes.encode(), failure or None)}
        theatre.errands.outcomes = {**latest, **outcomes}


class Errands(Step, word="errands", plainly="are_held"):
    """Whether what actions have done outside (commands, files, file systems) takes for ever from now on, or is done."""

    are_held: bool = option(TRUTH, "true: nothing is done from now on; false: all is done.")

    def play(self, theatre: Theatre) -> None:
        """Hold them, or let them go."""
        theatre.errands.is_held = self.are_held
        theatre.settle()


class Files(Step, word="files"):
    """Files that are there for actions to compress and remove."""

    paths: tuple[str, ...] = option(listing(TEXT), "Their paths, as the configuration writes them.")
    age_ns: int = option(SPAN, "How long ago they were changed.", default=0)

    def play(self, theatre: Theatre) -> None:
        """Put them there."""
        for path in self.paths:
            theatre.errands.files[path.encode()] = theatre.clock.wall - self.age_ns


class FileSystem(Step, word="file_system"):
    """How full a file system is from now on; those that nobody mentions are half full."""

    path: str = option(TEXT, "The path, as the configuration writes it.")
    used: float = option(PERCENT, "How much of it is used, such as 95%.")

    def play(self, theatre: Theatre) -> None:
        """Fill it."""
        theatre.errands.used_percent[self.path.encode()] = self.used
