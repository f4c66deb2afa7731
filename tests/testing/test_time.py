"""What takes hours in the world takes a moment here."""

import time

import pytest
from play import action, queue
from trial import model_of, told

from ampsd import limits
from ampsd.testing.fault import FileFault


def test_a_lease_ends_to_the_second_and_a_stuck_message_is_told_of_after_half_an_hour() -> None:
    began = time.process_time()
    model = model_of(queue("Jobs") + queue("Leased", LeasePeriod="7d"))
    assert (
        told(
            """
        - subscribe: {client: worker, topic: Jobs}
        - subscribe: {client: worker, topic: Leased}
        - publish: {topic: Jobs, data: 1, as: job}
        - publish: {topic: Leased, data: 2, as: leased}
        - advance: 1799s
        - expect: {statuses: {queue: Jobs, message: job, exactly: [Received, Started]}}
        - advance: 1s
        - expect: {statuses: {queue: Jobs, message: job, exactly: [Received, Started, Stuck]}}
        - advance: {to: 2026-01-07T23:59:59}
        - expect: {received: {client: worker, exactly: [1, 2]}}
        - advance: 1s
        - expect: {received: {client: worker, exactly: [2]}}
        """,
            model,
        )
        == ""
    )
    assert time.process_time() - began < 1


def test_a_week_of_a_schedule_in_local_time_over_a_change_of_the_clock() -> None:
    began = time.process_time()
    echo = ("do-echo-message", {"Message": "{{AMPS_DATETIME}}"})
    schedules = [
        action("on-schedule", {"Every": every}, echo) for every in ("02:30", "Sunday at 04:15", "06:00Z", "15m")
    ]
    head = "at: 2026-03-24T00:00:00\nzone: Europe/Berlin"
    steps = """
        - advance: {to: 2026-03-31T00:00:00}
        - expect:
            fired:
              - {action: action 1, times: 7}
              - {action: action 2, times: 1, variables: {AMPS_DATETIME: "20260329T021500.000000Z"}}
              - {action: action 3, times: 7}
              - {action: action 4, times: 668}"""
    assert told(steps, model_of(queue("Jobs"), "".join(schedules)), head) == ""
    assert time.process_time() - began < 1


def test_a_case_begins_when_it_says_in_its_zone() -> None:
    head = "at: 2026-03-29T01:59:59\nzone: Europe/Berlin"
    late = """
        - advance: {to: 2026-03-29T03:00:01}
        - advance: {to: 2026-03-29T01:59:59}"""
    assert told(late, head=head) == "test.yml:7: 2026-03-29T01:59:59 is over: it is 2026-03-29T03:00:01+02:00"


@pytest.mark.parametrize(
    "at", ["1900-01-01T00:00:00", "1970-01-01T23:00:00-02:00", "2501-01-01", "9999-12-31T23:00:00"]
)
def test_a_time_that_the_log_cannot_hold_is_an_error_of_the_file(at: str) -> None:
    with pytest.raises(FileFault, match="is out of range") as caught:
        told("- advance: 1s", head=f"at: {at}")
    assert caught.value.remedy == "Tests know the time from 1970-01-02 to the end of 2500."
    with pytest.raises(FileFault, match="is out of range"):
        told(f"- advance: {{to: {at}}}")


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
@pytest.mark.parametrize("at", ["1970-01-02T00:00:00", "2500-12-31T23:59:59"])
def test_the_first_and_the_last_time(at: str, zone: str) -> None:
    steps = "- publish: {topic: Jobs, data: 1, expiration: 1s}\n- advance: 1s"
    assert told(steps, head=f"at: {at}\nzone: {zone}") == ""


def test_time_ends() -> None:
    late = "- publish: {topic: Jobs, data: 1}\n- advance: 3d"
    assert told(late, head="at: 2500-12-31T00:00:00") == (
        "test.yml:6: time ends with 2500: it is 2500-12-31T00:00:00+00:00, advance less"
    )
    assert told("- advance: 15000w\n- advance: 15000w") == (
        "test.yml:6: time ends with 2500: it is 2313-06-26T00:00:00+00:00, advance less"
    )


def test_what_does_not_come_to_an_end_ends_with_the_turns_of_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEST_TURNS_MAX", 100)
    model = model_of(queue("Jobs"), action("on-schedule", {"Every": "1m"}, ("do-nothing", {})))
    hour = "- advance: 1h\n"
    assert told(hour + hour, model) == (
        "test.yml:6: a case may take 100 turns, and at 2026-01-01T01:41:00+00:00 it has taken them: advance less, or"
        " begin later with `at`"
    )
    assert told(hour, model) == ""
