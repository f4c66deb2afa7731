"""What actions ask for: back inside (publish a message) or outside (write a log line)."""


class PublishMessage:
    """Publish as a client inside the instance: journalled, matched and queued like any other publish."""

    __slots__ = ("data", "message_type", "topic")

    def __init__(self, topic: str, message_type: str, data: bytes) -> None:
        self.topic = topic
        self.message_type = message_type
        self.data = data


class WriteLog:
    """Write the log record `code` of the catalogue, its text filled with `values`."""

    __slots__ = ("code", "values")

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values


Request = PublishMessage | WriteLog
