"""What the host's own server promises, with no gateway there: it starts, tells no secret, passes on only what is listed."""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from html import unescape
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from host_demo.app import build_app
from host_demo.calls import CALLS
from host_demo.settings import Settings

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""
SECRET = secrets.token_hex(16)


def host(slug: str, skin: str) -> dict[str, Any]:
    return {
        "slug": slug, "host_id": f"host_{slug}", "name": {"zh": f"应用{slug}", "en": f"App {slug}"}, "skin": skin,
        "client_id": f"client_{slug}", "client_secret": SECRET,
        "feed": [{"video_id": f"vid_{slug}", "title": {"zh": "一", "en": "one"}, "likes": 3}],
    }  # fmt: skip


@pytest_asyncio.fixture
async def app() -> AsyncIterator[str]:
    hosts = [host("first", "short_video"), host("second", "news")]
    settings = Settings(port=0, gateway_url=NOBODY, identity_url=NOBODY, host_demo_hosts=hosts)
    async with build_app(settings).running() as service:
        yield service.url


@pytest_asyncio.fixture
async def browser(app: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(app, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get("/h/first") as page:
            assert page.status == 200
        yield session


async def test_it_is_ready_before_there_is_a_gateway(browser: aiohttp.ClientSession) -> None:
    for path in ("/livez", "/readyz"):
        async with browser.get(path) as answer:
            assert answer.status == 200


async def test_the_start_page_says_which_process_is_away(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/api/state") as answer:
        assert await answer.json() == {"processes": {"gateway": "away", "identity": "away"}}


async def test_the_start_page_is_told_in_its_document_what_there_is_to_open(
    browser: aiohttp.ClientSession,
) -> None:
    async with browser.get("/") as answer:
        text = await answer.text()
    known = json.loads(unescape(re.findall(r'data-known="([^"]*)"', text)[0]))
    assert [host["slug"] for host in known["hosts"]] == ["first", "second"]
    assert known["processes"] == ["gateway", "identity"]
    assert known["addresses"]["gateway"].startswith("http://127.0.0.1:")


def test_in_containers_only_public_addresses_are_for_browsers() -> None:
    settings = Settings(
        gateway_url="http://gateway:8080", identity_url="http://identity:8080", public_url="http://127.0.0.1:8080/",
        alipay_sandbox_url="http://alipay-sandbox:8090", alipay_sandbox_public_url="http://127.0.0.1:8090",
    )  # fmt: skip
    assert set(settings.watched()) == {"gateway", "identity", "alipay_sandbox"}
    assert settings.opened() == {
        "gateway": "http://127.0.0.1:8080",
        "alipay_sandbox": "http://127.0.0.1:8090",
    }


@pytest.mark.parametrize(
    ("path", "calls"),
    [
        ("", ["feed", "videos/vid_first"]),
        ("/programs", ["entry/mini-programs?limit=50"]),
        ("/m/any", ["mini-programs/any/store?limit=20"]),
        ("/m/any/p/thing", ["mini-programs/any/products/thing"]),
        ("/m/any/orders/one", []),
        ("/m/..%2Fx", []),
    ],
)
async def test_a_screens_first_calls_begin_with_its_document(
    browser: aiohttp.ClientSession, path: str, calls: list[str]
) -> None:
    async with browser.get(f"/h/first{path}") as answer:
        preloads = re.findall(
            r'as="fetch" crossorigin="anonymous" href="/api/first/([^"]+)"', await answer.text()
        )
    assert preloads == calls


async def test_while_the_gateway_is_away_a_call_says_so_and_when_to_come_back(
    browser: aiohttp.ClientSession,
) -> None:
    async with browser.get("/api/first/entry/mini-programs") as answer:
        problem = await answer.json()
        assert (answer.status, problem["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0


async def test_nothing_that_a_browser_gets_holds_a_secret(browser: aiohttp.ClientSession) -> None:
    for path in ("/", "/both", "/h/first", "/api/state", "/api/first/feed", "/api/first/services-and-orders"):
        async with browser.get(path) as answer:
            assert answer.status == 200, path
            assert SECRET not in await answer.text()


async def test_a_document_may_run_no_inline_script_and_has_none(browser: aiohttp.ClientSession) -> None:
    for path in ("/", "/both", "/h/first/m/any/p/thing"):
        async with browser.get(path) as answer:
            policy, text = answer.headers["Content-Security-Policy"], await answer.text()
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
        assert not re.search(r"\son\w+=|\sstyle=", text)
        for style in re.findall(r"<style>(.*?)</style>", text, re.DOTALL):
            assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy


async def test_only_listed_calls_lead_to_the_gateway(browser: aiohttp.ClientSession) -> None:
    for method, path in [
        ("POST", "/token"),
        ("GET", "/owner/mini-programs"),
        ("PUT", "/ops/clients/x"),
        ("POST", "/payments/alipay/notify"),
        ("GET", "/mini-programs/..%2f..%2fowner/store"),
        ("GET", "/videos/..%2fsearch"),
    ]:
        async with browser.request(method, f"/api/first{path}") as answer:
            assert answer.status in (404, 405), (method, path)


async def test_no_call_inside_a_mini_program_goes_with_the_hosts_token() -> None:
    """A host's token can read no order; the page's calls for orders go with the viewer's session, or not at all."""
    inside = [call for call in CALLS if call.path.startswith("/mini-programs/")]
    assert inside
    assert {call.token for call in inside} == {"viewer"}
    assert not [call for call in CALLS if "orders" in call.path and call.token != "viewer"]


async def test_a_page_of_another_site_can_write_nothing(browser: aiohttp.ClientSession) -> None:
    for site in ("same-site", "cross-site", "none"):
        headers = {"Sec-Fetch-Site": site}
        async with browser.post(
            "/api/first/services-and-orders", json={"service": "coins"}, headers=headers
        ) as answer:
            assert answer.status == 403
    async with browser.get("/api/first/services-and-orders") as answer:
        assert (await answer.json())["items"] == []


async def test_who_has_not_opened_the_app_is_nobody(app: str) -> None:
    async with aiohttp.ClientSession(app) as stranger, stranger.get("/api/first/feed") as answer:
        assert answer.status == 401


async def test_the_hosts_own_orders_are_each_viewers_and_each_hosts(
    app: str, browser: aiohttp.ClientSession
) -> None:
    async with browser.post("/api/first/services-and-orders", json={"service": "membership"}) as answer:
        assert answer.status == 201
        assert [entry["service"] for entry in (await answer.json())["items"]] == ["membership"]
    async with browser.get("/api/second/services-and-orders") as answer:
        assert (await answer.json())["items"] == []
    async with aiohttp.ClientSession(app, cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        async with other.get("/h/first"):
            pass
        async with other.get("/api/first/services-and-orders") as answer:
            assert (await answer.json())["items"] == []


async def test_an_entry_of_a_mini_program_cannot_be_put_among_the_hosts_own(
    browser: aiohttp.ClientSession,
) -> None:
    for body in ({"service": "an_order"}, {"service": "coins", "order_id": "mp_1"}):
        async with browser.post("/api/first/services-and-orders", json=body) as answer:
            assert answer.status == 422


async def test_the_page_speaks_the_readers_language_from_the_first_byte(app: str) -> None:
    for headers, lang, name in [
        ({"Accept-Language": "en-GB,en;q=0.9"}, "en", "App first"),
        ({"Accept-Language": "zh-CN"}, "zh", "应用first"),
        ({"Accept-Language": "en", "Cookie": "lang=zh"}, "zh", "应用first"),
    ]:
        async with aiohttp.ClientSession(app) as reader, reader.get("/h/first", headers=headers) as answer:
            text = await answer.text()
        assert f'<html lang="{lang}"' in text
        assert f"<title>{name}</title>" in text


async def test_a_file_is_kept_for_good_at_an_address_that_changes_with_it(
    browser: aiohttp.ClientSession,
) -> None:
    async with browser.get("/h/first") as page:
        addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', await page.text())
    assert {address.rsplit(".", 1)[1] for address in addresses} == {"js", "css", "svg"}
    for address in addresses:
        async with browser.get(address) as answer:
            assert answer.status == 200, address
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len({address.split("/")[2] for address in addresses}) == 1


async def test_a_page_asks_for_one_script(browser: aiohttp.ClientSession) -> None:
    for page in ("/", "/both", "/h/first"):
        async with browser.get(page) as answer:
            scripts = re.findall(r'[^"]+[.]js', await answer.text())
        assert len(scripts) == 1, page
        async with browser.get(scripts[0]) as answer:
            assert not re.search(r"^(import|export)\b", await answer.text(), re.MULTILINE)


async def test_a_page_opened_before_an_update_finds_its_files_and_keeps_none(
    browser: aiohttp.ClientSession,
) -> None:
    async with browser.get("/assets/0123456789abcdef/app/main.js") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


async def test_a_document_is_asked_for_again_and_sent_once(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/h/first") as first:
        assert first.headers["Cache-Control"] == "private, no-cache"
        tag = first.headers["ETag"]
    async with browser.get("/h/first", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    async with browser.get("/h/first", headers={"If-None-Match": tag, "Cookie": "lang=en"}) as other:
        assert other.status == 200


async def test_a_document_shows_something_before_any_other_file_has_arrived(
    browser: aiohttp.ClientSession,
) -> None:
    for path, chrome in [("", "feed"), ("/me", "host"), ("/m/any/p/thing", "mini")]:
        async with browser.get(f"/h/first{path}") as answer:
            head, _, body = (await answer.text()).partition("<body>")
        assert f'data-chrome="{chrome}"' in body
        assert "应用first" in body
        assert "stylesheet" not in head, "a browser paints nothing until it has the head's style sheets"


@pytest.mark.parametrize("path", ["/assets/any/app/main.js", "/assets/any/app.css", "/h/first"])
@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_text_is_sent_compressed_to_who_takes_it(
    browser: aiohttp.ClientSession, path: str, encoding: str
) -> None:
    async with browser.get(path, headers={"Accept-Encoding": encoding}) as packed:
        assert packed.headers["Content-Encoding"] == encoding
        text = await packed.text()
    async with browser.get(path, headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers
        assert await plain.text() == text


async def test_a_stream_that_breaks_off_is_not_passed_on_as_complete() -> None:
    """A browser takes a stream that ends for one that it has to open again; the order page shows that it is not live."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 60})

    async def session(_: web.Request) -> web.Response:
        return web.json_response({"session_token": "s", "openid": "o", "expires_in": 60}, status=201)

    async def events(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"event: order\ndata: {}\n\n")
        transport = request.transport
        assert transport is not None
        transport.close()
        return stream

    routes = [web.post("/v1/token", token), web.post("/v1/sessions", session)]
    async with gateway(*routes, web.get("/v1/mini-programs/any/orders/one/events", events)) as address:
        settings = Settings(
            port=0, gateway_url=address, identity_url=NOBODY, host_demo_hosts=[host("first", "news")]
        )
        async with (
            build_app(settings).running() as service,
            aiohttp.ClientSession(service.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as viewer,
        ):
            await viewer.get("/h/first")
            async with viewer.get("/api/first/mini-programs/any/orders/one/events") as answer:
                assert answer.status == 200
                with pytest.raises(aiohttp.ClientPayloadError):
                    await answer.read()


@asynccontextmanager
async def gateway(*routes: web.RouteDef) -> AsyncIterator[str]:
    """A gateway that answers only these calls."""
    app = web.Application()
    app.add_routes(routes)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_unknown_hosts_files_and_paths_are_not_found(app: str, browser: aiohttp.ClientSession) -> None:
    for path in (
        "/h/third",
        "/api/third/feed",
        "/assets/any/app/none.js",
        "/assets/any/app/router.js",
        "/assets/any/../settings.py",
        "/assets/app.css",
        "/media/../v1/entry",
    ):
        async with browser.get(URL(app + path, encoded=True)) as answer:
            assert answer.status == 404, path
