"""amps-action-on-downgrade-replication."""

from ampsd.actions.module import On


class OnDowngradeReplication(
    On,
    module="amps-action-on-downgrade-replication",
    not_running="Remove the action; there is no replication yet.",
):
    """Runs when a synchronous Destination is downgraded (User Guide, On Outgoing Replication Connections)."""

    variables = {
        "AMPS_REPLICATION_PEER_NAME": "Name of the other instance.",
        "AMPS_REPLICATION_CLIENT_NAME": "Client name of the replication connection.",
        "AMPS_REPLICATION_REMOTE_ADDRESS": "Address of the other instance.",
        "AMPS_REPLICATION_GROUP_NAME": "Group of the other instance.",
        "AMPS_REPLICATION_TRANSPORT_NAME": "Transport of the Destination.",
    }
