"""Every step and every expectation: once as it should be, once not, with what a person is told then."""

import pytest
from play import action, queue
from trial import model_of, told

SUBSCRIBED = "- subscribe: {client: worker, topic: Jobs}\n"
HELD = SUBSCRIBED + "- publish: {topic: Jobs, data: {id: 1}, as: job}\n"

ACTING = model_of(
    queue("Jobs"),
    "".join(
        (
            action("on-signal", {"Signal": "SIGUSR1"}, ("do-execute-system", {"Command": "date > /tmp/now"})),
            action(
                "on-admin",
                {"Path": "greet", "RequiredParameter": "who"},
                ("do-execute-system", {"Command": "greet {{who}} loudly"}),
                ("do-echo-message", {"Message": "greeted {{who}}"}),
            ),
            action(
                "on-schedule",
                {"Every": "1m", "Name": "clean"},
                ("if-file-system-usage", {"Path": "/data", "GreaterThan": "90%"}),
                ("do-remove-files", {"Pattern": "/data/*.old", "Age": "1d"}),
            ),
            action("on-disconnect-client", {}, ("do-disable-transport", {"Transport": "t"})),
            action("on-shutdown", {}, ("do-echo-message", {"Message": "the end"})),
        )
    ),
)

ARCHIVED = model_of(
    queue("Jobs"), "", "<ampsd:MessageArchive><ampsd:Directory>/a</ampsd:Directory></ampsd:MessageArchive>"
)
ARCHIVE = """
        - archive: unreachable
        - publish: {topic: Jobs, data: {id: 1}, as: job}
        - expect: {statuses: {archiver: true, message: job, exactly: [Archiving, Archiving Failed - Retrying]}}
        - archive: {refuses: odd}
        - advance: 1m
        - expect: {statuses: {archiver: true, message: job, ends: [Archived]}}
        - publish: {topic: Jobs, data: {odd: 1}, as: odd}
        - expect: {statuses: {archiver: true, message: odd, ends: [Archiving Failed - Skipping]}}"""

ACTIONS_PASSING = {
    "signal and command": """
        - command: {contains: date, writes: now}
        - signal: SIGUSR1
        - expect:
            fired: {action: action 1, times: 1, outcome: completed, steps: [done]}
            ran: {exactly: ["date > /tmp/now"]}
            log: {code: 29-0108, contains: now}""",
    "a signal that ends the instance": """
        - signal: SIGTERM
        - expect: {running: false, log: {contains: the end}}
        - restart: kill
        - expect: {running: true}""",
    "admin": """
        - admin: {path: greet, parameters: {who: "you; rm -rf /"}}
        - expect:
            ran: {exactly: [[greet, "you; rm -rf /", loudly]]}
            fired: {action: action 2, variables: {who: "you; rm -rf /"}}
        - admin: {path: greet, refused: "the action greet needs who; it was not run"}
        - expect: {fired: {action: action 2, times: 0}, ran: {count: 0}}""",
    "a command that fails": """
        - command: {contains: greet, exit: 3}
        - admin: {path: greet, parameters: {who: x}}
        - expect: {fired: {action: action 2, outcome: failed, reason: exit status 3, steps: [failed]}}
        - command: {contains: greet, fails: no such program}
        - admin: {path: greet, parameters: {who: x}}
        - expect: {fired: {action: action 2, reason: no such program}}""",
    "errands that take long": """
        - errands: true
        - admin: {path: greet, parameters: {who: x}}
        - expect: {fired: {action: action 2, outcome: running, steps: [waiting]}}
        - errands: false
        - expect: {log: {contains: greeted x}}""",
    "an orderly end on a disk that is full": """
        - disk: full
        - signal: SIGTERM
        - expect: {running: false, log: {code: 2C-0004, contains: No space left}}""",
    "time passes over an instance that has stopped": """
        - signal: SIGTERM
        - advance: 1h
        - expect: {running: false, fired: {action: action 3, times: 0}}
        - restart: kill
        - advance: 1m
        - expect: {fired: {action: action 3, times: 1}}""",
    "files and file systems": """
        - files: {paths: [/data/a.old, /data/b.new], age: 2d}
        - advance: 1m
        - expect: {files: {exactly: [/data/a.old, /data/b.new]}, fired: {action: action 3, outcome: ended by an If}}
        - file_system: {path: /data, used: 95%}
        - advance: 1m
        - expect: {files: {exactly: [/data/b.new]}, fired: {action: action 3, times: 1, steps: [passed, done]}}""",
    "transport": """
        - logon: someone
        - disconnect: someone
        - expect: {transport: {name: t, listening: false}}""",
}

