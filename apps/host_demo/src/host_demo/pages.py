"""The documents and assets for the browser: fixed files, read once, under a policy that allows no inline script."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from typing import Any

import orjson
from aiohttp import web

from host_demo.calls import ID
from host_demo.settings import Host
from host_demo.viewers import welcome
from runtime.web.problems import not_found
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer."""
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Asset:
    """A file with its media type and ETag, and compressed."""

    body: bytes
    media: str
    etag: str
    gzipped: bytes


def read_assets() -> dict[str, Asset]:
    """Every file under web/assets, by its path there."""
    return dict(_walk(files("host_demo") / "web" / "assets", ""))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            body = entry.read_bytes()
            etag = hashlib.sha256(body).hexdigest()[:20]
            media = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
            found.append((prefix + entry.name, Asset(body, media, etag, gzip.compress(body, mtime=0))))
    return found


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
    """The calls, below `/api/<host>/`, that the browser may make while it still loads the page's modules."""
    if not path:
        return ["feed", *(f"videos/{video.video_id}" for video in host.feed[:1])]
    found = [(screen.fullmatch(path), call) for screen, call in FIRST_CALLS]
    return [call.format(*match.groups()) for match, call in found if match]


class PageRoutes:
    """The documents: the start page, both hosts side by side, and one for each host."""

    def __init__(self, hosts: Mapping[str, Host], known: Mapping[str, Any]) -> None:
        """`known` is embedded in the pages outside the hosts, so that their layout does not shift."""
        self._hosts = hosts
        self._known = escape(orjson.dumps(known).decode(), quote=True)
        self._assets = read_assets()
        web_folder = files("host_demo") / "web"
        self._documents = {
            name: Template((web_folder / f"{name}.html").read_text("utf-8"))
            for name in ("start", "app", "both")
        }
        self._preloads = "".join(
            f'<link rel="modulepreload" href="/assets/{name}">\n'
            for name in self._assets
            if name.startswith("app/") and name.endswith(".js")
        )

    def routes(self) -> list[Route]:
        """What this serves."""
        return [
            Route("GET", "/", self._start, PUBLIC),
            Route("GET", "/both", self._both, PUBLIC),
            Route("GET", "/h/{host}", self._app, PUBLIC),
            Route("GET", "/h/{host}/{path:.*}", self._app, PUBLIC),
            Route("GET", "/assets/{path:.+}", self._asset, PUBLIC),
            Route("GET", "/favicon.ico", self._icon, PUBLIC),
        ]

    async def _start(self, request: web.Request) -> web.Response:
        return self._document(request, "start", known=self._known)

    async def _both(self, request: web.Request) -> web.Response:
        return self._document(request, "both", known=self._known)

    async def _app(self, request: web.Request) -> web.Response:
        host = self._hosts.get(request.match_info["host"])
        if host is None:
            raise not_found("this host")
        language = language_of(request)
        name = getattr(host.name, language)
        calls = "".join(
            f'<link rel="preload" as="fetch" crossorigin="anonymous" href="/api/{host.slug}/{call}">\n'
            for call in first_calls(
                host, request.rel_url.raw_path_qs.removeprefix(f"/h/{host.slug}").strip("/")
            )
        )
        return self._document(
            request, "app", host=host.slug, skin=host.skin, name=name, preloads=self._preloads + calls
        )

    def _document(self, request: web.Request, document: str, **values: str) -> web.Response:
        text = self._documents[document].substitute(lang=language_of(request), **values)
        response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
        response.enable_compression()
        welcome(request, response)
        return response

    async def _asset(self, request: web.Request) -> web.Response:
        return self._send(request, request.match_info["path"])

    async def _icon(self, request: web.Request) -> web.Response:
        return self._send(request, "icon.svg")

    def _send(self, request: web.Request, path: str) -> web.Response:
        asset = self._assets.get(path)
        if asset is None:
            raise not_found("this file")
        headers = {"ETag": f'W/"{asset.etag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        body = asset.body
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = asset.gzipped, "gzip"
        return web.Response(body=body, content_type=asset.media, charset="utf-8", headers=headers)
