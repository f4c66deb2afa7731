"""What filters can ask beside the fields of a body, for messages of this instance."""

from ampsd.engine.turn import Turn
from ampsd.expressions.environment import Environment


class Environments:
    """Makes the surroundings of messages."""

    __slots__ = ("_group_name", "_instance_name", "_turn")

    def __init__(self, instance_name: bytes, group_name: bytes, moment: Turn) -> None:
        self._instance_name = instance_name
        self._group_name = group_name
        self._turn = moment

    def of_publish(self, topic: bytes, data: bytes, correlation_id: bytes | None) -> Environment:
        """A message of a topic, as far as the transaction log will know it: who published it is not in there."""
        environment = Environment(now_ns=self._turn.wall_ns)
        environment.instance_name = self._instance_name
        environment.group_name = self._group_name
        environment.topic = topic
        environment.size = len(data)
        environment.correlation_id = correlation_id
        return environment