ACTIONS_FAILING = {
    "- signal: SIGTERM\n- signal: SIGUSR1": "test.yml:6: the instance does not run: restart it first",
    "- signal: SIGTERM\n- admin: {path: greet, refused: ''}": "test.yml:6: the instance does not run: restart it first",
    "- disk: held\n- publish: {topic: Jobs, data: 1}\n- signal: SIGTERM": (
        "test.yml:7: the disk is held: the instance cannot stop"
    ),
    "- signal: SIGUSR3": "test.yml:5: nothing happens on SIGUSR3: Did you mean SIGUSR2?",
    "- admin: {path: gret}": "test.yml:5: the request for gret was refused: there is no action gret",
    "- signal: SIGUSR1\n- expect: {fired: {action: action 1, times: 2}}": """\
        test.yml:6: action 1 fired 1 times, expected 2 times
          SignalReceived: completed""",
    "- expect: {fired: {action: action 7}}": "test.yml:5: there is no action 'action 7': Did you mean action 5?",
    "- signal: SIGUSR1\n- expect: {fired: {action: action 1, outcome: failed}}": """\
        test.yml:6: action 1 has another outcome
          expected "failed"
          got      "completed\"""",
    "- signal: SIGUSR1\n- expect: {fired: {action: action 1, steps: [done, done]}}": """\
        test.yml:6: the steps of action 1: not what was expected
          --- expected
          +++ got
           done
          -done""",
    "- admin: {path: greet, parameters: {who: me}}\n- expect: {fired: {action: action 2, variables: {who: you}}}": """\
        test.yml:6: the variables of action 2: not what was expected
          --- expected
          +++ got
          -{"who": "you"}
          +{"who": "me"}""",
    "- admin: {path: greet, parameters: {who: me}}\n- expect: {ran: {exactly: [greet you loudly]}}": """\
        test.yml:6: the commands: not what was expected
          expected "greet you loudly"
          got      "greet me loudly\"""",
    "- signal: SIGUSR1\n- expect: {ran: {count: 2}}": """\
        test.yml:6: expected 2 commands, got 1
          date > /tmp/now""",
    "- files: {paths: /data/a}\n- expect: {files: {exactly: []}}": """\
        test.yml:6: the files: not what was expected
          --- expected
          +++ got
          +/data/a""",
    "- expect: {transport: {name: t, listening: false}}": "test.yml:5: transport t listens",
    "- expect: {transport: {name: u, listening: true}}": "test.yml:5: there is no transport 'u': Use one of: t.",
}

