"""A run that waits reads back as it was written, whatever its variables hold."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from ampsd.engine.events import MessageExpired
from ampsd.engine.run_marks import RunMark, written
from ampsd.storage import records


@given(
    variables=st.dictionaries(st.text(min_size=1, max_size=20), st.binary(max_size=60), max_size=5),
    data=st.binary(max_size=60),
    topic=st.text(max_size=20).filter(lambda topic: "\n" not in topic),
    is_data_changed=st.booleans(),
)
def test_what_is_read_is_what_was_written(
    variables: dict[str, bytes], data: bytes, topic: str, is_data_changed: bool
) -> None:
    event = MessageExpired(topic, "json", data, ("time_limit", "max_cancels"))
    variables = {**variables, "AMPS_DATA": b"changed" if is_data_changed else data}
    text = written(3, 2, 17, "c0ffee", event, 120, variables)
    mark = RunMark(records.Mark(records.DUE, b"action", text, 9, array("q", [1])))

    assert (mark.step, mark.retries, mark.number, mark.digest, mark.length) == (3, 2, 17, "c0ffee", 120)
    assert (mark.topic, mark.reasons, mark.due_wall_ns) == (topic, ("time_limit", "max_cancels"), 9)
    assert {"AMPS_DATA": data, **(mark.variables or {})} == variables


def test_marks_of_version_3_know_no_variables() -> None:
    mark = RunMark(records.Mark(records.DUE, b"action", b"1 2 120 max_cancels", 9, array("q", [1])))

    assert mark.variables is None
    assert (mark.step, mark.retries, mark.length, mark.reasons, mark.number) == (1, 2, 120, ("max_cancels",), 0)
