"""The platform assembled: its parts, its web server, and what it does in the background."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat

import aiohttp
from aiohttp import web

from platform_demo.book import Book
from platform_demo.catalogue import Catalogue, load_catalogue
from platform_demo.database import Database
from platform_demo.gateway import Away, Gateway, Refused
from platform_demo.page import HEADERS, Page
from platform_demo.pushing import Pusher
from platform_demo.receiving import Receiver
from platform_demo.reconciling import Reconciler, is_overdue, next_night
from platform_demo.settings import Settings
from platform_demo.shelf import Shelf
from platform_demo.working import Worker

PAUSES = (2, 5, 15, 30, 60, 300)
"""Seconds between tries of the first push and of a reconciliation while Anchorage is away; the last one repeats."""
LONGEST_SLEEP = 3600.0
"""Seconds."""
MAX_BODY = 1024 * 1024

log = logging.getLogger(__name__)


@dataclass
class Parts:
    """All parts, ready to use."""

    settings: Settings
    catalogue: Catalogue
    database: Database
    shelf: Shelf
    book: Book
    worker: Worker
    pusher: Pusher
    receiver: Receiver
    reconciler: Reconciler


@asynccontextmanager
async def parts_of(settings: Settings) -> AsyncIterator[Parts]:
    """The parts, once the catalogue's products are in the database. Raises WrongCatalogue."""
    catalogue = load_catalogue(settings.catalogue)
    database = Database(settings.database)
    async with aiohttp.ClientSession() as http:
        try:
            gateway = Gateway(http, settings.gateway, settings.client_id, settings.client_secret)
            shelf, book = Shelf(database), Book(database)
            shelf.add_new(catalogue.shops)
            carriers = {shop.mini_program_id: shop.carrier for shop in catalogue.shops}
            worker = Worker(gateway, book, carriers, settings.refund_at_once)
            pusher = Pusher(gateway, database, shelf, book)
            receiver = Receiver(gateway, database, book, worker, settings.webhook_url)
            reconciler = Reconciler(gateway, database, shelf, book, worker, pusher, receiver, catalogue.shops)
            yield Parts(settings, catalogue, database, shelf, book, worker, pusher, receiver, reconciler)
        finally:
            database.close()


def web_app(parts: Parts) -> web.Application:
    """The routes: the webhook, the page, and two health checks."""
    app = web.Application(client_max_size=MAX_BODY)

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)

    page = Page(parts.catalogue, parts.book, parts.shelf, parts.worker, parts.reconciler)
    app.on_response_prepare.append(add_headers)
    app.add_routes([web.get("/livez", alive), web.get("/readyz", alive), *page.routes()])
    app.add_routes([web.post("/webhooks", parts.receiver.receive)])
    return app


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set; Anchorage need not be up yet. Raises WrongCatalogue, and OSError if the port is taken."""
    async with parts_of(settings) as parts:
        runner = web.AppRunner(web_app(parts), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        log.info("%s at http://%s:%s", parts.catalogue.name.en, settings.host, settings.port)
        tasks = [asyncio.create_task(work) for work in (stop.wait(), parts.worker.run(), _days(parts))]
        if not settings.webhook_url:
            tasks.append(asyncio.create_task(parts.receiver.follow()))
        ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await runner.cleanup()
        for task in ended:
            task.result()  # an error ends the process, so that its supervisor restarts it


async def _days(parts: Parts) -> None:
    """Subscribe and push once, then reconcile every night; at once if the last time was more than a day ago."""
    await _until_done(lambda: _begin(parts))
    while True:
        if not is_overdue(parts.database.setting("reconciled"), datetime.now(UTC)):
            await _sleep_until(next_night(parts.settings.reconcile_at, datetime.now(UTC)))
        await _until_done(parts.reconciler.reconcile)


async def _sleep_until(due: datetime) -> None:
    """Checks the clock at least every LONGEST_SLEEP: it may have been set, or the computer may have slept."""
    while (left := (due - datetime.now(UTC)).total_seconds()) > 0:
        await asyncio.sleep(min(left, LONGEST_SLEEP))


async def _begin(parts: Parts) -> None:
    if parts.settings.webhook_url:
        await parts.receiver.subscribe()
    await parts.pusher.push(parts.catalogue.shops)


async def _until_done(work: Callable[[], Awaitable[object]]) -> None:
    """Try again while Anchorage is away or refuses; it may not know the shop yet."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            await work()
        except (Away, Refused) as failed:
            log.warning("%s; trying again in %s s", failed.args[0], pause)
            await asyncio.sleep(pause)
        else:
            return
