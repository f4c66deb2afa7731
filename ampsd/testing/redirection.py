"""A configuration made fit for a test: free ports of this machine, files in a directory of its own."""

import os
from dataclasses import replace
from typing import TypeVar

from ampsd import limits
from ampsd.config.model import Model
from ampsd.declare import Definition
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.instance import InstanceDefinition
from ampsd.definitions.network import InetAddr
from ampsd.definitions.transports import TransportDefinition

HOST = "127.0.0.1"

D = TypeVar("D", bound=Definition)


def redirected(model: Model, directory: str, ports: tuple[int, ...] = (), admin_port: int = 0) -> Model:
    """The model with all its sockets on loopback and all that it writes below `directory`; nothing of it logs.

    `ports` are those of the transports, in order; without them, and for the admin interface with 0, any that is free.
    """
    definition = model.definition
    assert definition.admin is not None, "a development configuration has both"
    assert definition.transport_section is not None, "a development configuration has both"
    transports = [
        _redirected_transport(one, directory, ports[at] if ports else 0) for at, one in enumerate(definition.transports)
    ]
    changed = _with(
        definition,
        transport_section=_with(definition.transport_section, transports=tuple(transports)),
        admin=_redirected_admin(definition.admin, directory, admin_port),
        logging_section=None,
        message_disk_path=os.path.join(directory, "offline"),
        mini_dump_directory=os.path.join(directory, "minidumps"),
    )
    return replace(model, definition=_redirected_files(changed, directory))


def _redirected_transport(definition: TransportDefinition, directory: str, port: int) -> TransportDefinition:
    path = None if definition.message_disk_path is None else os.path.join(directory, "offline", definition.name)
    address = None if definition.inet_addr is None else InetAddr(HOST, port)
    return _with(definition, inet_addr=address, message_disk_path=path)


def _redirected_admin(definition: AdminDefinition, directory: str, port: int) -> AdminDefinition:
    return _with(definition, inet_addr=InetAddr(HOST, port), file_name=os.path.join(directory, "statistics.db"))


def _redirected_files(definition: InstanceDefinition, directory: str) -> InstanceDefinition:
    changed: dict[str, object] = {}
    log = definition.transaction_log
    if log is not None:
        archive = None if log.journal_archive_directory is None else os.path.join(directory, "journal-archive")
        changed["transaction_log"] = _with(
            log,
            journal_directory=os.path.join(directory, "journal"),
            journal_archive_directory=archive,
            journal_size_given_bytes=limits.JOURNAL_SIZE_MIN,  # a hundred daemons at once do not fill the disk
            preallocated_journal_files=0,
        )
    if definition.message_events is not None:
        changed["message_events"] = _with(definition.message_events, file_name=None)
    if definition.message_archive is not None:
        changed["message_archive"] = _with(
            definition.message_archive, directory=os.path.join(directory, "message-archive")
        )
    return _with(definition, **changed)


def _with(definition: D, **changed: object) -> D:
    """A definition with other values for some of its options."""
    values = {one.attribute: getattr(definition, one.attribute) for one in definition.declared}
    return type(definition)(**{**values, **changed}).placed(definition.place)
