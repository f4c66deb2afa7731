"""Whether authentication and entitlement are on, and what users they let in (User Guide, Manage Security).

The modules of this version let everybody do everything, so what is switched here is kept and shown, and decides when
there is somebody to refuse.
"""

from collections.abc import Sequence

from ampsd.engine.clients import Clients
from ampsd.engine.effects import CloseTransport, ResetSecurity, StepFailed, SwitchSecurity
from ampsd.ports import Report
from ampsd.wire.command import ENTITLEMENT_RESET, TRANSPORT_DISABLED


class Security:
    """Both are on at the start."""

    def __init__(self, clients: Clients, transports: Sequence[str], report: Report) -> None:
        self._clients = clients
        self.transports = transports
        self._report = report
        self.has_authentication = True
        self.has_entitlement = True

    def switch(self, request: SwitchSecurity) -> None:
        """On or off."""
        if request.authentication is not None:
            self.has_authentication = request.authentication
            self._report("25-0001", what="authentication", state="on" if request.authentication else "off")
        if request.entitlement is not None:
            self.has_entitlement = request.entitlement
            self._report("25-0001", what="entitlement", state="on" if request.entitlement else "off")

    def reset(self, request: ResetSecurity) -> None:
        """Forget what was decided; whoever an entitlement was forgotten for has to log on again.

        An empty identity is nobody's: it would be that of every client that has none. Raises StepFailed.
        """
        self._refuse_unknown(request.transport)
        what = "entitlement" if request.is_entitlement else "authentication"
        affected = [
            client
            for client in self._clients.connected.values()
            if request.transport in (None, client.transport)
            and (request.user is None or (request.user and client.identity == request.user))
        ]
        if request.is_entitlement:
            for client in affected:
                self._clients.close(client, ENTITLEMENT_RESET)
        self._report("25-0002", what=what, clients=len(affected))

    def close_transport(self, request: CloseTransport) -> None:
        """A transport does not listen any more: its clients go too. Raises StepFailed."""
        self._refuse_unknown(request.transport)
        for client in list(self._clients.connected.values()):
            if request.transport in (None, client.transport):
                self._clients.close(client, TRANSPORT_DISABLED)

    def _refuse_unknown(self, transport: str | None) -> None:
        if transport is not None and transport not in self.transports:
            raise StepFailed(f"there is no transport {transport[:100]!r}; there are {', '.join(self.transports)}")
