"""What is measured: workloads by name, each with the servers that can do it and the generator's options."""

from dataclasses import dataclass, field

from servers import (
    Ampsd,
    AmpsdWithoutEvents,
    Beanstalkd,
    JetStream,
    Mosquitto,
    Nats,
    RabbitMq,
    Redis,
    RedisAlways,
    RedisEverysec,
    Server,
)

QUEUES: list[type[Server]] = [Ampsd, AmpsdWithoutEvents, RabbitMq, JetStream, RedisAlways, RedisEverysec, Beanstalkd]
TOPICS: list[type[Server]] = [Ampsd, RabbitMq, Mosquitto, Redis, Nats]


@dataclass(frozen=True)
class Workload:
    """`is_short` ones are part of `make bench`."""

    title: str
    servers: list[type[Server]]
    options: dict[str, object]
    is_short: bool = False
    rounds: int | None = None
    is_latency: bool = field(default=False)


QUEUE = {"workload": "queue", "window": 5000, "depth": 10000}
LATENCY = {"rate": 5000}
WORKLOADS = [
    Workload("W1 durable queue", QUEUES, QUEUE, is_short=True),
    Workload("W2 pub/sub 1 to 1", TOPICS, {}, is_short=True),
    Workload("W2 pub/sub 1 to 10", TOPICS, {"readers": 10}, is_short=True),
    Workload("W2 pub/sub 1 to 100", TOPICS, {"readers": 100}),
    Workload("W3 latency of pub/sub, 5,000/s", TOPICS, LATENCY, is_short=True, is_latency=True),
    Workload(
        "W3 latency of a durable queue, 5,000/s",
        QUEUES,
        {"workload": "queue", "ack_batch": 1, **LATENCY},
        is_short=True,
        is_latency=True,
    ),
    Workload(
        "W6 1,000 publishers at 50/s each", TOPICS, {"publishers": 1000, "rate": 50_000, "warm_up": 2}, is_latency=True
    ),
    *(
        Workload(f"W1 durable queue, {name}", QUEUES, {**QUEUE, "size": size}, rounds=1)
        for name, size in (("64 B", 64), ("2 KB", 2048), ("64 KB", 65536))
    ),
    *(
        Workload(f"W2 pub/sub 1 to 1, {name}", TOPICS, {"size": size}, rounds=1)
        for name, size in (("64 B", 64), ("2 KB", 2048), ("64 KB", 65536))
    ),
]


@dataclass(frozen=True)
class Filters:
    """Subscriptions with filters, of which each message matches one."""

    title: str
    number: int
    text: str = "/customer = 'C{0:05}'"


FILTERS = [
    Filters("none, one plain subscription", 0),
    Filters("1", 1),
    Filters("100 on one field", 100),
    Filters("10,000 on one field", 10_000),
    Filters("100 with > and <, which no index finds", 100, "/customer > 'C{1:05}' AND /customer < 'C{2:05}'"),
]
