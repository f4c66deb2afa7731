"""The admin interface's guard: who may set off what, whatever a browser says or keeps to itself."""

import asyncio
import itertools
import json

import aiohttp
import pytest
from play import Playbook, acting, echo, step

from ampsd.admin.resources import Admin
from ampsd.definitions.admin import AdminDefinition
from ampsd.definitions.network import InetAddr
from ampsd.engine.operators import Request
from ampsd.reactor import ActionRequested
from ampsd.server.http import HttpServer

PATH = "/amps/administrator/actions/greet"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
ADMIN = AdminDefinition(inet_addr=InetAddr("127.0.0.1", 0))
JSON = "application/json"


class Site:
    """An instance with one action on request, and what it was asked to do."""

    def __init__(self) -> None:
        self.play = Playbook(actions=acting(step("on-admin", Path="greet"), echo("hello")))
        self.posted: list[Request | ActionRequested] = []

    def ask(
        self, headers: dict[str, str], method: str = "GET", path: str = f"{PATH}?Who=x", body: bytes | None = None
    ) -> tuple[int, dict[str, str]]:
        """The status and the answer, with no headers but these and what HTTP needs."""
        return asyncio.run(self._ask(headers, method, path, body))

    async def _ask(
        self, headers: dict[str, str], method: str, path: str, body: bytes | None
    ) -> tuple[int, dict[str, str]]:
        server = HttpServer(Admin(self.play.instance, None, self.play.clock), ADMIN, self.posted.append)
        address = (await server.listen()).removesuffix("/ampsd/v1")
        try:
            async with (
                aiohttp.ClientSession(skip_auto_headers=("User-Agent", "Content-Type")) as session,
                session.request(method, address + path, headers=headers, data=body) as answer,
            ):
                return answer.status, json.loads(await answer.read())
        finally:
            await server.close()


@pytest.fixture
def site() -> Site:
    return Site()


AGENTS = (None, "curl/8.5.0", "Python-urllib/3.11", BROWSER)
SITES = (None, "none", "same-origin", "same-site", "cross-site", "")


@pytest.mark.parametrize(("agent", "fetched"), list(itertools.product(AGENTS, SITES)))
def test_get_runs_an_action_unless_another_site_may_have_caused_it(
    site: Site, agent: str | None, fetched: str | None
) -> None:
    named = {"User-Agent": agent, "Sec-Fetch-Site": fetched}
    status, answer = site.ask({name: value for name, value in named.items() if value is not None})
    may = fetched in ("none", "same-origin") or (fetched is None and agent != BROWSER)
    assert status == (200 if may else 403)
    assert len(site.posted) == may
    assert may or answer["remedy"]


def test_the_remedy_for_a_browser_that_says_nothing_works(site: Site) -> None:
    status, answer = site.ask({"User-Agent": BROWSER})
    assert (status, site.posted) == (403, [])
    assert f"POST {PATH} with Content-Type: application/json" in answer["remedy"]
    assert site.ask({"User-Agent": BROWSER, "Content-Type": JSON}, "POST", body=b"{}")[0] == 200
    assert [(one.path, one.parameters) for one in site.posted if isinstance(one, ActionRequested)] == [
        ("greet", {"Who": b"x"})
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", JSON, 200),
        (None, JSON, 200),
        (b"", JSON, 200),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{}", None, 415),
        (None, None, 415),
        (b'{"Who":"y"}', JSON, 400),
        (b"[]", JSON, 400),
        (b"Who=y", JSON, 400),
    ],
)
@pytest.mark.parametrize("agent", ["curl/8.5.0", BROWSER])
def test_post_runs_an_action_only_as_json_which_no_form_can_send(
    site: Site, agent: str, body: bytes | None, content_type: str | None, status: int
) -> None:
    headers = {"User-Agent": agent} | ({"Content-Type": content_type} if content_type else {})
    assert site.ask(headers, "POST", body=body)[0] == status
    assert len(site.posted) == (status == 200)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Referer": "http://evil.example/page"},
        {"Host": "evil.example"},
    ],
)
def test_a_page_of_another_site_sets_nothing_off(site: Site, method: str, headers: dict[str, str]) -> None:
    assert site.ask({"Content-Type": JSON, **headers}, method, body=b"{}" if method == "POST" else None)[0] == 403
    assert site.posted == []


@pytest.mark.parametrize("path", ["/amps/administrator/actions", "/ampsd/v1/actions", "/ampsd/v1/queues"])
def test_what_changes_nothing_is_read_by_any_browser(site: Site, path: str) -> None:
    assert site.ask({"User-Agent": BROWSER}, path=path)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "[abc"},
        {"Host": "["},
        {"Host": "[]"},
        {"Host": "]["},
        {"Host": "user@[abc"},
        {"Referer": "http://[x"},
        {"Referer": "http://x]/"},
        {"Referer": "http://[::1"},
        {"Referer": ""},
    ],
)
def test_an_address_that_cannot_be_read_is_refused(site: Site, headers: dict[str, str]) -> None:
    status, answer = site.ask(headers)
    assert status == 403
    assert set(answer) == {"error", "remedy"}
    assert site.posted == []


def test_no_verb_of_a_queue_takes_an_empty_body(site: Site) -> None:
    assert site.ask({"Content-Type": JSON}, "POST", "/ampsd/v1/queues/json/Jobs/pause")[0] == 400
    assert site.posted == []
