"""Answers without an end, such as event streams: a server that stops ends them at once instead of waiting for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

EVENT_STREAM = "text/event-stream"
_ENDLESS: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("endless", set)


def end_at_stop(app: web.Application) -> None:
    """Let `app` end its endless answers when it stops. Their callers see a connection that breaks off, and come again."""
    app[_ENDLESS] = set()
    app.on_shutdown.append(_end)


@contextmanager
def endless(request: web.Request) -> Iterator[None]:
    """The answer that is given inside has no end of its own."""
    task, tasks = asyncio.current_task(), request.app[_ENDLESS]
    if task is not None:
        tasks.add(task)
    try:
        yield
    finally:
        if task is not None:
            tasks.discard(task)


async def _end(app: web.Application) -> None:
    for task in app[_ENDLESS]:
        task.cancel()
