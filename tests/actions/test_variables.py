"""Variables of every action."""

from ampsd.actions.firing import Firing
from ampsd.actions.template import Template
from ampsd.actions.variables import ALWAYS_SET, constant, datetime_text, unix_timestamp_text
from ampsd.engine.events import InstanceStarted, MessageExpired

NOW_NS = 1_420_202_100_123_456_789


def test_all_256_bytes_have_a_name() -> None:
    assert b"".join(constant(f"AMPS_BYTE_{number:02X}") or b"" for number in range(256)) == bytes(range(256))


def test_other_names_are_no_bytes() -> None:
    for name in ("AMPS_BYTE_0a", "AMPS_BYTE_", "AMPS_BYTE_000", "AMPS_BYTE_0A\n", "AMPS_DATA", ""):
        assert constant(name) is None


def test_date_and_timestamp_are_utc() -> None:
    assert datetime_text(NOW_NS) == "20150102T123500.123456Z"
    assert unix_timestamp_text(NOW_NS) == "1420202100.123456"
    assert datetime_text(0) == "19700101T000000.000000Z"
    assert unix_timestamp_text(5_000) == "0.000005"


def test_a_firing_has_the_variables_of_every_action_and_its_events() -> None:
    event = MessageExpired("Jobs", "json", b"\xff{}", ("time_limit", "max_cancels"))
    firing = Firing("dead letters", event, "Gyro", NOW_NS)
    assert set(firing.variables) == {*ALWAYS_SET, "AMPS_TOPIC", "AMPS_DATA", "AMPS_DATA_LENGTH", "AMPS_REASON"}
    text = "{{AMPS_INSTANCE_NAME}} {{AMPS_DATETIME}} {{AMPS_UNIX_TIMESTAMP}} {{AMPS_REASON}} {{AMPS_DATA}}"
    expected = b"Gyro 20150102T123500.123456Z 1420202100.123456 time_limit,max_cancels \xff{}"
    assert firing.fill(Template(text)) == expected


def test_values_by_name() -> None:
    firing = Firing("a", InstanceStarted(), "Gyro", NOW_NS)
    assert firing.value("AMPS_INSTANCE_NAME") == b"Gyro"
    assert firing.value("AMPS_BYTE_7C") == b"|"
    assert firing.value("NOBODY") == b""


def test_a_step_can_add_a_variable_that_later_steps_see() -> None:
    firing = Firing("a", InstanceStarted(), "Gyro", NOW_NS)
    firing.variables["COUNT"] = b"1"
    assert firing.fill(Template("{{COUNT}}")) == b"1"
