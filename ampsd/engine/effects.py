"""What actions ask for: back inside (publish a message, note a status) or outside (write a log line)."""

from ampsd.engine.lifecycle import own_status


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


class SetStatus:
    """Note a status of somebody's own for the message that set off the action; it moves nothing."""

    __slots__ = ("reason", "status")
    checked = staticmethod(own_status)
    """The text of a status. Raises ValueError when it cannot be one."""

    def __init__(self, status: str, reason: bytes) -> None:
        self.status = status
        self.reason = reason


Request = PublishMessage | WriteLog | SetStatus
