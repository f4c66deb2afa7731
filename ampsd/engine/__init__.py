"""What the instance does: publish, subscriptions, queues, leases. Synchronous, deterministic, no I/O."""
