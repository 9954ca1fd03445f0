"""For operators: is it alive, is it ready, what does it count."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError

from runtime.mongo.client import Client


class OperationRoutes:
    """`/livez`, `/readyz`, `/metrics`."""

    def __init__(self, client: Client, alive: Callable[[], bool]) -> None:
        self._client = client
        self._alive = alive

    def routes(self) -> list[web.RouteDef]:
        """All three."""
        return [
            web.get("/livez", self._live),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        ]

    async def _live(self, request: web.Request) -> web.Response:
        if not self._alive():
            return web.Response(status=503, text="background work has ended")
        return web.Response(text="ok")

    async def _ready(self, request: web.Request) -> web.Response:
        try:
            await self._client.admin.command("ping")
        except PyMongoError as error:
            return web.Response(status=503, text=f"mongodb: {type(error).__name__}")
        return web.Response(text="ok")

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
