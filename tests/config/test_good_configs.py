"""Files that must load without a word, and what is in them."""

from pathlib import Path

import pytest
from loading_setup import CONFIGS, REPOSITORY, load_disk, load_files, model_of
from lxml import etree

from ampsd.config.schema import EDITOR_FILE_NAME, FILE_NAME, generate

GOOD = [*sorted((CONFIGS / "good").glob("*.xml")), *sorted((REPOSITORY / "examples").glob("*/config.xml"))]
FOR_AMPS = sorted((CONFIGS / "good_for_amps").glob("*.xml"))
NOT_HERE = {"AC108", "AC109", "AC214"}
"""What is said of a file for AMPS itself: that something does not run here, or changes nothing."""
SECOND_NS = 1_000_000_000


def definition(name: str):  # type: ignore[no-untyped-def]
    return model_of(load_disk(CONFIGS / "good" / f"{name}.xml")).definition


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_files_load_without_findings(path: Path) -> None:
    loading = load_disk(path)
    assert [str(finding) for finding in loading.findings] == []
    assert loading.model is not None


@pytest.mark.parametrize("path", FOR_AMPS, ids=lambda path: path.stem)
def test_files_for_amps_are_understood(path: Path) -> None:
    loading = load_disk(path)
    assert {finding.code for finding in loading.findings} <= NOT_HERE, "\n".join(map(str, loading.findings))
    assert loading.model is not None


def test_there_are_enough_good_files() -> None:
    assert len(GOOD) >= 40


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_expanded_text_is_a_configuration_that_means_the_same(path: Path) -> None:
    model = model_of(load_disk(path))
    beside = {str(one): one.read_bytes() for one in path.parent.rglob("*.proto")}
    again = model_of(load_files({**beside, str(path): model.text}, str(path)))
    assert again.definition == model.definition
    assert again.text == model.text
    assert again.digest == model.digest


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_editors_accept_good_files_as_they_are_written(path: Path) -> None:
    schema = etree.XMLSchema(etree.fromstring(generate()[EDITOR_FILE_NAME].encode()))
    schema.assertValid(etree.parse(str(path)))


def test_the_schema_location_of_the_example_is_a_file() -> None:
    root = etree.parse(str(REPOSITORY / "examples/dead-letter/config.xml")).getroot()
    location = root.get("{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation")
    assert location is not None
    assert (REPOSITORY / "examples/dead-letter" / location).resolve().name in (FILE_NAME, EDITOR_FILE_NAME)
    assert (REPOSITORY / "examples/dead-letter" / location).is_file()


def test_what_a_minimal_file_leaves_out_has_its_default() -> None:
    instance = definition("minimal")
    assert instance.name == "Minimal"
    assert instance.group is None
    (transport,) = instance.transports
    assert (transport.inet_addr.host, transport.inet_addr.port) == (None, 9007)
    assert transport.protocol == "amps"
    assert transport.message_type is None
    assert transport.initial_state == "enabled"
    assert transport.reuse_addr is True
    assert instance.queues == instance.actions == instance.logging_targets == instance.modules == ()
    assert instance.message_types == ()
    assert instance.transaction_log is None


def test_the_dead_letter_pair_is_two_queues_and_an_action() -> None:
    instance = definition("dead-letter-pair")
    orders, undeliverable = instance.queues
    assert (orders.name, orders.max_cancels, orders.max_deliveries) == ("Orders", 2, 5)
    assert orders.lease_period_ns == 5 * SECOND_NS
    assert (undeliverable.max_cancels, undeliverable.max_deliveries, undeliverable.lease_period_ns) == (0, 0, None)
    (action,) = instance.actions
    (on,) = action.ons
    (step,) = action.steps
    assert on.topic == "Orders"
    assert on.reason == ("max_cancels", "max_deliveries")
    assert step.data.names == ("AMPS_DATA", "AMPS_REASON")


