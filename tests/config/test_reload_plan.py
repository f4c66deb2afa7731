"""The plan of a reload: what changes at once, what waits and for what, and the model there is afterwards."""

import pytest
from loading_setup import load_files, model_of

from ampsd.config.model import Model
from ampsd.config.reload_plan import Plan, plan_of

LOG = "<TransactionLog><JournalDirectory>j</JournalDirectory>{}</TransactionLog>"
LOG_JSON = LOG.format("<Topic><Name>.*</Name><MessageType>json</MessageType></Topic>")
MODULES = "<Modules><Module><Name>gate</Name><Library>libgate.so</Library>{}</Module></Modules>"
GATE = "<Authentication><Module>gate</Module></Authentication>"
TYPES = "<MessageTypes><MessageType><Name>quotes</Name><Module>{}</Module></MessageType></MessageTypes>"
ADMIN = "<Admin><InetAddr>{}</InetAddr></Admin>"
WAITS = "waits for a restart"


def transports(**addresses: str) -> str:
    return "".join(
        ("<Transports>", *(transport(name, address) for name, address in addresses.items()), "</Transports>")
    )


def transport(name: str, address: str) -> str:
    """The address may have more elements behind it."""
    address, _, more = address.partition(" ")
    return f"<Transport><Name>{name}</Name><Type>tcp</Type><InetAddr>{address}</InetAddr>{more}</Transport>"


def sow(**queues: str) -> str:
    """Queues of type json, each with the elements given."""
    inside = "".join(
        f"<Queue><Name>{name}</Name><MessageType>json</MessageType>{more}</Queue>" for name, more in queues.items()
    )
    return f"<SOW>{inside}</SOW>"


def actions(*steps: tuple[str, str]) -> str:
    """Actions of a start, each with a step: its module's last words, and its options."""
    inside = "".join(
        "<Action><On><Module>amps-action-on-startup</Module></On>"
        f"<Do><Module>amps-action-do-{module}</Module><Options>{options}</Options></Do></Action>"
        for module, options in steps
    )
    return f"<Actions>{inside}</Actions>"


def reading(inside: str, path: str = "config.xml") -> Model:
    text = f'<AMPSConfig xmlns:ampsd="urn:ampsd:config:1"><Name>T</Name>{inside}</AMPSConfig>'
    return model_of(load_files({path: text}, path))


def plan(old: str, new: str) -> Plan:
    return plan_of(reading(old), reading(new))


def shown(found: Plan) -> list[str]:
    """The class and the last part of the path of each change, and what it waits for."""
    return [f"{one.reload} {one.path.rpartition('/')[2]}{one.why and ': ' + one.why}" for one in found.changes]


A = transports(a="9007")
JOBS = A + sow(Jobs="<MaxCancels>3</MaxCancels>") + LOG_JSON


def test_what_is_live_changes_and_what_needs_a_restart_keeps_its_value() -> None:
    changed = "<MaxCancels>4</MaxCancels><Semantics>at-most-once</Semantics>"
    running = reading(JOBS)
    found = plan_of(running, reading(A + sow(Jobs=changed) + LOG_JSON))
    queue = found.model.definition.queues[0]
    assert (queue.max_cancels, queue.semantics) == (4, running.definition.queues[0].semantics)
    assert [one.path.rpartition("/")[2] for one in found.pending] == ["Semantics"]
    assert [one.path.rpartition("/")[2] for one in found.applied] == ["MaxCancels"]
    assert found.refusals == ()
    assert found.summary == f"2 changes: 1 live, 1 {WAITS}"
    assert found.reload == "restart"


def test_the_text_has_a_line_for_each_change_and_the_summary() -> None:
    found = plan(A + ADMIN.format(8085), transports(a="9007", b="8085"))
    assert found.text.splitlines() == [
        "- restart   AMPSConfig/Admin  (config.xml:1:163)",
        "+ restart   AMPSConfig/Transports/Transport 'b'  (config.xml:1:150): "
        "Admin has the same address until a restart",
        "2 changes: 2 wait for a restart",
    ]


def test_nothing_is_applied_when_something_is_refused() -> None:
    running = reading(JOBS)
    found = plan_of(running, reading(JOBS.replace("<MaxCancels>3", "<MaxCancels>4").replace(">j<", ">k<")))
    assert found.model is running
    assert [one.path for one in found.refusals] == ["AMPSConfig/TransactionLog/JournalDirectory"]
    assert (found.applied, found.pending) == ((), ())
    assert found.summary == "2 changes: 1 live, 1 refused; nothing is applied"


