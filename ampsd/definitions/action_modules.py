"""Every action module AMPS documents, with the names of its options: what runs and what does not yet.

From this table come the schema's lists and the difference between a module that does not run yet and a typing error.
"""

PREFIX = "amps-action-"

_ROWS = """
on-schedule                              Every Name
on-startup
on-shutdown
on-signal                                Signal
on-admin                                 Path RequiredParameter Name Description
on-minidump
on-connect-client
on-disconnect-client
on-logon-client
on-offline-start
on-offline-stop
on-subscribe                             Topic MessageType
on-unsubscribe                           Topic MessageType
on-connect-incoming-replication
on-disconnect-incoming-replication
on-connect-replication
on-disconnect-replication
on-replication-resync-complete
on-upgrade-replication
on-downgrade-replication
on-publish-message                       Topic MessageType MessageSource Filter Options
on-deliver-message                       Topic MessageType
on-message-affinity                      MessageType ControlTopic DataTopic DataFilter
on-sow-expire-message                    Topic MessageType Reason
on-sow-delete-message                    Topic MessageType
on-oof-message                           Topic MessageType Filter Type
on-message-condition-timeout             Topic MessageType Duration Filter
on-alert                                 Topic MessageType OOFEvent TimeoutEvent EventVariable Duration Filter
on-execute-event                         Event
if-file-system-usage                     Path GreaterThan
if-condition                             Condition
do-rotate-logs
do-compress-files                        Age Pattern Keep Count
do-remove-files                          Age Pattern Keep Count
do-truncate-statistics                   Age
do-vacuum-statistics
do-archive-journal                       Age
do-compress-journal                      Age
do-remove-journal                        Age
do-delete-sow                            Topic MessageType Filter
do-compact-sow                           Topic MessageType
do-query-sow                             Topic MessageType Filter CaptureData DefaultData OrderBy Options
do-disable-authentication
do-enable-authentication
do-disable-entitlement
do-enable-entitlement
do-reset-authentication                  Transport AuthenticationId
do-reset-entitlement                     Transport AuthenticationId
do-enable-transport                      Transport
do-disable-transport                     Transport
do-publish-message                       Topic MessageType Data Delta UpdateOnly
do-downgrade-replication                 Age GracePeriod
do-upgrade-replication                   Age GracePeriod
do-extract-values                        MessageType Value Data
do-translate-data                        Data Value Case Default
do-increment-counter                     Key Value
do-execute-event                         Event EventVariable
do-execute-system                        Command
do-enable-proxied-transfer               Topic MessageType
do-disable-proxied-transfer              Topic MessageType
do-minidump
do-shutdown
do-nothing
do-echo-message                          Message
"""

ACTION_MODULES: dict[str, tuple[str, ...]] = {
    PREFIX + row.split()[0]: tuple(row.split()[1:]) for row in _ROWS.strip().splitlines()
}
"""AMPS's name of the module -> names of its options."""


def kind_of(module: str) -> str:
    """The element that takes the module: On, If or Do; empty when the name tells none."""
    return {"on": "On", "if": "If", "do": "Do"}.get(module.removeprefix(PREFIX).partition("-")[0], "")
