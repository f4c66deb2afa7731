"""P9: after each turn the instance has one configuration, wholly: the one before a reload, or the one after it."""

from ampsd.config.model import Model
from ampsd.instance import Instance


def check(instance: Instance, model: Model) -> list[str]:
    """Violations; `model` is what the latest reload that was taken over left."""
    definition = model.definition
    halves = {
        "definition": instance.definition is definition,
        "digest": instance.digest == model.digest,
        "queues": [one.definition for one in instance.queues] == list(definition.queues),
        "names of queues": list(instance.queues_by_key) == [one.key for one in instance.queues],
        "actions": [one.steps for one in instance.automation.graph.actions][: len(definition.actions)]
        == [one.steps for one in definition.actions],
    }
    return [f"P9: the instance has other {half} than its configuration" for half, is_so in halves.items() if not is_so]
