"""AMPSConfig: the instance and its sections (User Guide, Getting Started, and the sections' own chapters)."""

import re

from ampsd.declare import (
    BOOLEAN,
    BYTES,
    FREE_TEXT,
    INTERVAL,
    NO_EFFECT,
    NOT_RUNNING,
    PATH,
    TEXT,
    TUNING,
    Definition,
    Kind,
    option,
)
from ampsd.definitions.actions import ActionDefinition, ActionsDefinition
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.bootstrap import BootstrapDefinition
from ampsd.definitions.externals import ExternalsDefinition
from ampsd.definitions.functions import FunctionDefinition, FunctionsDefinition
from ampsd.definitions.kinds import FILE_MASK, PERCENT
from ampsd.definitions.logging import LoggingDefinition, TargetDefinition
from ampsd.definitions.message_archive import MessageArchiveDefinition
from ampsd.definitions.message_events import MessageEventsDefinition
from ampsd.definitions.message_types import MessageTypeDefinition, MessageTypesDefinition
from ampsd.definitions.modules import ModuleDefinition, ModulesDefinition
from ampsd.definitions.protocols import ProtocolDefinition, ProtocolsDefinition
from ampsd.definitions.queues import QueueDefinition
from ampsd.definitions.replication import ReplicationDefinition
from ampsd.definitions.security import AuthenticationDefinition, AuthenticatorDefinition, EntitlementDefinition
from ampsd.definitions.sow import SowDefinition
from ampsd.definitions.transaction_log import TransactionLogDefinition
from ampsd.definitions.transports import TransportDefinition, TransportsDefinition
from ampsd.definitions.tuning import TuningDefinition

_VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}\Z")
_NO_SECURITY = "Remove it; this version lets every client do everything, so keep its transports on a trusted network."


def _version(text: str) -> tuple[int, ...]:
    if _VERSION.match(text.strip()) is None:
        raise ValueError(f"{text.strip()!r} is not a version: write up to four numbers with dots, such as 5.3.4.0")
    return tuple(int(part) for part in text.strip().split("."))


VERSION = Kind("version", _version, pattern=r"\s*[0-9]+(\.[0-9]+){0,3}\s*")


