"""Actions through the whole instance: start-up, publish, conditions, loops."""

from play import DEAD_LETTER, Playbook, action, queue

QUEUES = queue("Jobs", MaxCancels=1) + queue("FailedJobs")
ECHO = ("do-echo-message", {"Message": "seen {{AMPS_TOPIC}}: {{AMPS_DATA}} by {{AMPS_CLIENT_NAME}}"})


def echoes(play: Playbook) -> list[object]:
    return [values["message"] for code, values in play.log if code == "29-0103"]


def test_start_up_actions_run_in_the_order_of_the_file() -> None:
    first = action("on-startup", {}, ("do-echo-message", {"Message": "one {{AMPS_INSTANCE_NAME}}"}))
    second = action("on-startup", {}, ("do-echo-message", {"Message": "two"}), ("do-nothing", {}))
    play = Playbook(actions=first + second)
    assert echoes(play) == ["one Play", "two"]
    assert "29-0104" in play.codes()


def test_a_publish_sets_off_actions_of_its_topic() -> None:
    play = Playbook(actions=action("on-publish-message", {"Topic": "^n", "MessageType": "json"}, ECHO))
    publisher = play.client("ann")
    publisher.send("{}", c="p", t="news")
    publisher.send("{}", c="p", t="other")
    assert echoes(play) == ["seen news: {} by ann"]


def test_a_publish_filter_and_a_condition_gate_the_steps() -> None:
    gate = ("if-condition", {"Condition": '"{{AMPS_CLIENT_NAME}}" = "ann"'})
    options = {"Topic": "news", "MessageType": "json", "Filter": "/n &gt; 1"}
    play = Playbook(actions=action("on-publish-message", options, gate, ECHO))
    for name in ("ann", 'bob\\" = \\"ann'):
        for number in (1, 2):
            play.client(name).send(f'{{"n":{number}}}', c="p", t="news")
    assert echoes(play) == ['seen news: {"n":2} by ann']


def test_a_copy_is_published_once_and_queued_like_any_other() -> None:
    copy = ("do-publish-message", {"Topic": "Jobs", "MessageType": "json", "Data": "{{AMPS_DATA}}"})
    play = Playbook(queues=QUEUES, actions=action("on-publish-message", {"Topic": "in", "MessageType": "json"}, copy))
    play.client("x").send('{"a":"{{AMPS_TOPIC}}"}', c="p", t="in")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    assert worker.bodies() == ['{"a":"{{AMPS_TOPIC}}"}']


def test_a_publish_loop_is_cut_and_reported_once() -> None:
    def copy(source: str, target: str) -> str:
        step = ("do-publish-message", {"Topic": target, "MessageType": "json", "Data": "{{AMPS_DATA}}"})
        return action("on-publish-message", {"Topic": source, "MessageType": "json"}, step)

    play = Playbook(actions=copy("a", "b") + copy("b", "a"))
    client = play.client("x")
    client.send("1", c="p", t="a")
    assert play.codes().count("29-0110") == 1
    client.send(c="flush", cid="1", a="processed")
    assert client.take()[0]["status"] == "success"


def test_a_failed_step_stops_its_action_and_no_other() -> None:
    bad = ("do-publish-message", {"Topic": "/AMPS/no", "MessageType": "json", "Data": "x"})
    on = {"Topic": "news", "MessageType": "json"}
    actions = action("on-publish-message", on, bad, ("do-echo-message", {"Message": "never"}))
    actions += action("on-publish-message", on, ("do-echo-message", {"Message": "other"}))
    play = Playbook(actions=actions)
    play.client("x").send("1", c="p", t="news")
    assert echoes(play) == ["other"]
    assert "29-0105" in play.codes()


def test_the_reason_filter_picks_expirations() -> None:
    on = {"Topic": "Jobs", "MessageType": "json", "Reason": "forced_expire,time_limit"}
    step = ("do-echo-message", {"Message": "{{AMPS_REASON}} {{AMPS_CORRELATION_ID}} {{AMPS_DATA_LENGTH}}"})
    play = Playbook(queues=QUEUES, actions=action("on-sow-expire-message", on, step))
    publisher = play.client("publisher")
    publisher.send("abc", c="p", t="Jobs", x="corr")
    publisher.send("def", c="p", t="Jobs")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    for option in ("expire", "cancel"):
        message = next(one for one in worker.take() if "body" in one)
        worker.send(c="sow_delete", t="Jobs", cid="2", bm=message["bm"], o=option)
    assert echoes(play) == ["forced_expire corr 3"]


def test_expiry_and_dead_letter_are_one_batch() -> None:
    play = Playbook(queues=QUEUES, actions=DEAD_LETTER)
    play.client("publisher").send("{}", c="p", t="Jobs")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    message = next(one for one in worker.take() if "body" in one)
    play.is_disk_held = True
    worker.send(c="sow_delete", t="Jobs", cid="2", bm=message["bm"], o="cancel")
    verbs = [verb for _, submitted in play.disk._submitted for verb in submitted]
    frames = [verb.data for verb in verbs if type(verb).__name__ == "Pwrite" and verb.path.endswith(".journal")]
    assert len(frames) == 1
    assert frames[0].count(b"AMPF") == 1
    assert b"FailedJobs" in frames[0]


def test_data_are_never_a_template() -> None:
    body = '{"x":"{{AMPS_TOPIC}} {% for %} {{7*7}} <<AMPS_DATA>>"}'
    play = Playbook(queues=QUEUES, actions=DEAD_LETTER)
    play.client("publisher").send(body.replace('"', '"'), c="p", t="Jobs")
    worker = play.client("worker")
    worker.send(c="subscribe", t="Jobs", cid="1", sub_id="s")
    message = next(one for one in worker.take() if "body" in one)
    worker.send(c="sow_delete", t="Jobs", cid="2", bm=message["bm"], o="cancel")
    reader = play.client("reader")
    reader.send(c="subscribe", t="FailedJobs", cid="1", sub_id="s")
    assert reader.bodies() == [f'{{"message": {body}, "reason": "max_cancels"}}']