def test_what_is_equal_stays_the_same_object() -> None:
    running = reading(A + sow(Jobs="", More="", Last="") + LOG_JSON)
    found = plan_of(running, reading(A + sow(New="", Last="", Jobs="<MaxCancels>4</MaxCancels>") + LOG_JSON))
    before, after = running.definition, found.model.definition
    assert [one.name for one in after.queues] == ["New", "Last", "Jobs"]
    assert after.queues[1] is before.queues[2]
    assert after.queues[2] is not before.queues[0]
    assert after.transaction_log is before.transaction_log
    assert after.transports[0] is before.transports[0]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        pytest.param(
            A + actions(("echo-message", "<Message>x</Message>")) + sow(Jobs="") + LOG_JSON,
            A
            + TYPES.format("nvfix")
            + sow(Jobs="").replace("</SOW>", "<Queue><Name>Q</Name><MessageType>quotes</MessageType></Queue></SOW>")
            + LOG_JSON.replace("</Topic>", "</Topic><Topic><Name>Q</Name><MessageType>quotes</MessageType></Topic>")
            + actions(("publish-message", "<Topic>Q</Topic><MessageType>quotes</MessageType><Data>x</Data>")),
            [
                "restart MessageType 'quotes'",
                f"restart Queue 'Q' quotes: MessageType 'quotes' {WAITS}",
                f"restart Topic 'Q' quotes: MessageType 'quotes' {WAITS}",
                f"restart step 'amps-action-do-echo-message': MessageType 'quotes' {WAITS}",
                f"restart step 'amps-action-do-publish-message': MessageType 'quotes' {WAITS}",
            ],
            id="what has a new message type",
        ),
        pytest.param(
            A + TYPES.format("nvfix"),
            transports(a="9007", b="9008 <MessageType>quotes</MessageType>") + TYPES.format("fix"),
            ["restart Module", f"restart Transport 'b' quotes: MessageType 'quotes' {WAITS}"],
            id="what has a message type that is another one after the restart",
        ),
        pytest.param(
            transports(a="9007", b="9010") + ADMIN.format(8085),
            transports(a="8085") + ADMIN.format(8086),
            [
                "restart InetAddr",
                "reconnect Transport 'b'",
                "restart InetAddr: Admin has the same address until a restart",
            ],
            id="a transport on an address that is not free yet",
        ),
        pytest.param(
            transports(a="9007", b="9008") + ADMIN.format(8085),
            transports(a="8085", b="9007") + ADMIN.format(8086),
            [
                "restart InetAddr",
                "restart InetAddr: Admin has the same address until a restart",
                "restart InetAddr: Transport 'a' has the same address until a restart",
            ],
            id="and one on the address of that",
        ),
        pytest.param(
            A + sow(Jobs="<FairnessModel>fast</FairnessModel>") + LOG_JSON,
            A + sow(Jobs="<Semantics>at-most-once</Semantics><FairnessModel>round-robin</FairnessModel>") + LOG_JSON,
            ["live FairnessModel", "restart Semantics"],
            id="a queue's settings wait for themselves where they can do without each other",
        ),
        pytest.param(
            A + sow(Jobs="<Semantics>at-most-once</Semantics>") + LOG_JSON,
            A + sow(Jobs="<FairnessModel>fast</FairnessModel>") + LOG_JSON,
            [f"restart FairnessModel: Semantics {WAITS}", "restart Semantics"],
            id="and for each other where not",
        ),
    ],
)
def test_what_depends_on_something_that_waits_does_too(old: str, new: str, lines: list[str]) -> None:
    assert sorted(shown(plan(old, new))) == sorted(lines)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (A, transports(a="9007", b="9008") + MODULES.format("") + GATE, f"Module 'gate' {WAITS}"),
        (
            A + MODULES.format("") + GATE,
            transports(a="9009") + MODULES.format("<Options><Strict>true</Strict></Options>") + GATE,
            f"Module 'gate' {WAITS}",
        ),
        (
            A,
            transports(a="9009 <Authentication><Module>amps-default-authentication-module</Module></Authentication>"),
            f"Authentication {WAITS}",
        ),
    ],
    ids=["authentication of the instance", "options of its module", "authentication of the transport"],
)
def test_no_transport_opens_before_what_guards_it_is_there(old: str, new: str, why: str) -> None:
    running = reading(old)
    found = plan_of(running, reading(new))
    assert found.model.definition is running.definition
    assert found.applied == ()
    assert why in {one.why for one in found.pending if "Transport" in one.path}


