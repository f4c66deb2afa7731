"""The graph of a configuration: what connects what, its loops, and drawings that other programs can read."""

import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from lxml import etree

from ampsd.cli.graph import FORMATS, command
from ampsd.cli.graph import render as render_as
from ampsd.flow.build import build
from ampsd.flow.graph import Edge, Flow, Node
from ampsd.flow.layout import lay_out
from ampsd.flow.loops import find_loops
from ampsd.lint.examination import examine

REPOSITORY = Path(__file__).parent.parent.parent
CONFIGS = REPOSITORY / "tests" / "configs"
FILES = [*sorted(CONFIGS.glob("good*/*.xml")), *sorted((REPOSITORY / "examples").glob("*/config.xml"))]
HEAD = (
    "<AMPSConfig><Name>Test</Name>"
    "<Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>1</InetAddr></Transport></Transports>"
)
LOG = (
    "<TransactionLog><JournalDirectory>j</JournalDirectory>"
    "<Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>"
)


def flow_of(path: str, text: bytes) -> Flow:
    environment = {"INSTANCE": "A", "PORT": "1", "MARKUP": "x"}

    def read(name: str) -> bytes:
        return text if name == path else Path(name).read_bytes()

    model = examine(path, read=read, environment=environment, working_directory="/").model
    assert model is not None
    return build(model.definition)


def flow(inside: str) -> Flow:
    return flow_of("config.xml", f"{HEAD}{inside}{LOG}</AMPSConfig>".encode())


def publish(watched: str, target: str, condition: str = "") -> str:
    gate = f"<If><Module>amps-action-if-condition</Module><Options><Condition>{condition}</Condition></Options></If>"
    return (
        f"<Action><On><Module>amps-action-on-publish-message</Module><Options><Topic>{watched}</Topic>"
        f"<MessageType>json</MessageType></Options></On>{gate if condition else ''}"
        f"<Do><Module>amps-action-do-publish-message</Module><Options><Topic>{target}</Topic>"
        "<MessageType>json</MessageType><Data>x</Data></Options></Do></Action>"
    )


def expire(queue: str, target: str) -> str:
    return publish(queue, target).replace("on-publish-message", "on-sow-expire-message")


def queue(name: str, underlying: str = "", more: str = "") -> str:
    inside = f"<UnderlyingTopic>{underlying}</UnderlyingTopic>" if underlying else ""
    return f"<Queue><Name>{name}</Name><MessageType>json</MessageType>{inside}{more}</Queue>"


def ways(graph: Flow) -> list[str]:
    return [f"{graph.nodes[one.source].label} {one.kind} {graph.nodes[one.target].label}" for one in graph.edges]


def loops(graph: Flow) -> list[list[str]]:
    return [loop.names(graph) for loop in find_loops(graph)]


def test_the_dead_letter_walk_is_a_way_without_a_loop() -> None:
    graph = flow(f"<SOW>{queue('Jobs')}{queue('Failed')}</SOW><Actions>{expire('Jobs', 'Failed')}</Actions>")
    assert ways(graph) == ["action 1 publishes Failed", "Jobs expires action 1"]
    assert loops(graph) == []


def test_a_publish_to_a_queue_goes_to_its_topic_and_from_there_to_every_queue_over_it() -> None:
    graph = flow(
        f"<SOW>{queue('Jobs', 'work')}{queue('Copies', 'work')}</SOW><Actions>{publish('orders', 'Jobs')}</Actions>"
    )
    assert ways(graph) == [
        "work feeds Jobs",
        "work feeds Copies",
        "action 1 publishes work",
        "orders watches action 1",
    ]


def test_a_pattern_connects_every_topic_that_matches() -> None:
    more = "<DefaultPublishTarget>night-1</DefaultPublishTarget>"
    graph = flow(
        f"<SOW>{queue('Night', '^night-', more)}</SOW>"
        f"<Actions>{publish('^night-', 'log')}{publish('x', 'night-2')}</Actions>"
    )
    assert "night-1 feeds Night" in ways(graph)
    assert "night-2 watches action 1" in ways(graph)
    assert "^night- watches action 1" in ways(graph)


def test_a_topic_with_variables_matches_nothing() -> None:
    graph = flow(f"<Actions>{publish('a', '{{AMPS_TOPIC}}')}</Actions>")
    assert [node.kind for node in graph.nodes.values() if "{{" in node.label] == ["dynamic"]
    assert loops(graph) == []