PASSING = {
    "publish as text": """
        - publish: {topic: news, data: '{"id": 1}', correlation_id: c-1, times: 2}
        - expect: {published: {topic: news, exactly: [{id: 1}, '{"id": 1}']}}""",
    "texts, numbers and objects are told apart": """
        - publish: {topic: news, data: abc}
        - publish: {topic: news, data: 2}
        - publish: {topic: news, data: ' [1, {"a": null}]'}
        - publish: {topic: news, data: '[no JSON'}
        - publish: {topic: news, data: '"2"'}
        - expect: {published: {topic: news, exactly: [abc, 2, '[1,{"a":null}]', '[no JSON', '"2"']}}""",
    "a client whose logon is refused was never there": """
        - logon: {client: odd, message_type: unheard, refused: ""}
        - expect: {client: {name: odd, connected: false}, nothing_more: odd}""",
    "publish of another type": """
        - publish: {topic: news, message_type: binary, data: just bytes}
        - expect: {published: {topic: news, message_type: binary, exactly: [just bytes]}}""",
    "publish that is refused": """
        - publish: {topic: /AMPS/x, data: x, refused: invalid topic}""",
    "expiration": """
        - publish: {topic: Jobs, data: {id: 1}, expiration: 1m}
        - advance: 1m
        - expect: {published: {topic: FailedJobs, exactly: [{message: {id: 1}, reason: time_limit}]}}""",
    "subscribe with a filter": """
        - subscribe: {client: reader, topic: news, filter: /id > 1}
        - publish: {topic: news, data: {id: 1}, correlation_id: one}
        - publish: {topic: news, data: {id: 2}, correlation_id: two}
        - expect: {received: {client: reader, exactly: [{id: 2}], correlation_id: two}}""",
    "unsubscribe": SUBSCRIBED
    + """
        - unsubscribe: {client: worker, topic: Jobs}
        - publish: {topic: Jobs, data: {id: 1}}
        - expect: {nothing_more: all, queue: {name: Jobs, available: 1, consumers: 0}}""",
    "acknowledge by body": """
        - subscribe: {client: worker, topic: Jobs, options: max_backlog=5}
        - publish: {topic: Jobs, data: {id: 1}}
        - publish: {topic: Jobs, data: {id: 2}}
        - acknowledge: {client: worker, body: {id: 1}}
        - expect: {client: {name: worker, holds: 1}, queue: {name: Jobs, leased: 1, depth: 1}}
        - acknowledge: {client: worker, message: all}
        - expect: {queue: {name: Jobs, depth: 0}}""",
    "cancel": HELD + "- cancel: worker\n- expect: {received: {client: worker, count: 2}}",
    "cancel until later": HELD
    + """
        - cancel: {client: worker, after: 10s}
        - expect: {received: {client: worker, count: 1}, queue: {name: Jobs, delayed: 1}}
        - advance: 10s
        - expect: {received: {client: worker, count: 1}}""",
    "expire": HELD + "- expire: {client: worker, message: job}\n- expect: {queue: {name: Jobs, exceeded: 1}}",
    "logon": """
        - logon: {client: fixer, message_type: fix, user: jane}
        - logon: {client: odd, message_type: unheard, refused: ""}""",
    "disconnect": HELD
    + """
        - disconnect: worker
        - expect: {client: {name: worker, connected: false}, queue: {name: Jobs, retry_wait: 1, leased: 0}}""",
    "stall": """
        - subscribe: {client: reader, topic: news}
        - stall: reader
        - publish: {topic: news, data: {id: 1}, times: 3}
        - expect: {received: {client: reader, count: 1}}
        - read_on: reader
        - expect: {received: {client: reader, count: 2}}""",
    "advance": HELD + "- advance: {to: 2026-01-01T00:00:30}\n- expect: {received: {client: worker, count: 2}}",
    "restart": HELD
    + """
        - restart: kill
        - expect: {client: {name: worker, connected: false}, queue: {name: Jobs, depth: 1, leased: 0}}
        - restart: stop
        - restart: {how: power cut, seed: 4}
        - expect: {queue: {name: Jobs, depth: 1}}""",
    "a sync that fails": """
        - disk: sync fails
        - publish: {topic: Jobs, data: {id: 1}}
        - expect: {running: false, log: {code: 2C-0004}}
        - disk: well
        - restart: kill
        - expect: {running: true}""",
    "operate": """
        - operate: {do: pause, queue: Jobs, pause_for: 10m}
        - subscribe: {client: worker, topic: Jobs}
        - publish: {topic: Jobs, data: {id: 1}, as: job}
        - operate: {do: suspend, queue: Jobs, messages: job, actor: jane}
        - expect: {nothing_more: worker, queue: {name: Jobs, is_paused: true, suspended: 1}}
        - operate: {do: resume, queue: Jobs, filter: /id = 1}
        - advance: 10m
        - expect: {received: {client: worker, count: 1}}""",
    "operate, refused": HELD + "- operate: {do: reset, queue: Jobs, messages: job, refused: ''}",
    "received like": HELD + "- expect: {received: {client: worker, topic: Jobs, like: [{}]}}",
    "received contains": HELD + "- expect: {received: {client: worker, contains: [{id: 1}]}}",
    "published by": """
        - publish: {topic: news, data: 1}
        - expect: {published: {topic: news, client: publisher, count: 1}}""",
    "statuses": HELD
    + """
        - cancel: worker
        - expect:
            statuses:
              - {queue: Jobs, message: job, exactly: [Received, Started, "Retrying: cancel", Started]}
              - {queue: Jobs, body: {id: 1}, ends: [Started]}
        - cancel: worker
        - expect: {statuses: {action: action 1, message: job, ends: [Completed]}}""",
    "log": """
        - publish: {topic: news, data: 1}
        - expect: {log: [{contains: heard, count: 1}, {code: FF-0001, count: 0}]}""",
    "a full disk is told": "- disk: full\n- publish: {topic: Jobs, data: 1}\n- expect: {running: false}",
    "a held disk": """
        - disk: held
        - publish: {topic: Jobs, data: {id: 1}}
        - restart: kill
        - expect: {queue: {name: Jobs, depth: 0}}""",
}

