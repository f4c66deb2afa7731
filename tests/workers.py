"""What publishers and consumers of queues do in dialogues: the few commands that most of them are made of."""

from play import Client, Message, Playbook


def subscriber(play: Playbook, name: str, topic: str = "Jobs", backlog: int | None = None, **fields: object) -> Client:
    client = play.client(name)
    options = {} if backlog is None else {"o": f"max_backlog={backlog}"}
    client.send(c="subscribe", t=topic, cid="1", sub_id="s", a="processed", **options, **fields)
    return client


def deliveries(client: Client) -> list[Message]:
    return [one for one in client.take() if "body" in one]


def publish(play: Playbook, *bodies: str, topic: str = "Jobs", **fields: object) -> None:
    publisher = play.client("publisher")
    for body in bodies:
        publisher.send(body, c="p", t=topic, **fields)
    assert publisher.take() == []


def ack(client: Client, *messages: Message, option: str | None = None) -> None:
    extra = {} if option is None else {"o": option}
    bookmarks = ",".join(one["bm"] for one in messages)
    client.send(c="sow_delete", t=messages[0]["t"], cid="AMPS-queue-ack", bookmark=bookmarks, **extra)
