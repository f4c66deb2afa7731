"""AC261: two topics in one file."""

import posixpath
from collections.abc import Iterable

from ampsd.config.finding import Finding
from ampsd.config.placed import Placed
from ampsd.definitions.sow_topics import TopicDefinition
from ampsd.lint.rule import Rule
from ampsd.lint.subject import Subject


class FileShared(Rule):
    """Two persistent topics of the SOW have the same file.

    Every persistent topic needs a file of its own (User Guide, State of the World). Files are compared after `%n` has
    become the topic's name and message type, as in `orders.json`.
    """

    severity = "error"
    failing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>sow/all.sow</FileName></Topic>"
        "<Topic><Name>fills</Name><MessageType>json</MessageType><FileName>sow/all.sow</FileName></Topic></SOW>"
    )
    passing = (
        "<SOW><Topic><Name>orders</Name><MessageType>json</MessageType><FileName>sow/%n.sow</FileName></Topic>"
        "<Topic><Name>fills</Name><MessageType>json</MessageType><FileName>sow/%n.sow</FileName></Topic></SOW>"
    )

    def check(self, subject: Subject) -> Iterable[Finding]:
        """The file of every persistent topic."""
        first: dict[str, Placed[TopicDefinition]] = {}
        for topic in subject.all_of(TopicDefinition):
            definition = topic.definition
            if definition.file_name is None or definition.durability != "persistent":
                continue
            file = posixpath.normpath(
                definition.file_name.replace("%n", f"{definition.name}.{definition.message_type}")
            )
            earlier = first.setdefault(file, topic)
            if earlier is not topic:
                yield self.finding(
                    topic.span("file_name"),
                    f"topic {definition.name!r} has the file {file!r}, which belongs to topic"
                    f" {earlier.definition.name!r} in line {earlier.span('file_name').line}",
                    "Put %n into FileName, or name another file.",
                )
