"""What takes hours in the world takes a moment here."""

import time

from play import action, queue
from trial import model_of, told


def test_a_lease_ends_to_the_second_and_a_stuck_message_is_told_of_after_half_an_hour() -> None:
    began = time.perf_counter()
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
    assert time.perf_counter() - began < 1


def test_a_week_of_a_schedule_in_local_time_over_a_change_of_the_clock() -> None:
    began = time.perf_counter()
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
    assert time.perf_counter() - began < 1


def test_a_case_begins_when_it_says_in_its_zone() -> None:
    head = "at: 2026-03-29T01:59:59\nzone: Europe/Berlin"
    late = """
        - advance: {to: 2026-03-29T03:00:01}
        - advance: {to: 2026-03-29T01:59:59}"""
    assert told(late, head=head) == "test.yml:7: 2026-03-29T01:59:59 is over: it is 2026-03-29T03:00:01+02:00"
