"""The plan of a reload: what changes at once, what waits for a restart, and what the instance then is.

`plan_of` compares two Models and opens nothing. Each difference is one of these:

- applied now: its class is live or reconnect, and nothing keeps it;
- pending: its class is restart, or it depends on something that is: then `Change.why` names that. An element of a list
  (a queue, a transport, an action) waits as a whole where one part of it depends on something;
- refused: with a change of this class, such as another Name or JournalDirectory, nothing is applied at all.

`Plan.model` is the *effective* model: as wanted, but what is pending has its running value. It is a configuration like
any other: what its parts refer to is there. The next plan is made from it, so what is pending stays so until a restart.

- Its definition holds the running objects wherever they are equal: what is the same by `is` was not touched. They keep
  the place and the number that they were read with; an action's number now is its place in the effective model.
- `path`, `files` and `text` are those of the wanted model, for its files are watched, and it is what they say.
- `digest` is the file's own when nothing is pending. Otherwise it is the running one where nothing is applied, and one
  of both where something is: two models that differ never share one.
- The message types are the running ones: they are made at a start. A ProtoFile that changes on the disk while its
  MessageType does not is no difference.

What is one and the same thing in both files, `ampsd.config.matching` says: a queue with another MessageType, or a
Queue that becomes a LocalQueue, is removed and added; an action has no name, and one that is rewritten is changed.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from ampsd.config.difference import LIVE, RECONNECT, REFUSED, RESTART, Change, Comparison, Unit, worst
from ampsd.config.model import Model
from ampsd.config.waiting import hold_back
from ampsd.definitions.instance import InstanceDefinition


@dataclass(frozen=True, slots=True)
class Plan:
    """What a reload does."""

    model: Model
    """What runs afterwards; the running model itself when something is refused."""
    changes: tuple[Change, ...]
    """Every difference once, in the order of the declarations."""

    @property
    def reload(self) -> str:
        """The worst class of a change, one of RELOAD_CLASSES; live when there is none."""
        return worst(self.changes)

    @property
    def applied(self) -> tuple[Change, ...]:
        """What changes at once; nothing when something is refused."""
        return () if self.refusals else tuple(one for one in self.changes if one.reload in (LIVE, RECONNECT))

    @property
    def pending(self) -> tuple[Change, ...]:
        """What waits for a restart; nothing when something is refused."""
        return () if self.refusals else tuple(one for one in self.changes if one.reload == RESTART)

    @property
    def refusals(self) -> tuple[Change, ...]:
        """What cannot be changed at all, neither now nor by a restart."""
        return tuple(one for one in self.changes if one.reload == REFUSED)

    @property
    def summary(self) -> str:
        """One line: how many changes of each class there are."""
        counted = [f"{number} {_phrase(name, number)}" for name in _PHRASES if (number := self._count(name))]
        total = len(self.changes)
        if not total:
            return "no difference"
        refused = "; nothing is applied" if self.refusals else ""
        return f"{total} change{'' if total == 1 else 's'}: {', '.join(counted)}{refused}"

    @property
    def text(self) -> str:
        """For people: a line for each change, and the summary."""
        return "\n".join((*map(str, self.changes), self.summary))

    def _count(self, name: str) -> int:
        return sum(one.reload == name for one in self.changes)


_PHRASES = {LIVE: LIVE, RECONNECT: RECONNECT, RESTART: "waits for a restart", REFUSED: REFUSED}


def _phrase(name: str, number: int) -> str:
    return "wait for a restart" if name == RESTART and number > 1 else _PHRASES[name]


def plan_of(running: Model, wanted: Model) -> Plan:
    """What a reload does to an instance that runs `running`, the effective model, when its files say `wanted`."""
    comparison = Comparison(running.definition, wanted.definition)
    definition = hold_back(comparison, running.definition, wanted.definition)
    assert isinstance(definition, InstanceDefinition)
    changes = tuple(_explained(edit.change, edit.unit) for edit in comparison.edits)
    classes = {one.reload for one in changes}
    if REFUSED in classes:
        return Plan(running, changes)
    digest = wanted.digest
    if RESTART in classes:
        digest = running.digest
        if definition is not running.definition:
            digest = sha256(f"{running.digest}\n{wanted.digest}".encode()).hexdigest()
    model = replace(wanted, definition=definition, message_types=running.message_types, digest=digest)
    return Plan(model, changes)


def _explained(change: Change, unit: Unit | None) -> Change:
    if unit is None or not unit.why or change.reload not in (LIVE, RECONNECT):
        return change
    return replace(change, reload=RESTART, why=unit.why)
