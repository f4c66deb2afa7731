"""Tuning: settings about speed, of one version of AMPS (User Guide, Operation and Deployment)."""

from ampsd.declare import BOOLEAN, COUNT, INTERVAL, Definition, option, ranged


class NumaDefinition(Definition, element="NUMA"):
    """Where threads run on machines whose memory is divided (User Guide, Operation and Deployment)."""

    enabled: bool = option(BOOLEAN, "Whether threads are bound to processors.", default=True)


class ReplicationTuningDefinition(Definition, element="Replication"):
    """Replication under pressure (User Guide, Operation and Deployment)."""

    min_sync_destinations: int | None = option(
        COUNT,
        "Number of sync destinations below which none is downgraded to async; without it, all may be.",
        default=None,
    )


class QueueTuningDefinition(Definition, element="Queue"):
    """Delivery from queues (User Guide, Operation and Deployment)."""

    queue_delivery_flush_interval_ns: int = option(
        ranged(INTERVAL, low=1_000, text="at least 1us"),
        "Longest time that a message which can be delivered waits for others.",
        default=250_000,
    )


class IndexingDefinition(Definition, element="Indexing"):
    """Indexes of the statistics (User Guide, Operation and Deployment)."""

    enabled: bool = option(BOOLEAN, "Whether the tables of the statistics have an index.", default=False)


class StatisticsTuningDefinition(Definition, element="Statistics"):
    """Storage of the statistics (User Guide, Operation and Deployment)."""

    indexing: IndexingDefinition | None = option(IndexingDefinition, "Indexes of the statistics.", default=None)


class AdminTuningDefinition(Definition, element="Admin"):
    """The admin interface (User Guide, Operation and Deployment)."""

    statistics: StatisticsTuningDefinition | None = option(
        StatisticsTuningDefinition, "Storage of the statistics.", default=None
    )


class TuningDefinition(Definition, element="Tuning"):
    """Settings about speed, of one version of AMPS (User Guide, Operation and Deployment)."""

    numa: NumaDefinition | None = option(NumaDefinition, "Where threads run.", default=None)
    replication: ReplicationTuningDefinition | None = option(
        ReplicationTuningDefinition, "Replication under pressure.", default=None
    )
    queue: QueueTuningDefinition | None = option(QueueTuningDefinition, "Delivery from queues.", default=None)
    admin: AdminTuningDefinition | None = option(AdminTuningDefinition, "The admin interface.", default=None)