FAILING = {
    "- publish: {topic: /AMPS/x, data: x}": "test.yml:5: the publish to /AMPS/x was refused: invalid topic",
    "- publish: {topic: news, data: 1, refused: parse error}": (
        "test.yml:5: the publish to news was expected to be refused, but was not"
    ),
    "- publish: {topic: /AMPS/x, data: x, refused: parse error}": """\
        test.yml:5: the publish to /AMPS/x was refused for another reason
          expected "parse error"
          got      "invalid topic\"""",
    "- subscribe: {client: reader, topic: news, filter: /id >}": (
        "test.yml:5: the subscription to news was refused: bad filter"
    ),
    "- unsubscribe: {client: reader, topic: news}": """\
        test.yml:5: reader has not subscribed to news
          it has subscribed to nothing""",
    "- acknowledge: worker": """\
        test.yml:5: worker holds no such message
          it holds none""",
    HELD + "- cancel: {client: worker, body: {id: 2}}": """\
        test.yml:7: worker holds no such message
          it holds {"id":1}""",
    HELD + "- expire: {client: worker, message: jbo}": """\
        test.yml:7: no message is called 'jbo': write `as: jbo` where it is published
          named are job""",
    "- logon: {client: a, message_type: unheard}": ("test.yml:5: the logon of a was refused: invalid message type"),
    "- logon: {client: a, transport: x}": """\
        test.yml:5: there is no transport x
          the transports are: t""",
    "- disconnect: worker": "test.yml:5: worker is not connected",
    "- stall: worker": "test.yml:5: worker is not connected",
    SUBSCRIBED + "- read_on: worker": "test.yml:6: worker is not stalled",
    "- advance: {to: 2025-12-31T23:00:00+01:00}": (
        "test.yml:5: 2025-12-31T23:00:00+01:00 is over: it is 2026-01-01T00:00:00+00:00"
    ),
    "- disk: sync fails\n- publish: {topic: Jobs, data: 1}\n- publish: {topic: Jobs, data: 2}": (
        "test.yml:7: the instance does not run: restart it first"
    ),
    "- operate: {do: pause, queue: Jbos}": """\
        test.yml:5: there is no queue json:Jbos
          the queues are: json:Jobs, json:FailedJobs""",
    HELD + "- operate: {do: skip, queue: Jobs, messages: job, refused: ''}": (
        "test.yml:7: skip of Jobs was expected to be refused, but was not"
    ),
    HELD + "- expect:\n    received: {client: worker, exactly: [{id: 1, more: [1, 2]}]}": """\
        test.yml:8: worker received: not what was expected
          --- expected
          +++ got
          -{"id": 1, "more": [1, 2]}
          +{"id": 1}""",
    HELD + "- expect: {received: {client: worker, like: [{id: 2}]}}": """\
        test.yml:7: worker received: not what was expected
          --- expected
          +++ got
          -{"id": 2}
          +{"id": 1}""",
    HELD + "- expect: {received: {client: worker, contains: [{id: 2}]}}": """\
        test.yml:7: worker received: a message is missing
          --- expected
          +++ got
          -{"id": 2}
          +{"id": 1}""",
    HELD + "- expect: {received: {client: worker, count: 2}}": """\
        test.yml:7: worker received: expected 2 messages, got 1
          +{"id": 1}""",
    "- publish: {topic: news, data: {b: 1, a: [true, null]}}\n- expect: {published: {topic: news, exactly: []}}": """\
        test.yml:6: published to news: expected no messages, got 1
          --- expected
          +++ got
          +{"a": [true, null], "b": 1}""",
    HELD + "- expect: {nothing_more: worker}": """\
        test.yml:7: worker received more
          +{"id": 1}""",
    HELD + "- expect: {statuses: {queue: Jobs, message: job, exactly: [Received, Completed]}}": """\
        test.yml:7: statuses of the message in Jobs: not what was expected
          --- expected
          +++ got
           Received
          -Completed
          +Started""",
    "- expect: {statuses: {queue: Jobs, body: 1, ends: Started}}": (
        "test.yml:5: no message with that body was published to a topic that is logged"
    ),
    HELD + "- expect: {queue: {name: Jobs, leased: 0, is_paused: false}}": """\
        test.yml:7: queue Jobs: not what was expected
          --- expected
          +++ got
          -leased: 0
          +leased: 1
           is_paused: false""",
    "- expect: {client: {name: worker, connected: true}}": (
        "test.yml:5: no step has named a client 'worker': There is none."
    ),
    HELD + "- disconnect: worker\n- expect: {client: {name: worker, connected: true}}": (
        "test.yml:8: client worker is not connected"
    ),
    HELD + "- expect: {received: {client: wroker, count: 0}}": (
        "test.yml:7: no step has named a client 'wroker': Did you mean worker?"
    ),
    HELD + "- expect: {nothing_more: [publisher, wokrer]}": (
        "test.yml:7: no step has named a client 'wokrer': Did you mean worker?"
    ),
    HELD + "- expect: {published: {topic: Jobs, client: publsher, count: 0}}": (
        "test.yml:7: no step has named a client 'publsher': Did you mean publisher?"
    ),
    """- publish: {topic: news, data: '"abc"'}\n- expect: {published: {topic: news, exactly: [abc]}}""": """\
        test.yml:6: published to news: not what was expected
          expected "abc"
          got      "\\"abc\\"\"""",
    """- publish: {topic: news, data: '"1"'}
- publish: {topic: news, data: 2}
- expect: {published: {topic: news, exactly: [1, 2]}}""": """\
        test.yml:7: published to news: not what was expected
          --- expected
          +++ got
          -1
          +"1"
           2""",
    """- publish: {topic: news, data: "1.50"}
- publish: {topic: news, data: 2}
- expect: {published: {topic: news, exactly: ["1.5", 2]}}""": """\
        test.yml:7: published to news: not what was expected
          --- expected
          +++ got
          -"1.5"
          +1.5
           2""",
    """- publish: {topic: news, data: a}
- publish: {topic: news, data: b}
- expect: {published: {topic: news, exactly: ["a\\nb"]}}""": """\
        test.yml:7: published to news: expected 1 message, got 2
          --- expected
          +++ got
          -"a\\nb"
          +"a"
          +"b\"""",
    "- operate: {do: pause, queue: Jobs}\n- disk: full\n- publish: {topic: Jobs, data: 1}"
    "\n- operate: {do: pause, queue: Jobs}": "test.yml:8: the instance does not run: restart it first",
    HELD + "- expect: {client: {name: worker, holds: 0}}": """\
        test.yml:7: client worker holds 1, not 0
          {"id":1}""",
    "- publish: {topic: news, data: 1}\n- expect: {log: {code: 29-0103, count: 0}}": """\
        test.yml:6: expected 0 log records 29-0103, got 1
          07-0001 connection from 10.0.0.1:1 on transport t.
          12-0010 client publisher at 10.0.0.1:1 logged on (version 5.3.5.0:ampsd-test, message type json).
          29-0103 heard""",
    "- expect: {running: false}": "test.yml:5: the instance runs",
    "- disk: held\n- publish: {topic: Jobs, data: 1}\n- restart: stop": (
        "test.yml:7: the disk is held: the instance cannot stop"
    ),
    "- publish: {topic: Jobs, data: 1}\n- disk: full\n- restart: stop": (
        "test.yml:7: the instance cannot start: [Errno 28] No space left on device"
    ),
    "- disk: full\n- restart: kill\n- expect: {running: true}": (
        "test.yml:6: the instance cannot start: [Errno 28] No space left on device"
    ),
}


