"""The files for the browser, read once: under an address that changes with them, so that a browser keeps them for good."""

from __future__ import annotations

import hashlib
import mimetypes
from base64 import b64encode
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

from host_demo.modules import joined
from runtime.web.compression import FixedAnswer, fixed_answer
from runtime.web.problems import not_found

WEB = files("host_demo") / "web"
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
ASKED_AGAIN = {"Cache-Control": "no-cache"}
VERSION_LENGTH = 16

SHELL_STYLE = (WEB / "shell.css").read_text("utf-8")
"""The style of what a document shows before any other file has arrived. It stands in the document itself."""
SHELL_STYLE_SOURCE = f"'sha256-{b64encode(hashlib.sha256(SHELL_STYLE.encode()).digest()).decode()}'"
"""Names that style in a Content-Security-Policy."""


class Assets:
    """The files under web/assets at `/assets/<version>/<path>`, scripts joined into one for each page. The version is a hash of them all.

    A page that was opened before an update still finds its files, at their old address, but its browser does not cache them.
    """

    def __init__(self) -> None:
        bodies = _bodies()
        self._kept = {path: _answer(path, body, KEPT) for path, body in bodies.items()}
        self._asked_again = {path: _answer(path, body, ASKED_AGAIN) for path, body in bodies.items()}
        self.version = _version_of(bodies)
        self.root = f"/assets/{self.version}"

    def response(self, request: web.Request, version: str, path: str) -> web.Response:
        """The file. Raises Problem 404."""
        answer = (self._kept if version == self.version else self._asked_again).get(path)
        if answer is None:
            raise not_found("this file")
        return answer.response(request)


def _bodies() -> dict[str, bytes]:
    files = dict(_walk(WEB / "assets", ""))
    scripts = {path: files.pop(path).decode() for path in list(files) if path.endswith(".js")}
    return files | {path: text.encode() for path, text in joined(scripts).items()}


def _version_of(bodies: Mapping[str, bytes]) -> str:
    known = hashlib.sha256()
    for path, body in bodies.items():
        known.update(f"{path}\0{len(body)}\0".encode() + body)
    return known.hexdigest()[:VERSION_LENGTH]


def _answer(path: str, body: bytes, headers: Mapping[str, str]) -> FixedAnswer:
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return fixed_answer(body, f"{media}; charset=utf-8", headers)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()
