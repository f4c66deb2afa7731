"""amps-action-on-disconnect-incoming-replication."""

from ampsd.actions.module import On


class OnDisconnectIncomingReplication(
    On,
    module="amps-action-on-disconnect-incoming-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when an instance that replicates to this one disconnects.

    User Guide, On Incoming Replication Connections.
    """

    variables = {
        "AMPS_REPLICATION_PEER_NAME": "Name of the other instance.",
        "AMPS_REPLICATION_CLIENT_NAME": "Client name of the replication connection.",
        "AMPS_REPLICATION_REMOTE_ADDRESS": "Address of the other instance.",
        "AMPS_REPLICATION_GROUP_NAME": "Group of the other instance.",
    }
