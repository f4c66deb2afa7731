"""The columns of a queue against a naive list, driven by random commands."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ampsd.engine.entries import AVAILABLE, BLOCK_SIZE, GONE, LEASED, NEVER, Entries, Run, Source

SOURCE = Source(b"Jobs", 1, b"", 0)
COMMANDS = st.lists(
    st.tuples(st.sampled_from(["append", "append", "lease", "back", "remove", "expire"]), st.integers(0, 10**6)),
    max_size=120,
)


class Naive:
    """State by serial."""

    def __init__(self) -> None:
        self.states: list[int] = []
        self.ends: list[int] = []

    def having(self, *states: int) -> list[int]:
        return [serial for serial, state in enumerate(self.states) if state in states]


def check(entries: Entries, naive: Naive, now_ns: int) -> None:
    available = naive.having(AVAILABLE)
    assert entries.first() == (available[0] if available else -1)
    assert entries.count == len(naive.having(AVAILABLE, LEASED))
    assert list(entries.serials()) == naive.having(AVAILABLE, LEASED)
    for serial in range(len(naive.states)):
        is_here = naive.states[serial] != GONE
        assert entries.find_position(serial * 100 + 7) == (serial if is_here else -1)
        assert entries.is_available(serial) == (naive.states[serial] == AVAILABLE)
    ends = [naive.ends[serial] for serial in available if naive.ends[serial] > now_ns]
    assert entries.expires_first <= min(ends, default=NEVER)


@settings(max_examples=60, deadline=None)
@given(COMMANDS, st.integers(0, 2 * BLOCK_SIZE))
def test_columns_behave_like_a_list(commands: list[tuple[str, int]], filled: int) -> None:
    entries, naive, now_ns = Entries(), Naive(), 0

    def append(end: int | None) -> None:
        extend(1, NEVER if end is None else end)

    def extend(number: int, end: int) -> None:
        serials = range(len(naive.states), len(naive.states) + number)
        bodies = [b"%d" % one for one in serials]
        run = Run([one * 100 + 7 for one in serials], [50] * number, 3, [one + 1 for one in serials], SOURCE, bodies)
        places = entries.extend(run, end)
        assert sum(to - start for _, start, to in places) == number
        naive.states += [AVAILABLE] * number
        naive.ends += [end] * number

    extend(filled, NEVER)
    entries.remove(range(0, filled, 2))
    for serial in range(0, filled, 2):
        naive.states[serial] = GONE
    for verb, number in commands:
        available, leased = naive.having(AVAILABLE), naive.having(LEASED)
        if verb == "append":
            append(now_ns + number if number % 3 == 0 else None)
        elif verb == "lease" and available:
            serial = entries.first()
            in_a_row = entries.in_a_row(serial, number + 1)
            assert all(one in available for one in range(serial, serial + in_a_row))
            assert 1 <= in_a_row <= number + 1
            follows = serial + in_a_row
            assert in_a_row == number + 1 or follows not in available or follows % BLOCK_SIZE == 0
            entries.lease(serial, in_a_row)
            naive.states[serial : serial + in_a_row] = [LEASED] * in_a_row
        elif verb == "back" and leased:
            serial = leased[number % len(leased)]
            entries.move(serial, LEASED, AVAILABLE)
            naive.states[serial] = AVAILABLE
        elif verb == "remove" and available + leased:
            serial = (available + leased)[number % len(available + leased)]
            entries.remove((serial,))
            naive.states[serial] = GONE
        elif verb == "expire":
            now_ns += number
            due = [serial for serial in available if naive.ends[serial] <= now_ns]
            found = entries.expired(now_ns, 5) if entries.expires_first <= now_ns else []
            assert found == due[:5]
            for serial in found:
                entries.remove((serial,))
                naive.states[serial] = GONE
        check(entries, naive, now_ns)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2**64 - 1)), unique=True, max_size=50))
def test_bookmarks_are_found(pairs: list[tuple[int, int]]) -> None:
    entries = Entries()
    for number, (publisher, sequence) in enumerate(pairs):
        entries.extend(Run((number,), (1,), publisher, (sequence,), SOURCE))
    for number, (publisher, sequence) in enumerate(pairs):
        assert entries.find_bookmark(publisher, sequence) == number
    assert entries.find_bookmarks(dict.fromkeys([*pairs, (9, 1)])) == {pair: at for at, pair in enumerate(pairs)}
    assert entries.find_bookmark(9, 1) == -1


def test_a_drained_queue_keeps_no_block() -> None:
    entries = Entries()
    for number in range(10 * BLOCK_SIZE):
        entries.extend(Run((number,), (1,), 0, (number + 1,), SOURCE))
    for number in range(10 * BLOCK_SIZE):
        assert entries.first() == number
        entries.lease(number)
        entries.remove((number,))
    assert entries.first() == -1
    assert not entries._blocks
