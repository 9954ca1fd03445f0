"""The documents for the browser, under a policy that allows no inline script. Each shows something before its scripts arrive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from string import Template
from typing import Any

import orjson
from aiohttp import web

from host_demo.assets import SHELL_STYLE, SHELL_STYLE_SOURCE, WEB, Assets
from host_demo.calls import ID
from host_demo.settings import Host
from host_demo.viewers import welcome
from runtime.web.compression import FixedAnswer, fixed_answer
from runtime.web.problems import not_found
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self' {SHELL_STYLE_SOURCE}; img-src 'self' blob:; "
        "connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer."""
LANGUAGES = ("zh", "en")
LOADING = {"zh": "加载中", "en": "Loading"}
DOCUMENT = {"Cache-Control": "private, no-cache"}
"""Private: it may bring a new visitor's cookie."""
DOCUMENTS_KEPT = 256
"""Documents kept compressed: one for each path, host and language that is asked for often."""


def language_of(request: web.Request) -> str:
    """The language chosen on the page, else the browser's, else Chinese."""
    chosen = request.cookies.get("lang", "")
    if chosen in LANGUAGES:
        return chosen
    accepted = request.headers.get("Accept-Language", "").lower()
    return "en" if accepted.startswith("en") else "zh"


FIRST_CALLS = (
    (re.compile("programs"), "entry/mini-programs?limit=50"),
    (re.compile(f"m/({ID})"), "mini-programs/{0}/store?limit=20"),
    (re.compile(f"m/({ID})/p/({ID})"), "mini-programs/{0}/products/{1}"),
)
"""A screen's first call, by its path. It must equal the call in the screen's module: browsers use a preload only for the same URL."""


def first_calls(host: Host, path: str) -> list[str]:
    """The calls, below `/api/<host>/`, that the browser may make while it still loads the page's script."""
    if not path:
        return ["feed", *(f"videos/{video.video_id}" for video in host.feed[:1])]
    found = [(screen.fullmatch(path), call) for screen, call in FIRST_CALLS]
    return [call.format(*match.groups()) for match, call in found if match]


def chrome_of(path: str) -> str:
    """What stands around a screen, by its path: the feed's, a mini program's or the host's own."""
    if not path or path.startswith("v/"):
        return "feed"
    return "mini" if path.startswith("m/") else "host"


class PageRoutes:
    """The documents: the start page, both hosts side by side, and one for each host; and their files."""

    def __init__(self, hosts: Mapping[str, Host], known: Mapping[str, Any]) -> None:
        """`known` is embedded in the pages outside the hosts, so that their layout does not shift."""
        self._hosts = hosts
        self._known = escape(orjson.dumps(known).decode(), quote=True)
        self._assets = Assets()
        self._templates = {
            name: Template((WEB / f"{name}.html").read_text("utf-8")) for name in ("start", "app", "both")
        }
        self._document = lru_cache(DOCUMENTS_KEPT)(self._made)

    def routes(self) -> list[Route]:
        """What this serves."""
        return [
            Route("GET", "/", self._outside("start"), PUBLIC),
            Route("GET", "/both", self._outside("both"), PUBLIC),
            Route("GET", "/h/{host}", self._app, PUBLIC),
            Route("GET", "/h/{host}/{path:.*}", self._app, PUBLIC),
            Route("GET", "/assets/{version}/{path:.+}", self._asset, PUBLIC),
            Route("GET", "/favicon.ico", self._icon, PUBLIC),
        ]

    def _outside(self, name: str) -> Any:
        async def handle(request: web.Request) -> web.Response:
            return self._answer(request, self._document(name, language_of(request), known=self._known))

        return handle

    async def _app(self, request: web.Request) -> web.Response:
        host = self._hosts.get(request.match_info["host"])
        if host is None:
            raise not_found("this host")
        language = language_of(request)
        path = request.rel_url.raw_path_qs.removeprefix(f"/h/{host.slug}").strip("/")
        calls = [f"/api/{host.slug}/{call}" for call in first_calls(host, path)]
        document = self._document(
            "app",
            language,
            host=host.slug,
            skin=host.skin,
            name=escape(getattr(host.name, language)),
            chrome=chrome_of(path),
            preloads="".join(
                f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{call}">\n' for call in calls
            ),
        )
        return self._answer(request, document)

    def _made(self, template: str, language: str, /, **values: str) -> FixedAnswer:
        fixed = {
            "lang": language,
            "loading": LOADING[language],
            "assets": self._assets.root,
            "style": SHELL_STYLE,
        }
        text = self._templates[template].substitute(fixed | values)
        return fixed_answer(text.encode(), "text/html; charset=utf-8", DOCUMENT)

    def _answer(self, request: web.Request, document: FixedAnswer) -> web.Response:
        response = document.response(request)
        response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
        welcome(request, response)
        return response

    async def _asset(self, request: web.Request) -> web.Response:
        return self._assets.response(request, request.match_info["version"], request.match_info["path"])

    async def _icon(self, request: web.Request) -> web.Response:
        return self._assets.response(request, "", "icon.svg")
