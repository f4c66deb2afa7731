"""Every setting with its value and where it came from."""

from loading_setup import LOG, TRANSPORT, load_files

from ampsd.config.effective import Setting, effective
from ampsd.config.plan import intents


def rows(inside: str, **environment: str) -> list[Setting]:
    text = f"<AMPSConfig>\n<Name>Test</Name>\n{TRANSPORT}\n{inside}\n</AMPSConfig>"
    loading = load_files({"config.xml": text}, environment=environment)
    assert loading.model is not None, loading.findings
    assert loading.built is not None
    return effective(loading.source, loading.built, loading.model.definition)


def find(settings: list[Setting], element: str) -> Setting:
    (found,) = [one for one in settings if one.element == element]
    return found


def test_a_setting_of_the_file_names_its_place() -> None:
    found = find(rows("<Description>what it is for</Description>"), "Description")
    assert (found.value, found.origin) == ("what it is for", "config.xml:4:1")


def test_a_setting_that_is_not_there_is_a_default() -> None:
    found = find(rows(""), "ConfigCycleDetectionThreshold")
    assert (found.value, found.origin) == ("5MB", "default")


def test_a_value_from_a_variable_names_it() -> None:
    found = find(rows("<Description>in ${SITE}</Description>", SITE="Berlin"), "Description")
    assert (found.value, found.origin) == ("in Berlin", "config.xml:4:1, from in ${SITE}")


def test_sections_are_nested_as_in_the_file() -> None:
    settings = rows(f"<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType></Queue></SOW>{LOG}")
    queue = find(settings, "Queue")
    assert (queue.value, queue.depth, queue.is_section) == ("Jobs", 2, True)
    assert find(settings, "MaxCancels") == Setting(3, "MaxCancels", "0", "default", is_section=False)


def test_the_plan_names_everything_that_a_start_does() -> None:
    text = (
        f"<AMPSConfig><Name>Test</Name>{TRANSPORT}<SOW><Queue><Name>Jobs</Name><MessageType>json</MessageType>"
        f"<LeasePeriod>30s</LeasePeriod><MaxCancels>3</MaxCancels></Queue></SOW>{LOG}</AMPSConfig>"
    )
    model = load_files({"config.xml": text}).model
    assert model is not None
    assert [(one.verb, one.subject) for one in intents(model.definition)] == [
        ("open", "./journal"),
        ("record", ".*"),
        ("fill", "Jobs"),
        ("listen", "9007"),
    ]
    (queue,) = [one for one in intents(model.definition) if one.verb == "fill"]
    assert queue.how == "json queue, at-least-once, from Jobs, leased for 30s, expires after 3 cancels"
