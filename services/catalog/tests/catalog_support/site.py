"""A shop's own server with pictures, as a feed names them."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO

from aiohttp import web
from PIL import Image


def a_picture(width: int = 60) -> bytes:
    """A picture that no other test has."""
    file = BytesIO()
    Image.new("RGB", (width, 30), tuple(secrets.token_bytes(3))).save(file, "PNG")
    return file.getvalue() + secrets.token_bytes(8)


@dataclass
class Site:
    """Answers what `files` and `statuses` say, by path; with an ETag that follows from the file. Closed, it answers when `open` is set."""

    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.path] += 1
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self.open.wait()
        finally:
            self.at_once -= 1
        answer = self._answer(request)
        self.answered[answer.status] += 1
        return answer

    def _answer(self, request: web.Request) -> web.Response:
        if (status := self.statuses.get(request.path, 200)) != 200:
            return web.Response(status=status, headers={"Location": "/"})
        file = self.files[request.path]
        tag = f'"{hash(file)}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(body=file, headers={"ETag": tag})

    def add(self, path: str, file: bytes | None = None) -> str:
        """The address of a picture."""
        self.files[path] = file if file is not None else a_picture()
        return self.url + path


@asynccontextmanager
async def serving(*, closed: bool = False) -> AsyncIterator[Site]:
    """A server on a port of its own."""
    site, app = Site(), web.Application()
    if not closed:
        site.open.set()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()
