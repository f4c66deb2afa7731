"""What clients do sets off actions: they come, log on, subscribe, unsubscribe, fall behind and go."""

import pytest
from play import Playbook, acting, echo, errors, step

CLIENT = "{{AMPS_CLIENT_NAME}} on {{AMPS_CONNECTION_NAME}}"
KNOWN = CLIENT + " as [{{AMPS_AUTHENTICATION_ID}}]"
SUBSCRIPTION = "{{AMPS_CLIENT_NAME}}: {{AMPS_TOPIC}} [{{AMPS_FILTER}}] [{{AMPS_OPTIONS}}]"
JSON = {"MessageType": "json"}


def test_a_connection_has_its_own_name_before_the_client_says_one() -> None:
    play = Playbook(actions=acting(step("on-connect-client"), echo(CLIENT)))
    client = play.connect()
    assert play.echoes() == ["t-1 on t-1"]
    client.send(c="logon", cid="0", client_name="ann", a="processed")
    client.hang_up()
    assert play.echoes() == ["t-1 on t-1"]
    play.client("bob")
    assert play.echoes()[1:] == ["t-2 on t-2"]


def test_a_logon_tells_both_names_and_who_authentication_says_it_is() -> None:
    play = Playbook(actions=acting(step("on-logon-client"), echo(KNOWN)))
    ann = play.client("ann", user_id="someone")
    assert play.echoes() == ["ann on t-1 as []"], "the default authentication knows nobody"
    ann.send(c="logon", cid="1", client_name="ann", a="processed")
    assert ann.take()[0]["status"] == "failure"
    assert len(play.echoes()) == 1, "a second logon is refused"


def test_a_refused_logon_sets_off_nothing() -> None:
    play = Playbook(actions=acting(step("on-logon-client"), echo(KNOWN)))
    client = play.connect()
    client.send(c="logon", cid="0", a="processed")
    assert client.is_closed
    assert play.echoes() == []


def test_each_connection_that_ends_sets_off_the_action_once() -> None:
    play = Playbook(actions=acting(step("on-disconnect-client"), echo(KNOWN)))
    ann, nobody = play.client("ann"), play.connect()
    ann.hang_up()
    assert play.echoes() == ["ann on t-1 as []"]
    nobody.hang_up()
    assert play.echoes()[1:] == ["t-2 on t-2 as []"], "one that never logged on has the name of its connection"
    bob = play.client("bob")
    bob.send(c="nonsense", cid="1")
    assert bob.is_closed
    bob.hang_up()
    assert play.echoes()[2:] == ["bob on t-3 as []"], "closed by us, and then by the peer: that is one end"
    play.client("eve")
    play.client("eve")
    assert play.echoes()[3:] == ["eve on t-4 as []"], "a younger connection of the same name ends the older"


def test_a_subscription_tells_topic_filter_and_options_as_they_were_written() -> None:
    actions = acting(step("on-subscribe", Topic="^orders", **JSON), echo("+ " + SUBSCRIPTION))
    actions += acting(step("on-unsubscribe", Topic="orders-.*", **JSON), echo("- " + SUBSCRIPTION))
    play = Playbook(actions=actions)
    ann = play.client("ann")
    ann.send(c="subscribe", t="orders-1", cid="1", sub_id="1", filter="/a = 'x'", o="timestamp")
    ann.send(c="subscribe", t="orders-.*", cid="2", sub_id="2")
    ann.send(c="subscribe", t="other", cid="3", sub_id="3")
    first = ["ann: orders-1 [/a = 'x'] [timestamp]", "ann: orders-.* [] []"]
    assert play.echoes() == [f"+ {one}" for one in first]
    ann.send(c="unsubscribe", cid="4", sub_id="1")
    assert play.echoes()[2:] == [f"- {first[0]}"]
    ann.hang_up()
    assert play.echoes()[3:] == [f"- {first[1]}"], "the end of a connection ends its subscriptions"


def test_a_subscription_of_another_type_or_one_that_is_refused_sets_off_nothing() -> None:
    actions = acting(
        step("on-subscribe", Topic="news", **JSON), step("on-unsubscribe", Topic="news", **JSON), echo("told")
    )
    play = Playbook(actions=actions)
    other = play.client("other", mt="binary")
    other.send(c="subscribe", t="news", cid="1", sub_id="1")
    wrong = play.client("wrong")
    wrong.send(c="subscribe", t="news", cid="1", sub_id="1", filter="/a = = 1", a="processed")
    assert wrong.take()[0]["status"] == "failure"
    wrong.send(c="unsubscribe", cid="2", sub_id="1")
    wrong.hang_up()
    other.hang_up()
    assert play.echoes() == []


@pytest.mark.parametrize("module", ["on-subscribe", "on-unsubscribe"])
def test_a_subscription_has_to_be_named_by_topic_and_type(module: str) -> None:
    assert "Topic" in " ".join(errors(acting(step(module, **JSON), echo("x"))))
    assert "MessageType" in " ".join(errors(acting(step(module, Topic="a"), echo("x"))))
    assert errors(acting(step(module, Topic="(", **JSON), echo("x"))) != []


def test_a_client_goes_offline_and_comes_back_once_each() -> None:
    limits = "<MessageMemoryLimit>100KB</MessageMemoryLimit><MessageDiskLimit>9MB</MessageDiskLimit>"
    limits += "<ClientMaxCapacity>100%</ClientMaxCapacity>"
    actions = acting(step("on-offline-start"), echo("offline " + CLIENT))
    actions += acting(step("on-offline-stop"), echo("online " + CLIENT))
    play = Playbook(transaction_log="", settings=limits, actions=actions)
    slow, publisher = play.client("slow"), play.client("publisher")
    slow.send(c="subscribe", t="news", cid="1", sub_id="1")
    slow.stall()
    for number in range(30):
        publisher.send(f"{number}".ljust(10_000), c="p", t="news")
    assert play.echoes() == ["offline slow on t-1"]
    slow.read_on()
    assert play.echoes() == ["offline slow on t-1", "online slow on t-1"]


def test_a_client_that_is_gone_while_offline_never_comes_back() -> None:
    limits = "<MessageMemoryLimit>20KB</MessageMemoryLimit><MessageDiskLimit>40KB</MessageDiskLimit>"
    actions = acting(step("on-offline-start"), echo("offline")) + acting(step("on-offline-stop"), echo("online"))
    actions += acting(step("on-disconnect-client"), echo("gone {{AMPS_CLIENT_NAME}}"))
    play = Playbook(transaction_log="", settings=limits, actions=actions)
    slow, publisher = play.client("slow"), play.client("publisher")
    slow.send(c="subscribe", t="news", cid="1", sub_id="1")
    slow.stall()
    for number in range(30):
        publisher.send(f"{number}".ljust(10_000), c="p", t="news")
    assert play.echoes() == ["offline", "gone slow"]
