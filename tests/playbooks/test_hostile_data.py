"""Messages that mean something to shells, templates, patterns and paths, through a whole instance and all its steps."""

from hostile_payloads import payloads
from play import Playbook, acting, queue, step

BINARY = {"MessageType": "binary"}
ON_NEWS = step("on-publish-message", Topic="news", **BINARY)
X = "{{AMPS_DATA}}"
STEPS = (
    step("do-publish-message", Topic="copies", Data=X, **BINARY),
    step("do-publish-message", Topic=f"to-{X}", Data="x", **BINARY),
    step("do-execute-system", Command=f"notify --text={X} last"),
    step("do-execute-system", Command=f"notify {X} | sort", **{"ampsd:Shell": "true"}),
    step("do-remove-files", Age="1d", Pattern=f"./log/{X}.log"),
    step("do-compress-files", Age=X, Pattern="./log/*.log", Keep=X, Count=X),
    step("do-extract-values", MessageType="json", Data=X, Value="A=/a"),
    step("do-extract-values", MessageType=X, Data=X, Value="A=/a"),
    step("do-increment-counter", Key=X, Value="COUNT"),
    step("do-execute-event", Event=f"event {X}"),
    step("do-query-sow", Topic="Jobs", MessageType="json", Filter=f"/name = '{X}'", CaptureData="F", OrderBy="/n"),
    step("do-query-sow", Topic=X, MessageType="json", Filter="1 = 1", CaptureData="F"),
    step("do-query-sow", Topic="Jobs", MessageType="json", Filter="1 = 1", CaptureData="F", OrderBy=X, Options=X),
    step("do-disable-transport", Transport=X),
    step("do-reset-entitlement", Transport=X),
    step("do-reset-entitlement", AuthenticationId=X),
    step("do-truncate-statistics", Age=X),
    step("do-echo-message", Message=X),
    step("if-condition", Condition=f"{X} &gt; 1"),
    step("if-condition", Condition=f"'{X}' = 'safe'") + step("do-shutdown"),
    step("if-file-system-usage", Path=X, GreaterThan=X),
    step("if-file-system-usage", Path=X, GreaterThan="60%") + step("do-shutdown"),
)


def test_whatever_a_message_holds_the_instance_does_what_is_written_and_nothing_else() -> None:
    actions = "".join(acting(ON_NEWS, one) for one in STEPS)
    play = Playbook(queues=queue("Jobs"), actions=actions)
    files = (b"./log/a.log", b"./log/b.log", b"/etc/passwd", b"./a.log")
    play.errands.files = dict.fromkeys(files, 10**18)
    play.errands.files.update(dict.fromkeys(files[2:], 0))
    reader, writer = play.client("reader", mt="binary"), play.client("writer", mt="binary")
    reader.send(c="subscribe", t="copies", cid="1", sub_id="1")
    for payload in payloads(11, 400):
        play.log.clear()
        play.errands.programs.clear()
        play.errands.files.setdefault(b"./log/a.log", 10**18)
        writer.send(payload, c="p", t="news")
        assert reader.bodies() == [payload.decode("utf-8", "surrogateescape")]
        words = [list(one.words) for one in play.errands.programs]
        if b"\0" in payload:
            assert words == []
        else:
            script = b'notify "${AMPSD_1}" | sort'
            assert words == [[b"notify", b"--text=" + payload, b"last"], [b"/bin/sh", b"-c", script]]
            assert dict(play.errands.programs[1].environment) == {b"AMPSD_1": payload}
        assert play.echoes() == [payload.decode("utf-8", "backslashreplace")]
        assert {b"/etc/passwd", b"./a.log"} <= set(play.errands.files)
        assert not play.instance.is_stop_asked
        assert "29-0110" not in play.codes()
    assert not reader.is_closed
    assert not writer.is_closed
    assert play.errands.listening == {}
    assert play.instance.automation.is_idle
    play.check_events()
