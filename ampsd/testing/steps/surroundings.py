"""What happens to the instance: time, its end and its start, its disk."""

from datetime import datetime

from ampsd.declare import option
from ampsd.testing.kinds import MOMENT, NUMBER, SPAN, TEXT, word_of
from ampsd.testing.mismatch import Mismatch
from ampsd.testing.step import Step
from ampsd.testing.theatre import Theatre, wall_ns

KILL, STOP, POWER_CUT = "kill", "stop", "power cut"


class Advance(Step, word="advance", plainly="by_ns"):
    """Time passes, and everything that is due on the way happens when it is due."""

    by_ns: int | None = option(SPAN, "How much time, such as 30m.", default=None)
    to: datetime | None = option(MOMENT, "Until it is this time.", default=None)

    def check(self) -> str:
        """What is wrong with the options together."""
        if (self.by_ns is None) == (self.to is None):
            return "it takes either `by` or `to`; Write one of them."
        return ""

    def play(self, theatre: Theatre) -> None:
        """Let time pass."""
        if self.to is None:
            theatre.pass_time(self.by_ns or 0)
            return
        ns = wall_ns(self.to, theatre.zone) - theatre.clock.wall
        if ns < 0:
            raise Mismatch(f"{self.to.isoformat()} is over: it is {theatre.time_text()}")
        theatre.pass_time(ns)


class Restart(Step, word="restart", plainly="how"):
    """The instance ends and starts again, with what its disk holds."""

    how: str = option(
        word_of(KILL, STOP, POWER_CUT),
        "kill: as kill -9 does; stop: in order; power cut: what was not synced may be lost.",
        default=KILL,
    )
    seed: int = option(NUMBER, "Draws what a power cut loses; another number, another loss.", default=1)

    def play(self, theatre: Theatre) -> None:
        """End and start."""
        if self.how == STOP:
            theatre.stop()
        theatre.restart(power_cut_seed=self.seed if self.how == POWER_CUT else None)


class Archive(Step, word="archive", plainly="how"):
    """What the MessageArchive does from now on."""

    how: str = option(word_of("well", "unreachable"), "unreachable: nobody answers; well: as ever.", default="well")
    refuses: str = option(TEXT, "Messages with this text in them are refused for ever.", default="")

    def play(self, theatre: Theatre) -> None:
        """Break it, or mend it."""
        theatre.archive.failing = 1.0 if self.how == "unreachable" else 0.0
        theatre.archive.refused = self.refuses.encode() or None
        theatre.settle()


class Disk(Step, word="disk", plainly="how"):
    """What the disk of the journal does from now on."""

    how: str = option(
        word_of("well", "full", "sync fails", "held"),
        "full: nothing can be written; sync fails: what was written is lost; held: it takes for ever; well: as ever.",
    )

    def play(self, theatre: Theatre) -> None:
        """Break it, or mend it."""
        theatre.break_disk(self.how)
