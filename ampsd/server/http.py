"""The admin interface over HTTP: sockets and JSON around `ampsd.admin`.

Whatever changes something is a POST with a JSON body, which no page of another site can send. AMPS's own paths run an
action by GET too, which every page can have a browser send: there a browser has to say that no other site asks, which
it says only over the loopback or HTTPS. Requests that a browser says come from a page of another site, and those for a
host name that is not ours, are refused everywhere (DNS rebinding).
"""

import asyncio
import errno
import ipaddress
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from ampsd import limits
from ampsd.admin import openapi
from ampsd.admin.calls import PREFIX, Await, Body, Call, InWorker, Post, Refusal, Resource, Result, Submit
from ampsd.admin.models import Problem
from ampsd.admin.resources import Admin
from ampsd.definitions.admin import AdminDefinition
from ampsd.engine.operators import Answer, Request
from ampsd.reactor import ActionRequested

LOOPBACK = "127.0.0.1"
_REPLY_SECONDS = 30
_OWN_SITES = frozenset({"same-origin", "none"})
_BROWSER = "Mozilla/"
"""How the User-Agent of every browser begins, and that of few programs beside them, such as PowerShell."""
_ELSEWHERE = ("requests from pages of other sites are refused", "Use ampsd, or a program of your own.")


class HttpServer:
    """Serves one instance's resources. `submit` gives a request to the reactor."""

    def __init__(
        self, admin: Admin, definition: AdminDefinition, submit: Callable[[Request | ActionRequested], None]
    ) -> None:
        self._admin = admin
        self._definition = definition
        self._submit = submit
        self._runner: web.AppRunner | None = None
        self._host = LOOPBACK
        self._decoders: dict[str, msgspec.json.Decoder[msgspec.Struct]] = {}

    async def listen(self) -> str:
        """Serve; returns the address in use. Raises OSError."""
        address = self._definition.inet_addr
        assert address is not None, "without an address there is no admin interface"
        self._host = address.host or LOOPBACK
        application = web.Application(client_max_size=limits.ADMIN_BODY_MAX)
        for resource in self._admin.resources:
            application.router.add_route(resource.method, resource.path, self._serving(resource))
        application.router.add_get(f"{PREFIX}/openapi.json", self._document)
        application.router.add_get(PREFIX, self._index)
        application.router.add_route("*", "/{rest:.*}", self._unknown)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, address.port).start()
        except UnicodeError as error:
            raise OSError(errno.EINVAL, f"{self._host} is no name of a host") from error
        host, port = self._runner.addresses[0][:2]
        return f"http://[{host}]:{port}{PREFIX}" if ":" in host else f"http://{host}:{port}{PREFIX}"

    async def close(self) -> None:
        """Serve no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    # ---- requests

    def _serving(self, resource: Resource) -> Callable[[web.Request], "asyncio.Future[web.StreamResponse]"]:
        async def serve(request: web.Request) -> web.StreamResponse:
            try:
                self._check_origin(request)
                result: Result = resource.handler(await self._call(resource, request))
                while isinstance(result, InWorker):
                    result = result.then(await asyncio.to_thread(result.run))
                if isinstance(result, Await):
                    result = await result.answer()
                if isinstance(result, Submit):
                    result = result.answered(await self._carried_out(result))
                if isinstance(result, Post):
                    _check_cause(request)
                    self._submit(result.posted)
                    result = result.answer
                if isinstance(result, Body):
                    return _download(result)
                return _json(result)
            except Refusal as refusal:
                return _json(refusal.problem, refusal.status)

        return serve  # type: ignore[return-value]  # aiohttp takes coroutine functions

    async def _call(self, resource: Resource, request: web.Request) -> Call:
        known = {one.name for one in resource.query or ()}
        for name in request.query:
            if resource.query is not None and name not in known:
                remedy = f"Known are: {', '.join(sorted(known))}." if known else "This resource has no parameters."
                raise Refusal(400, f"the parameter {name!r} is not known here", remedy)
        body: msgspec.Struct | None = None
        if resource.body is not None:
            if request.content_type != "application/json":
                raise Refusal(415, "the body must be JSON", "Send Content-Type: application/json.")
            try:
                body = msgspec.json.decode(await request.read() or resource.body_if_empty, type=resource.body)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise Refusal(400, f"the body cannot be read: {error}", f"See {PREFIX}/openapi.json.") from error
            except web.HTTPRequestEntityTooLarge as error:
                raise Refusal(413, f"the body is larger than {limits.ADMIN_BODY_MAX} bytes") from error
        peer = f"admin@{request.remote or 'unknown'}"
        return Call(dict(request.match_info), dict(request.query), body, peer, secrets.token_hex(16))

    def _check_origin(self, request: web.Request) -> None:
        """A browser says where a page comes from, and by which name it knows us."""
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES or "Origin" in request.headers:
            raise Refusal(403, *_ELSEWHERE)
        page = request.headers.get("Referer")  # all that a browser without Sec-Fetch-Site says of where a link stood
        if page is not None and _site_of(page) != request.host:
            raise Refusal(403, *_ELSEWHERE)
        name = request.host.rpartition("@")[2]
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        if name not in ("localhost", self._host) and not _is_address(name):
            raise Refusal(403, f"this is not {name}", "Ask by address, or by localhost.")

    async def _carried_out(self, submit: Submit) -> Answer:
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def reply(answer: Answer) -> None:
            if not answered.done():
                answered.set_result(answer)

        self._submit(submit.request(reply))
        try:
            return await asyncio.wait_for(answered, _REPLY_SECONDS)
        except TimeoutError as error:
            raise Refusal(
                504,
                "the request is not durable yet",
                "Send it again with the same `request`: what was done is not done twice.",
            ) from error

    async def _document(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(openapi.document(self._admin.resources))

    async def _index(self, request: web.Request) -> web.StreamResponse:
        paths = sorted({one.path for one in self._admin.resources} | {f"{PREFIX}/openapi.json"})
        return web.json_response({"resources": paths})

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        known = [one.method for one in self._admin.resources if _matches(one.path, request.path)]
        if known:
            problem = Problem(f"{request.method} is not for {request.path}", f"Use {' or '.join(known)}.")
            return _json(problem, 405)
        return _json(Problem(f"there is no {request.path}", f"GET {PREFIX} lists what there is."), 404)


def _check_cause(request: web.Request) -> None:
    """Before something is changed by GET: an image on any page is one, and nothing need tell where the page stands."""
    is_browser = request.headers.get("User-Agent", "").startswith(_BROWSER)
    if request.method == "GET" and is_browser and request.headers.get("Sec-Fetch-Site") not in _OWN_SITES:
        raise Refusal(
            403,
            "a browser that does not say where the request comes from changes nothing by GET",
            f"Use curl or a program of your own, or POST {request.path} with Content-Type: application/json.",
        )


def _site_of(page: str) -> str | None:
    """Host and port of a page; None where its address cannot be read."""
    try:
        return urlsplit(page).netloc
    except ValueError:
        return None


def _json(value: msgspec.Struct, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _download(body: Body) -> web.Response:
    """Bytes that a browser neither runs nor guesses at."""
    headers = {
        "Content-Disposition": f'attachment; filename="{body.file_name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=body.data, content_type="application/octet-stream", headers=headers)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(a == b or a.startswith("{") for a, b in zip(wanted, given, strict=True))