@pytest.mark.parametrize("name", PASSING)
def test_as_it_should_be(name: str) -> None:
    assert told(PASSING[name]) == ""


@pytest.mark.parametrize("steps", FAILING)
def test_a_failure_says_where_and_shows_the_difference(steps: str) -> None:
    assert told(steps) == flush(FAILING[steps])


@pytest.mark.parametrize("name", ACTIONS_PASSING)
def test_what_actions_do_outside(name: str) -> None:
    assert told(ACTIONS_PASSING[name], ACTING) == ""


def test_the_archive_as_the_test_says() -> None:
    assert told(ARCHIVE, ARCHIVED) == ""


def test_a_message_that_came_again_is_held_once() -> None:
    steps = (
        HELD
        + """
        - advance: 30s
        - expect: {received: {client: worker, count: 2}, client: {name: worker, holds: 1}}
        - acknowledge: worker
        - expect: {client: {name: worker, holds: 0}, queue: {name: Jobs, depth: 0}}"""
    )
    assert told(steps) == ""


@pytest.mark.parametrize("steps", ACTIONS_FAILING)
def test_a_failure_about_actions(steps: str) -> None:
    assert told(steps, ACTING) == flush(ACTIONS_FAILING[steps])


def flush(text: str) -> str:
    return "\n".join(line.removeprefix("        ") for line in text.split("\n"))