@pytest.mark.parametrize(
    ("inside", "found", "is_conditional", "has_expiry"),
    [
        (f"<Actions>{publish('a', 'a')}</Actions>", ["action 1", "a", "action 1"], False, False),
        (
            f"<Actions>{publish('a', 'b')}{publish('b', 'a')}</Actions>",
            ["action 1", "b", "action 2", "a", "action 1"],
            False,
            False,
        ),
        (f"<Actions>{publish('a', 'a', '1 = 2')}</Actions>", ["action 1", "a", "action 1"], True, False),
        (
            f"<SOW>{queue('Jobs')}</SOW><Actions>{expire('Jobs', 'Jobs')}</Actions>",
            ["action 1", "Jobs", "action 1"],
            False,
            True,
        ),
        (
            "<SOW><Topic><Name>a</Name><MessageType>json</MessageType><Key>/k</Key><FileName>f</FileName></Topic><View>"
            "<Name>v</Name><MessageType>json</MessageType><UnderlyingTopic>a</UnderlyingTopic>"
            "<Projection><Field>/k AS /k</Field></Projection><Grouping><Field>/k</Field></Grouping></View></SOW>"
            f"<Actions>{publish('v', 'a')}</Actions>",
            ["action 1", "a", "v", "action 1"],
            False,
            False,
        ),
    ],
)
def test_kinds_of_loops_are_told_apart(inside: str, found: list[str], is_conditional: bool, has_expiry: bool) -> None:
    graph = flow(inside)
    (loop,) = find_loops(graph)
    assert loop.names(graph) == found
    assert (loop.is_conditional, loop.has_expiry) == (is_conditional, has_expiry)


def test_events_connect_the_actions_that_raise_and_handle_them() -> None:
    raising = (
        "<Action><On><Module>amps-action-on-startup</Module></On>"
        "<Do><Module>amps-action-do-execute-event</Module><Options><Event>e</Event></Options></Do></Action>"
    )
    handling = (
        "<Action><On><Module>amps-action-on-execute-event</Module><Options><Event>e</Event></Options></On>"
        "<Do><Module>amps-action-do-nothing</Module></Do></Action>"
    )
    assert ways(flow(f"<Actions>{raising}{handling}</Actions>")) == [
        "action 1 raises e",
        "startup watches action 1",
        "e handles action 2",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_configuration_can_be_drawn(path: Path) -> None:
    graph = flow_of(str(path), path.read_bytes())
    layout = lay_out(graph)
    assert set(layout.boxes) == set(graph.nodes)
    assert_apart(graph)
    root = etree.fromstring(render_as(graph, "svg").encode())
    assert not list(root.iter("{*}script"))
    assert "http" not in etree.tostring(root).decode().replace("http://www.w3.org/2000/svg", "")
    document = json.loads(render_as(graph, "json"))
    keys = {node["key"] for node in document["nodes"]}
    assert all(edge["source"] in keys and edge["target"] in keys for edge in document["edges"])
    assert render_as(graph, "mermaid").startswith("flowchart LR\n")
    assert render_as(graph, "svg") == render_as(flow_of(str(path), path.read_bytes()), "svg")


def assert_apart(graph: Flow) -> None:
    boxes = list(lay_out(graph).boxes.values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            below = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or below, f"{one.node.key} and {other.node.key} overlap"


@pytest.mark.parametrize("seed", range(30))
def test_boxes_of_any_graph_stand_apart(seed: int) -> None:
    random = Random(seed)
    graph = Flow("random")
    keys = [
        graph.add(Node(f"n{number}", "topic", "x" * random.randint(1, 30))) for number in range(random.randint(1, 25))
    ]
    for _ in range(random.randint(0, 50)):
        graph.connect(Edge(random.choice(keys), random.choice(keys), "feeds"))
    assert_apart(graph)
    find_loops(graph)
    etree.fromstring(render_as(graph, "svg").encode())


def test_the_search_for_loops_ends_in_a_graph_full_of_them() -> None:
    graph = Flow("full")
    keys = [graph.add(Node(f"n{number:02}", "topic", "x")) for number in range(30)]
    graph.edges = [Edge(one, other, "publishes") for one in keys for other in keys]
    assert len(find_loops(graph)) == 50


def test_names_cannot_break_out_of_a_drawing() -> None:
    graph = Flow('a"]; x --> y <script>')
    graph.add(Node("k", "queue", 'evil"]\n%%{init}%% <script>alert(1)</script> & \\', ("\\",), "p"))
    root = etree.fromstring(render_as(graph, "svg").encode())
    assert not list(root.iter("{*}script"))
    (line,) = [one for one in render_as(graph, "mermaid").splitlines() if one.startswith("  n0")]
    assert line.count('"') == 2
    assert "<script>" not in line
    assert render_as(graph, "dot").count('label="') == 1


def test_the_command_prints_or_writes_and_refuses_errors(tmp_path: Path) -> None:
    good = str(REPOSITORY / "examples" / "dead-letter" / "config.xml")
    for form in FORMATS:
        done = CliRunner().invoke(command, [good, "--format", form])
        assert done.exit_code == 0
        assert "FailedJobs" in done.output
    target = tmp_path / "out.svg"
    assert CliRunner().invoke(command, [good, "--format", "svg", "--output", str(target)]).output == ""
    assert target.read_text().startswith("<svg ")
    bad = tmp_path / "bad.xml"
    bad.write_text("<AMPSConfig/>")
    assert CliRunner().invoke(command, [str(bad)]).exit_code == 1


def test_graphviz_reads_what_is_written_for_it() -> None:
    program = shutil.which("dot")
    text = render_as(flow(f"<SOW>{queue('Jobs')}</SOW>"), "dot")
    if program is not None:
        subprocess.run([program, "-Tsvg"], input=text.encode(), check=True, capture_output=True)
    assert text.count("{") == text.count("}") == 1