class InstanceDefinition(Definition, element="AMPSConfig"):
    """One instance (User Guide, Getting Started)."""

    name: str = option(TEXT, "Name of the instance; the journal belongs to it.", reload="refused")
    group: str | None = option(
        TEXT, "Replication group of instances that hold the same; without it, the name.", default=None
    )
    process_name: str | None = option(
        TEXT, "Name of the process.", default=None, marks=(NO_EFFECT,), advice="Remove it; the process keeps its name."
    )
    description: str | None = option(
        FREE_TEXT, "Free text for people, which the admin interface shows.", default=None, reload="live"
    )
    environment: str | None = option(
        FREE_TEXT, "Free text: what the instance is for, such as production.", default=None, reload="live"
    )
    suggested_minimum_version: tuple[int, ...] | None = option(
        VERSION, "AMPS version below which a start warns.", default=None, reload="live"
    )
    required_minimum_version: tuple[int, ...] | None = option(
        VERSION, "AMPS version below which nothing starts.", default=None, reload="live"
    )
    config_include_comment_default: bool = option(
        BOOLEAN, "Whether comments show where included text begins and ends.", default=False, reload="live"
    )
    config_cycle_detection_threshold_bytes: int = option(
        BYTES, "Largest configuration, includes counted.", default=5 << 20, reload="live"
    )
    config_validation: bool = option(
        BOOLEAN,
        "Whether the file is checked.",
        default=True,
        marks=(NO_EFFECT,),
        advice="Remove it; the file is always checked.",
    )
    message_memory_limit_bytes: int | None = option(
        BYTES,
        "Memory for messages that clients have not read yet.",
        default=None,
    )
    message_disk_limit_bytes: int | None = option(
        BYTES,
        "Disk for messages that clients have not read yet.",
        default=None,
    )
    message_disk_path: str = option(
        PATH,
        "Directory of those messages.",
        default="/var/tmp",  # noqa: S108 - AMPS's default; files are made in a directory of their own below it
    )
    client_message_age_limit_ns: int | None = option(
        INTERVAL,
        "Age of an unread message at which its client is disconnected.",
        default=None,
    )
    client_max_capacity: int = option(PERCENT, "Share of the limits that one client may use.", default=50)
    mini_dump_directory: str = option(
        PATH,
        "Directory of minidumps, which is made when it is missing; disabled writes none.",
        default="/tmp",  # noqa: S108 - AMPS's default; nobody else's file is ever written over
    )
    mini_dump_file_mask: int = option(FILE_MASK, "Permissions of minidumps.", default=0o640)
    regex_topic_support: bool = option(
        BOOLEAN,
        "Whether topic names of commands may be regular expressions.",
        default=True,
        marks=(NOT_RUNNING,),
        advice="Remove it; they always may.",
    )
    sow_statistics_interval_ns: int | None = option(
        INTERVAL,
        "Interval of the messages on /AMPS/SOWStats.",
        xml="SOWStatsInterval",
        synonyms=("SOWStatisticsInterval",),
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; nothing is published on /AMPS/SOWStats.",
    )
    tuning: TuningDefinition | None = option(
        TuningDefinition,
        "Settings about speed, of one version of AMPS.",
        default=None,
        marks=(TUNING,),
        advice="Remove it.",
    )
    externals: ExternalsDefinition | None = option(
        ExternalsDefinition,
        "Libraries that AMPS loads.",
        default=None,
        marks=(TUNING,),
        advice="Remove it; none of them is needed.",
    )
    authentication: AuthenticationDefinition | None = option(
        AuthenticationDefinition,
        "Who may log on, wherever a transport does not say it.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_NO_SECURITY,
        reload="reconnect",
    )
    entitlement: EntitlementDefinition | None = option(
        EntitlementDefinition,
        "What users may do, wherever a transport does not say it.",
        default=None,
        marks=(NOT_RUNNING,),
        advice=_NO_SECURITY,
        reload="reconnect",
    )
    authenticator: AuthenticatorDefinition | None = option(
        AuthenticatorDefinition,
        "How the instance logs on to others, wherever a destination does not say it.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; there is no replication yet.",
        reload="reconnect",
    )
    function_section: FunctionsDefinition | None = option(
        FunctionsDefinition,
        "Functions for expressions, from modules.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it, and what uses the functions; shared objects are not loaded.",
    )
    message_events: MessageEventsDefinition | None = option(
        MessageEventsDefinition, "The record of what happened to queued messages.", default=None
    )
    message_archive: MessageArchiveDefinition | None = option(
        MessageArchiveDefinition, "Where copies of queued messages are kept; without it, nowhere.", default=None
    )
    system_commands: bool = option(
        BOOLEAN,
        "Whether actions may run commands; false refuses a configuration with amps-action-do-execute-system.",
        xml="ampsd:SystemCommands",
        default=True,
        reload="live",
    )
    admin: AdminDefinition | None = option(AdminDefinition, "The HTTP interface and statistics.", default=None)
    protocol_section: ProtocolsDefinition | None = option(
        ProtocolsDefinition,
        "Command formats with settings of their own.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it, and write Protocol amps in the transports that use it.",
    )
    replication: ReplicationDefinition | None = option(
        ReplicationDefinition,
        "Instances that messages are copied to.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; nothing is copied to other instances yet.",
    )
    bootstrap: BootstrapDefinition | None = option(
        BootstrapDefinition,
        "Where an instance that starts without messages gets its first ones.",
        default=None,
        marks=(NOT_RUNNING,),
        advice="Remove it; nothing is copied from other instances yet.",
    )
    module_section: ModulesDefinition | None = option(ModulesDefinition, "Shared objects for AMPS.", default=None)
    message_type_section: MessageTypesDefinition | None = option(
        MessageTypesDefinition, "Further message types.", default=None
    )
    logging_section: LoggingDefinition | None = option(LoggingDefinition, "Where log records go.", default=None)
    transport_section: TransportsDefinition | None = option(TransportsDefinition, "Listeners.", default=None)
    sow_section: SowDefinition | None = option(SowDefinition, "Topics with state.", default=None)
    transaction_log: TransactionLogDefinition | None = option(
        TransactionLogDefinition, "The journal; without it, nothing is recorded.", default=None
    )
    action_section: ActionsDefinition | None = option(
        ActionsDefinition, "What the instance does by itself.", default=None
    )

    @property
    def transports(self) -> tuple[TransportDefinition, ...]:
        """All transports, in the order of the file."""
        return self.transport_section.transports if self.transport_section else ()

    @property
    def logging_targets(self) -> tuple[TargetDefinition, ...]:
        """All log targets, in the order of the file."""
        return self.logging_section.targets if self.logging_section else ()

    @property
    def queues(self) -> tuple[QueueDefinition, ...]:
        """All queues that run, local ones included, in the order of the file."""
        return self.sow_section.queues if self.sow_section else ()

    @property
    def protocols(self) -> tuple[ProtocolDefinition, ...]:
        """All protocols of the file, in its order; the built-in ones are not among them."""
        return self.protocol_section.protocols if self.protocol_section else ()

    @property
    def functions(self) -> tuple[FunctionDefinition, ...]:
        """All functions from modules, in the order of the file."""
        return self.function_section.functions if self.function_section else ()

    @property
    def actions(self) -> tuple[ActionDefinition, ...]:
        """All actions, in the order of the file."""
        return self.action_section.actions if self.action_section else ()

    @property
    def modules(self) -> tuple[ModuleDefinition, ...]:
        """All shared objects, in the order of the file."""
        return self.module_section.modules if self.module_section else ()

    @property
    def message_types(self) -> tuple[MessageTypeDefinition, ...]:
        """All message types of the file, in its order; the built-in ones are not among them."""
        return self.message_type_section.message_types if self.message_type_section else ()