def test_what_needs_a_transport_of_a_protocol_waits_with_it() -> None:
    old = transports(web="9010") + ADMIN.format("8085")
    new = transports(web="9010 <Protocol>websocket</Protocol>") + ADMIN.replace(
        "</Admin>", "<SQLTransport>web</SQLTransport></Admin>"
    ).format("8085")
    assert [one.reload for one in plan(old, new).changes] == ["live", "reconnect"]
    assert shown(plan(old, new + MODULES.format("") + GATE)) == [
        f"restart Authentication: Module 'gate' {WAITS}",
        f"restart SQLTransport: Transport 'web' {WAITS}",
        "restart Module 'gate'",
        f"restart Protocol: Module 'gate' {WAITS}",
    ]


def test_a_transport_closes_whatever_waits() -> None:
    found = plan(transports(a="9007", b="9008"), A + MODULES.format("") + GATE)
    assert [one.path for one in found.applied] == ["AMPSConfig/Transports/Transport 'b'"]
    assert len(found.model.definition.transports) == 1


def test_what_waits_stays_so_until_the_file_has_it_no_longer() -> None:
    new = A + sow(Jobs="<MaxCancels>4</MaxCancels><Semantics>at-most-once</Semantics>") + LOG_JSON
    first = plan(JOBS, new)
    again = plan_of(first.model, reading(new))
    assert again.changes == first.pending
    assert again.model.definition is first.model.definition
    assert again.model.digest == first.model.digest
    back = plan_of(again.model, reading(JOBS))
    assert shown(back) == ["live MaxCancels"]
    assert back.model.definition == reading(JOBS).definition


def test_the_digest_is_of_what_runs() -> None:
    running, live = reading(JOBS), reading(JOBS.replace("<MaxCancels>3", "<MaxCancels>4"))
    restart, both = (
        "<Semantics>at-most-once</Semantics>",
        "<MaxCancels>4</MaxCancels><Semantics>at-most-once</Semantics>",
    )
    assert plan_of(running, live).model.digest == live.digest
    waiting = reading(A + sow(Jobs="<MaxCancels>3</MaxCancels>" + restart) + LOG_JSON)
    assert plan_of(running, waiting).model.digest == running.digest
    mixed = reading(A + sow(Jobs=both) + LOG_JSON)
    assert plan_of(running, mixed).model.digest not in (running.digest, mixed.digest)


def test_the_files_are_the_wanted_ones_and_the_message_types_the_running_ones() -> None:
    running = reading(A + TYPES.format("nvfix"))
    wanted = reading(A + TYPES.format("fix"), "other.xml")
    model = plan_of(running, wanted).model
    assert (model.path, model.files, model.text) == (wanted.path, wanted.files, wanted.text)
    assert model.message_types is running.message_types


def test_a_plan_tells_no_secrets() -> None:
    old, new = (A + MODULES.format(f"<Options><Password>{one}</Password></Options>") for one in ("before", "after"))
    text = plan(old, new).text
    assert "Options: ******** -> ********" in text
    assert "before" not in text
    assert "after" not in text


@pytest.mark.parametrize("address", ["9007", "0.0.0.0:9007"])
def test_a_transport_does_not_take_a_port_that_its_own_socket_has(address: str) -> None:
    old = transports(a="127.0.0.1:9007")
    waits = ["restart InetAddr: Transport 'a' has the port until a restart"]
    assert shown(plan(old, transports(a=address))) == waits
    assert shown(plan(old, transports(a="127.0.0.1:9008"))) == ["reconnect InetAddr"]
    assert shown(plan(old, transports(b=address))) == [
        "restart Transport 'a': Transport 'b' waits for a restart",
        "restart Transport 'b': Transport 'a' has the port until a restart",
    ]
    assert shown(plan(old, transports(b="127.0.0.1:9007"))) == ["reconnect Transport 'a'", "reconnect Transport 'b'"]


def test_a_first_section_of_a_list_needs_no_restart() -> None:
    first = actions(("echo-message", "<Message>one</Message>"))
    assert [one.reload for one in plan("", first).changes] == ["live"]
    assert [one.reload for one in plan(first, "").changes] == ["live"]
    found = plan_of(reading(first), reading(""))
    assert found.model.definition == reading("").definition


def test_a_queue_of_another_kind_waits_for_a_restart() -> None:
    old = sow(Q="") + LOG_JSON
    local = old.replace("Queue>", "LocalQueue>")
    assert shown(plan(old, local)) == ["restart LocalQueue 'Q' json"]
    other = local.replace("<Name>Q</Name>", "<Name>Q</Name><UnderlyingTopic>other</UnderlyingTopic>")
    assert shown(plan(old, other)) == ["refused LocalQueue 'Q' json"]
