"""Rules about replication and limits of queues: what they leave alone, and what the corpus does not show."""

from lint_setup import examine_text, wrapped

TRANSPORTS = (
    "<Transports><Transport><Name>any</Name><Type>tcp</Type><InetAddr>9007</InetAddr></Transport>"
    "<Transport><Name>in</Name><Type>amps-replication</Type><InetAddr>10004</InetAddr></Transport></Transports>"
)
LOG = (
    "<TransactionLog><JournalDirectory>j</JournalDirectory>"
    "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)
QUEUE = "<SOW><Queue><Name>jobs</Name><MessageType>json</MessageType>{}</Queue></SOW>"


def log_with(name: str, message_type: str) -> str:
    more = f"<Topic><Name>{name}</Name><MessageType>{message_type}</MessageType></Topic></TransactionLog>"
    return LOG.replace("</TransactionLog>", more)


def destination(topic: str, *, name: str = "B", more: str = "") -> str:
    return (
        f"<Destination><Name>{name}</Name><SyncType>sync</SyncType>{more}"
        f"<Topic>{topic}<MessageType>json</MessageType></Topic>"
        f"<Transport><Type>amps-replication</Type><InetAddr>{name}:10004</InetAddr></Transport></Destination>"
    )


def codes(text: str, *destinations: str, is_strict: bool = False, low: str = "AC293", high: str = "AC299") -> list[str]:
    replication = f"<Replication>{''.join(destinations)}</Replication>" if destinations else ""
    findings = examine_text(wrapped(TRANSPORTS + text + replication), is_strict=is_strict).findings
    return [one.code for one in findings if low <= one.code <= high]


def test_a_destination_without_topic_names_takes_local_queues_too() -> None:
    local = QUEUE.format("<UnderlyingTopic>work</UnderlyingTopic>").replace("Queue>", "LocalQueue>")
    assert codes(local + LOG, destination("")) == ["AC293"]
    assert codes(local + LOG, destination("<Name>^(?!jobs$)</Name>")) == []


def test_a_replicated_regular_expression_needs_something_recorded_that_it_can_match() -> None:
    log = LOG.replace(".*", "orders")
    assert codes(log, destination("<Name>^ord</Name>")) == []
    assert codes(log, destination("<Name>^fills</Name>")) == ["AC296"]
    assert codes(LOG, destination("<Name>^fills</Name>")) == []


def test_replicating_only_the_underlying_topic_asks_nothing_of_the_queue() -> None:
    queue = QUEUE.format("<UnderlyingTopic>work</UnderlyingTopic>")
    assert codes(queue + LOG, destination("<Name>work</Name>")) == []


def test_what_is_left_out_of_validation_is_not_looked_for() -> None:
    topic = "<Name>jobs</Name><ExcludeValidation>queue_passthrough,replicate</ExcludeValidation>"
    assert codes(QUEUE.format("") + LOG, destination(topic)) == []


def test_a_group_must_be_passed_on_to_the_other_destinations_of_a_queue() -> None:
    first = destination("<Name>jobs</Name>", more="<Group>x</Group><PassThrough>^y$</PassThrough>")
    second = destination("<Name>jobs</Name>", name="C", more="<Group>y</Group><PassThrough>^x$</PassThrough>")
    assert codes(QUEUE.format("") + LOG, first, second) == []
    assert codes(QUEUE.format("") + LOG, first, second.replace("^x$", "^z$")) == ["AC297"]


def test_an_address_of_another_host_with_our_port_is_another_instance() -> None:
    assert codes(LOG, destination("", more="<PassThrough>.*</PassThrough>")) == []
    assert codes(LOG, destination("", name="localhost")) == ["AC294"]


def test_a_topic_of_two_types_is_not_there_twice() -> None:
    both = "<Name>a</Name><MessageType>nvfix</MessageType></Topic><Topic><Name>a</Name>"
    assert codes(log_with("a", "nvfix"), destination(both)) == []


def test_a_pair_of_instances_needs_no_pass_through() -> None:
    assert codes(LOG, destination(""), is_strict=True) == []
    assert codes(LOG, destination(""), destination("", name="C"), is_strict=True) == ["AC299", "AC299"]


def limits(inside: str, more: str = "") -> list[str]:
    return codes(QUEUE.format(inside) + LOG + more, is_strict=True, low="AC284", high="AC292")


CATCHING = (
    "<Actions><Action><On><Module>amps-action-on-sow-expire-message</Module><Options><Topic>other</Topic>"
    "<MessageType>json</MessageType></Options></On><Do><Module>amps-action-do-publish-message</Module>"
    "<Options><Topic>{}</Topic><MessageType>json</MessageType><Data>x</Data></Options></Do></Action></Actions>"
)


def test_a_queue_of_dead_letters_needs_no_limit() -> None:
    lease = "<LeasePeriod>1m</LeasePeriod>"
    assert limits(lease, CATCHING.format("elsewhere")) == ["AC289"]
    assert limits(lease, CATCHING.format("jobs")) == []
    assert limits(lease, CATCHING.format("dead-{{AMPS_TOPIC}}")) == []


def test_limits_that_repeat_the_default_are_none() -> None:
    assert limits("<Semantics>at-most-once</Semantics><MaxDeliveries>0</MaxDeliveries><Leasing>sublet</Leasing>") == []


def test_each_setting_of_leases_on_an_at_most_once_queue_is_told() -> None:
    inside = "<Semantics>at-most-once</Semantics><MaxCancels>2</MaxCancels><Leasing>strict</Leasing>"
    assert limits(inside) == ["AC285", "AC285"]


def test_a_lease_as_long_as_the_message_lives_is_left_alone() -> None:
    assert "AC286" not in limits("<LeasePeriod>1h</LeasePeriod><Expiration>1h</Expiration>")


def test_queues_over_the_same_regular_expression_are_twins() -> None:
    queue = (
        "<Queue><Name>{}</Name><MessageType>json</MessageType><UnderlyingTopic>^w</UnderlyingTopic>"
        "<DefaultPublishTarget>w</DefaultPublishTarget><Semantics>at-most-once</Semantics></Queue>"
    )
    both = f"<SOW>{queue.format('a')}{queue.format('b')}</SOW>"
    assert codes(both + LOG, is_strict=True, low="AC284", high="AC292") == ["AC291"]


def covered(log: str) -> list[str]:
    return codes(log, low="AC292", high="AC292")


def test_a_topic_of_the_log_is_covered_by_an_earlier_one_only() -> None:
    assert covered(log_with("^a", "json")) == ["AC292"]
    assert covered(log_with("^a", "xml")) == []
    assert covered(log_with("^a", "json").replace(".*", "^ab")) == []
    assert covered(log_with("abc", "json").replace(".*", "^ab")) == ["AC292"]
