"""What the engine says of itself for a minidump: counts and states, no message and no secret."""

import json
from collections.abc import Iterable

from ampsd.engine.clients import Clients
from ampsd.engine.queue import Queue
from ampsd.engine.security import Security
from ampsd.storage.log import Log


def described(name: str, digest: str, queues: Iterable[Queue], clients: Clients, log: Log, security: Security) -> bytes:
    """A JSON document."""
    found = {
        "instance": name,
        "configuration": digest,
        "clients": len(clients.connected),
        "subscriptions": sum(len(one.subscriptions) for one in clients.connected.values()),
        "log": {"end": log.end, "durable": log.durable},
        "security": {"authentication": security.has_authentication, "entitlement": security.has_entitlement},
        "queues": [
            {
                "name": one.key.decode(),
                "messages": one.entries.count,
                "leased": len(one.leases),
                "consumers": len(one.consumers.subscriptions),
            }
            for one in queues
        ],
    }
    return json.dumps(found, indent=2).encode()
