"""The heart: a job that fails too often appears in the dead-letter queue exactly once, byte for byte."""

import json

import pytest
from play import DEAD_LETTER, Client, Playbook, queue

QUEUES = queue("Jobs", MaxCancels=3, MaxDeliveries=10) + queue("FailedJobs")
BODY = '{"id":1,"note":"{{AMPS_INSTANCE_NAME}} }} ünïcode {\\"a\\":{\\"b\\":1}}"}'


@pytest.fixture
def play() -> Playbook:
    return Playbook(queues=QUEUES, actions=DEAD_LETTER)


def subscribe(client: Client, topic: str, backlog: int = 10) -> None:
    client.send(c="subscribe", t=topic, cid="1", sub_id="s", a="processed", o=f"max_backlog={backlog}")


def dead_letters(play: Playbook) -> list[str]:
    reader = play.client("reader")
    reader.send(c="subscribe", t="FailedJobs", cid="1", sub_id="s", a="processed")
    found = []
    for _ in range(20):
        arrived = [one for one in reader.take() if "body" in one]
        if not arrived:
            break
        for one in arrived:
            found.append(one["body"])
            reader.send(c="sow_delete", t="FailedJobs", cid="2", bm=one["bm"])
    reader.hang_up()
    return found


def test_third_cancel_makes_exactly_one_dead_letter(play: Playbook) -> None:
    play.client("publisher").send(BODY, c="p", t="Jobs")
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    for attempt in range(3):
        deliveries = [one for one in worker.take() if "body" in one]
        assert [one["body"] for one in deliveries] == [BODY], f"attempt {attempt + 1}"
        worker.send(c="sow_delete", t="Jobs", cid="AMPS-queue-ack", bookmark=deliveries[0]["bm"], o="cancel")
    assert worker.bodies() == []
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "max_cancels"}}']
    assert json.loads(f'{{"message": {BODY}}}')["message"]["id"] == 1


def test_tenth_lost_delivery_makes_the_dead_letter(play: Playbook) -> None:
    play.client("publisher").send(BODY, c="p", t="Jobs")
    for _ in range(10):
        worker = play.client("worker")
        subscribe(worker, "Jobs")
        assert worker.bodies() == [BODY]
        worker.hang_up()
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    assert worker.bodies() == []
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "max_deliveries"}}']


def test_an_acknowledgment_of_the_tenth_delivery_is_a_success(play: Playbook) -> None:
    play.client("publisher").send(BODY, c="p", t="Jobs")
    for _ in range(9):
        worker = play.client("worker")
        subscribe(worker, "Jobs")
        worker.hang_up()
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    delivery = next(one for one in worker.take() if "body" in one)
    worker.send(c="sow_delete", t="Jobs", cid="a", bookmark=delivery["bm"])
    worker.hang_up()
    assert dead_letters(play) == []


def test_expire_option_makes_the_dead_letter_at_once(play: Playbook) -> None:
    play.client("publisher").send(BODY, c="p", t="Jobs")
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    delivery = next(one for one in worker.take() if "body" in one)
    worker.send(c="sow_delete", t="Jobs", cid="a", bookmark=delivery["bm"], o="expire")
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "forced_expire"}}']


def test_lifetime_over_makes_the_dead_letter() -> None:
    play = Playbook(queues=queue("Jobs", Expiration="5s") + queue("FailedJobs"), actions=DEAD_LETTER)
    play.client("publisher").send(BODY, c="p", t="Jobs")
    play.advance("4999ms")
    assert dead_letters(play) == []
    play.advance("1ms")
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "time_limit"}}']


def test_limits_reached_together_are_both_named() -> None:
    play = Playbook(queues=queue("Jobs", MaxCancels=2, MaxDeliveries=2) + queue("FailedJobs"), actions=DEAD_LETTER)
    play.client("publisher").send(BODY, c="p", t="Jobs")
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    for _ in range(2):
        delivery = next(one for one in worker.take() if "body" in one)
        worker.send(c="sow_delete", t="Jobs", cid="a", bookmark=delivery["bm"], o="cancel")
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "max_cancels,max_deliveries"}}']


@pytest.mark.parametrize("power_cut_seed", [None, *range(12)])
def test_counters_survive_a_restart(play: Playbook, power_cut_seed: int | None) -> None:
    play.client("publisher").send(BODY, c="p", t="Jobs")
    for _ in range(2):
        worker = play.client("worker")
        subscribe(worker, "Jobs")
        delivery = next(one for one in worker.take() if "body" in one)
        worker.send(c="sow_delete", t="Jobs", cid="a", bookmark=delivery["bm"], o="cancel")
        play.restart(power_cut_seed=power_cut_seed)
    worker = play.client("worker")
    subscribe(worker, "Jobs")
    delivery = next(one for one in worker.take() if "body" in one)
    worker.send(c="sow_delete", t="Jobs", cid="a", bookmark=delivery["bm"], o="cancel")
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "max_cancels"}}']
    play.restart(power_cut_seed=power_cut_seed)
    assert dead_letters(play) == []


def test_deliveries_lost_by_restarts_count() -> None:
    play = Playbook(queues=queue("Jobs", MaxDeliveries=3) + queue("FailedJobs"), actions=DEAD_LETTER)
    play.client("publisher").send(BODY, c="p", t="Jobs")
    for _ in range(3):
        worker = play.client("worker")
        subscribe(worker, "Jobs")
        assert worker.bodies() == [BODY]
        play.restart()
    assert dead_letters(play) == [f'{{"message": {BODY}, "reason": "max_deliveries"}}']
