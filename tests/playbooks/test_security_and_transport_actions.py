"""Steps that manage security and transports (User Guide, Manage Security; Enable and Disable a Transport)."""

import pytest
from play import Client, Playbook, acting, echo, errors, step

from ampsd.ports import SetListening

ON_ADMIN = step("on-admin", Path="go")
OTHER = "<Transport><Name>u</Name><Type>tcp</Type><InetAddr>9008</InetAddr><Protocol>amps</Protocol></Transport>"


def asking(*steps: str) -> Playbook:
    """An instance with the transports t and u, whose steps run when somebody asks for the path `go`."""
    return Playbook(actions=acting(ON_ADMIN, *steps), transports=OTHER)


def two_clients(play: Playbook) -> tuple[Client, Client]:
    return play.client("ann"), play.client("bob", transport="u")


@pytest.mark.parametrize("what", ["authentication", "entitlement"])
def test_one_is_switched_and_the_other_stays(what: str) -> None:
    actions = acting(ON_ADMIN, step(f"do-disable-{what}"), echo("off"))
    actions += acting(step("on-admin", Path="back"), step(f"do-enable-{what}"), echo("on"))
    play = Playbook(actions=actions)
    security = play.instance.security
    play.request("go")
    assert (security.has_authentication, security.has_entitlement) == (what != "authentication", what != "entitlement")
    play.request("go")
    play.request("back")
    assert (security.has_authentication, security.has_entitlement) == (True, True)
    assert play.echoes() == ["off", "off", "on"]
    play.request("go")
    play.restart()
    assert play.instance.security.has_authentication, "both are on at the start"
    assert play.instance.security.has_entitlement


def test_a_reset_of_entitlement_ends_connections_of_its_transport() -> None:
    play = asking(step("do-reset-entitlement", Transport="{{T}}"), echo("done"))
    ann, bob = two_clients(play)
    play.request("go", T=" u ")
    assert (ann.is_closed, bob.is_closed) == (False, True)
    assert play.echoes() == ["done"]
    assert ("25-0002", {"what": "entitlement", "clients": 1}) in play.log


def test_a_reset_of_entitlement_without_a_transport_is_for_all() -> None:
    play = asking(step("do-reset-entitlement"))
    ann, bob = two_clients(play)
    play.request("go")
    assert ann.is_closed
    assert bob.is_closed


@pytest.mark.parametrize("module", ["do-reset-entitlement", "do-reset-authentication"])
@pytest.mark.parametrize("user", ["ann", ""])
def test_a_reset_for_a_user_is_for_those_whom_authentication_calls_that(module: str, user: str) -> None:
    play = asking(step(module, AuthenticationId="{{WHO}}"), echo("done"))
    ann, bob = two_clients(play)
    bob_of_server = play.instance.clients.connected[bob.connection]
    bob_of_server.identity = b"ann"
    play.request("go", WHO=user)
    assert not ann.is_closed, "it has no identity, and an empty one is nobody's"
    assert bob.is_closed == (module == "do-reset-entitlement" and user == "ann")
    what = module.rpartition("-")[2]
    assert ("25-0002", {"what": what, "clients": int(user == "ann")}) in play.log
    assert play.echoes() == ["done"]


def test_a_reset_of_authentication_leaves_who_is_connected() -> None:
    play = asking(step("do-reset-authentication", Transport="t"), echo("done"))
    ann, bob = two_clients(play)
    play.request("go")
    assert not ann.is_closed
    assert not bob.is_closed
    assert ("25-0002", {"what": "authentication", "clients": 1}) in play.log


def test_a_disabled_transport_listens_no_more_and_its_clients_go() -> None:
    play = asking(step("do-disable-transport", Transport="{{T}}"), echo("done"))
    ann, bob = two_clients(play)
    ann.send(c="subscribe", t="news", cid="1", sub_id="1", a="processed")
    play.request("go", T="u")
    assert play.errands.listening == {"u": False}
    assert (ann.is_closed, bob.is_closed) == (False, True)
    assert play.echoes() == ["done"]


def test_without_a_name_it_is_every_transport() -> None:
    actions = acting(ON_ADMIN, step("do-disable-transport"))
    actions += acting(step("on-admin", Path="back"), step("do-enable-transport"))
    play = Playbook(actions=actions, transports=OTHER)
    ann, bob = two_clients(play)
    play.request("go")
    assert ann.is_closed
    assert bob.is_closed
    assert play.errands.listening == {"": False}
    play.request("back")
    assert play.errands.listening == {"": True}


def test_a_transport_is_enabled_and_nobody_is_disconnected() -> None:
    play = asking(step("do-enable-transport", Transport="u"), echo("done"))
    _, bob = two_clients(play)
    play.request("go")
    assert play.errands.listening == {"u": True}
    assert not bob.is_closed
    assert play.echoes() == ["done"]


def test_clients_stay_where_a_transport_cannot_be_stopped() -> None:
    play = asking(step("do-disable-transport", Transport="u"), echo("never"))
    play.errands.failures[SetListening] = "no such descriptor"
    _, bob = two_clients(play)
    play.request("go")
    assert not bob.is_closed
    assert (play.echoes(), play.failures()) == ([], ["no such descriptor"])


@pytest.mark.parametrize(
    "module", ["do-enable-transport", "do-disable-transport", "do-reset-authentication", "do-reset-entitlement"]
)
@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"T": "v"}, "there is no transport 'v'; there are t, u"),
        ({"T": " "}, "the name is empty"),
        ({}, "the name is empty"),
    ],
)
def test_a_transport_that_is_not_there_ends_the_action_and_nobody_is_disconnected(
    module: str, parameters: dict[str, str], reason: str
) -> None:
    play = asking(step(module, Transport="{{T}}"), echo("never"))
    ann, bob = two_clients(play)
    play.request("go", **parameters)
    assert (play.echoes(), play.failures()) == ([], [reason])
    assert not ann.is_closed
    assert not bob.is_closed
    assert play.errands.listening == {}


def test_a_written_name_of_no_transport_is_found_before_the_start() -> None:
    for module in ("do-enable-transport", "do-disable-transport", "do-reset-entitlement", "do-reset-authentication"):
        assert any("'v'" in one or " v" in one for one in errors(acting(ON_ADMIN, step(module, Transport="v")))), module


def test_a_transport_follows_a_client() -> None:
    name = "ImportantPublisher"
    gate = step("if-condition", Condition=f"'{{{{AMPS_CLIENT_NAME}}}}' = '{name}'")
    actions = acting(step("on-logon-client"), gate, step("do-enable-transport", Transport="u"))
    actions += acting(step("on-disconnect-client"), gate, step("do-disable-transport", Transport="u"))
    play = Playbook(actions=actions, transports=OTHER)
    play.client("ann").hang_up()
    assert play.errands.listening == {}
    important = play.client(name)
    assert play.errands.listening == {"u": True}
    bob = play.client("bob", transport="u")
    important.hang_up()
    assert play.errands.listening == {"u": False}
    assert bob.is_closed
