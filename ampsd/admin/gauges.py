"""What is measured of an instance at regular times: names and values of one moment."""

from ampsd.instance import Instance


def gauges(instance: Instance) -> dict[str, float]:
    """The values of now. Names are paths, as parts of the instance are called elsewhere."""
    found: dict[str, float] = {
        "clients": len(instance.clients.connected),
        "subscriptions": sum(len(one.subscriptions) for one in instance.clients.connected.values()),
        "transaction_log/end": instance.log.end,
        "transaction_log/durable": instance.log.durable,
    }
    for queue in instance.queues:
        path = f"queues/{queue.key.decode()}"
        found[f"{path}/depth"] = queue.entries.count
        found[f"{path}/leased"] = len(queue.leases)
        found[f"{path}/consumers"] = len(queue.consumers.subscriptions)
    for name, counts in instance.automation.traces.counts.items():
        if counts.fired:
            found[f"actions/{name}/fired"] = counts.fired
            found[f"actions/{name}/failed"] = counts.failed
    return found
