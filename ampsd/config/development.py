"""What `--dev` fills in so that a snippet of a configuration starts: name, transport, admin interface, transaction log.

It is filled in as elements, before anything is checked: the checks and the expanded text see what will run.
"""

from lxml import etree

from ampsd.config import codes
from ampsd.config.finding import Finding
from ampsd.config.tree import Source, children, text_of
from ampsd.declare import Option
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.transaction_log import LoggedTopicDefinition
from ampsd.expressions.regex import compile_regex, is_regex

NAME = "dev"
TRANSPORT = "dev-tcp"
ADDRESS = "127.0.0.1:9007"
ADMIN_ADDRESS = "127.0.0.1:8085"
_JOURNAL_SIZE = "10MB"


def sections() -> tuple[str, ...]:
    """Elements that may stand in a snippet without an AMPSConfig around them."""
    return tuple(name for option in InstanceDefinition.declared for name in option.contents)


def fill_in(source: Source, directory: str) -> None:
    """Add what is missing to the source's root; `directory` is for the journal. Says what it added."""
    root = source.root
    assert root is not None
    filling = _Filling(source, root)
    if root.find("Name") is None:
        filling.add(root, "Name", NAME)
        filling.say(f"the instance has no Name; it is called {NAME!r}")
    transports = root.find("Transports")
    if transports is None or not children(transports):
        transports = filling.add(root, "Transports") if transports is None else transports
        transport = filling.add(transports, "Transport")
        for name, text in (("Name", TRANSPORT), ("Type", "tcp"), ("InetAddr", ADDRESS), ("Protocol", "amps")):
            filling.add(transport, name, text)
        filling.say(f"there is no transport; {TRANSPORT!r} listens on {ADDRESS}")
    if root.find("Admin") is None:
        filling.add(filling.add(root, "Admin"), "InetAddr", ADMIN_ADDRESS)
        filling.say(f"there is no Admin; the admin interface listens on {ADMIN_ADDRESS}")
    filling.journal(directory)


class _Filling:
    """Elements as they are added; they are placed where the AMPSConfig is."""

    def __init__(self, source: Source, root: etree._Element) -> None:
        self._source = source
        self._root = root

    def add(self, parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
        """A new last child."""
        element = etree.SubElement(parent, name)
        element.text = text
        self._source.spans[element] = self._source.span(self._root)
        return element

    def say(self, sentence: str) -> None:
        """Tell the operator what was added."""
        self._source.findings.append(
            Finding(
                codes.FILLED_IN,
                "info",
                self._source.span(self._root),
                sentence,
                "Write it into the file before you start without --dev.",
            )
        )

    def journal(self, directory: str) -> None:
        """A TransactionLog that records every queue's underlying topic."""
        log = self._root.find("TransactionLog")
        missing = [wanted for wanted in self._wanted() if log is None or not _records(log, *wanted)]
        if not missing:
            return
        if log is None:
            log = self.add(self._root, "TransactionLog")
            self.add(log, "JournalDirectory", directory)
            self.add(log, "JournalSize", _JOURNAL_SIZE)
            self.say(f"there is no TransactionLog; journals of {_JOURNAL_SIZE} go into {directory}")
        for name, message_type in missing:
            topic = self.add(log, "Topic")
            self.add(topic, "Name", name)
            self.add(topic, "MessageType", message_type)
            self.say(f"the underlying topic {name!r} is not in the TransactionLog; it is recorded")

    def _wanted(self) -> list[tuple[str, str]]:
        """Topic, or pattern, and message type of every queue that says both; each pair once."""
        options = {one.attribute: one for one in QueueDefinition.declared}
        found = []
        for section in ("SOW", "TopicMetaData"):
            for queue in self._root.iterfind(f"{section}/*"):
                if queue.tag in ("Queue", "QueueDefinition", "LocalQueue"):
                    topic = _text(queue, options["underlying_topic"]) or _text(queue, options["name"])
                    message_type = _text(queue, options["message_type"])
                    if topic and message_type:
                        found.append((topic, message_type))
        return list(dict.fromkeys(found))


def _text(element: etree._Element, option: Option) -> str:
    for name in option.contents:
        child = element.find(name)
        if child is not None:
            return text_of(child).strip()
    return ""


def _records(log: etree._Element, name: str, message_type: str) -> bool:
    """Whether a Topic of the element records `name`; a pattern that does not compile records nothing."""
    options = {one.attribute: one for one in LoggedTopicDefinition.declared}
    for topic in log.iterfind("Topic"):
        recorded = _text(topic, options["name"])
        if _text(topic, options["message_type"]) != message_type:
            continue
        if recorded == name:
            return True
        try:
            if is_regex(recorded) and compile_regex(recorded.encode()).search(name.encode()):
                return True
        except ValueError:
            continue
    return False