def test_the_example_is_what_its_comments_say() -> None:
    instance = model_of(load_disk(REPOSITORY / "examples/dead-letter/config.xml")).definition
    jobs, failed = instance.queues
    assert (jobs.name, jobs.max_cancels, jobs.max_deliveries) == ("Jobs", 3, 10)
    assert (jobs.lease_period_ns, jobs.max_per_subscription_backlog) == (30 * SECOND_NS, 10)
    assert failed.name == "FailedJobs"
    assert str(instance.transports[0].inet_addr) == "127.0.0.1:9007"
    assert instance.transaction_log is not None
    assert instance.transaction_log.journal_size_bytes == 10 << 20
    assert [target.level for target in instance.logging_targets] == ["info"]
    assert [action.name for action in instance.actions] == ["action 1", "action 2"]


def test_units_words_and_white_space_are_read_in_any_case() -> None:
    instance = definition("units-and-words")
    assert instance.name == "Units"
    four, six = instance.transports
    assert (four.type, four.protocol, four.message_type) == ("tcp", "amps", "json")
    assert (str(four.inet_addr), str(six.inet_addr)) == ("0.0.0.0:9007", "[::]:9007")
    assert (four.initial_state, six.initial_state) == ("enabled", "disabled")
    first, second = instance.queues
    assert first.name == "Half Hourly"
    assert first.lease_period_ns == 250_000_000
    assert first.expiration_ns == 5400 * SECOND_NS
    assert first.expiration_model == "earliest"
    assert (first.max_backlog, first.max_per_subscription_backlog) == (10_000, 20)
    assert (first.semantics, first.fairness, first.leasing) == ("at-least-once", "round-robin", "strict")
    assert first.filter == "/size > 10 AND /size < 20"
    assert (first.is_local, second.is_local) == (False, True)
    assert second.expiration_ns == 14 * 86400 * SECOND_NS
    assert (second.is_at_most_once, second.fairness) == (True, "round-robin")
    assert instance.transaction_log.flush_interval_ns == 500_000
    assert instance.transaction_log.journal_size_bytes == 3 << 29


def test_queues_share_an_underlying_topic_by_patterns() -> None:
    printing, archive, invoices = definition("shared-underlying-topic").queues
    assert printing.underlying_is_regex
    assert (printing.publish_target, archive.publish_target) == ("Print", "Archive")
    assert not invoices.underlying_is_regex
    assert invoices.underlying == invoices.publish_target == "eu.invoices"


def test_steps_keep_the_order_of_the_file() -> None:
    first, second = definition("actions-in-order").actions
    assert [on.module for on in first.ons] == ["amps-action-on-startup", "amps-action-on-publish-message"]
    assert [step.module for step in first.steps] == [
        "amps-action-do-nothing",
        "amps-action-if-condition",
        "amps-action-do-echo-message",
    ]
    assert second.steps[0].message.names == ("AMPS_INSTANCE_NAME",)
    assert second.place.endswith("actions-in-order.xml:16:5")


def test_log_targets_hold_levels_lists_and_names() -> None:
    stderr, stdout, file, gzip, syslog = definition("logging").logging_targets
    assert (stderr.protocol, stderr.level) == ("stderr", "error")
    assert (stdout.level, stdout.levels) == ("warning", ("trace", "info"))
    assert stdout.include_errors == ("00-0015", "29-01.*")
    assert stdout.exclude_errors == ("12-0010",)
    assert (file.level, file.rotation_threshold_bytes) == ("info", 500_000_000)
    assert (gzip.protocol, gzip.level, gzip.levels) == ("gzip", "none", ("trace",))
    assert (syslog.ident, syslog.options, syslog.facility) == ("ampsd", ("LOG_CONS", "LOG_PID"), "LOG_LOCAL3")


def test_variables_are_filled_in_as_text() -> None:
    path = CONFIGS / "good" / "variables.xml"
    model = model_of(load_disk(path))
    assert model.definition.name == "Named"
    assert model.definition.description == f"{path} on 5.3.5.0; <b>&amp;"
    assert str(model.definition.transports[0].inet_addr) == "localhost:9007"
    assert "&lt;b&gt;&amp;amp;" in model.text
    assert "${UNDEFINED}" in model.text
