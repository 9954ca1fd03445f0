"""What owners, creators and operators write."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from catalog.adapters.shelf_stock import ShelfStock
from catalog.application.mini_programs import MiniPrograms
from catalog.application.products import Products
from catalog.application.videos import Videos
from catalog.domain import mini_program as rules
from catalog.domain.mini_program import Change, MiniProgram
from catalog.http.access import caller_of, claim, path_id, speaking
from catalog.http.shapes import (
    face_of,
    mini_program_view,
    product_view,
    sheet_of,
    stock_view,
    video_of,
    video_view,
)
from catalog.pages.cursors import read_cursor, write_cursor
from contracts.api.common import Page, PageQuery
from contracts.api.mini_programs import MiniProgramRequest, MiniProgramView, SuspensionRequest
from contracts.api.products import ProductRequest, StockRequest
from contracts.api.videos import VideoRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.routes import Handler, Route, principal_of, scopes
from runtime.web.tokens import CREATOR, OPS, OWNER


class Owners:
    """The write side. Owners touch their own mini programs only; operators any."""

    def __init__(self, programs: MiniPrograms, products: Products, videos: Videos, stock: ShelfStock) -> None:
        self._programs = programs
        self._products = products
        self._videos = videos
        self._stock = stock

    def routes(self) -> list[Route]:
        """The calls, with their scopes."""
        programs = "/v1/owner/mini-programs"
        program = programs + "/{mini_program_id}"
        product = program + "/products/{product_id}"
        stock = "/v1/owner/skus/{sku_id}/stock"
        ops = "/v1/ops/mini-programs/{mini_program_id}"
        writers = scopes(OWNER, OPS)

        def route(method: str, path: str, handler: Handler, *allowed: str) -> Route:
            return Route(method, path, speaking(handler), scopes(*allowed) if allowed else writers)

        return [
            route("GET", programs, self.list_programs),
            route("GET", program, self.get_program),
            route("PUT", program, self.put_program),
            route("PUT", product, self.put_product),
            route("DELETE", product, self.delete_product),
            route("GET", stock, self.get_stock),
            route("PUT", stock, self.put_stock),
            route("PUT", "/v1/creator/videos/{video_id}", self.put_video, CREATOR),
            route("POST", ops + "/publication", self._moving(rules.publish), OPS),
            route("POST", ops + "/suspension", self.suspend, OPS),
            route("POST", ops + "/reinstatement", self._moving(rules.reinstate), OPS),
        ]

    async def list_programs(self, request: web.Request) -> web.Response:
        """The caller's mini programs."""
        query = read_query(request, PageQuery)
        place = read_cursor(query.cursor, str)
        after = str(place[0]) if place else None
        found = await self._programs.of(caller_of(request), after, query.limit + 1)
        shown = found[: query.limit]
        more = write_cursor((shown[-1].mini_program_id,)) if len(found) > query.limit else None
        return json_response(
            Page[MiniProgramView](items=[mini_program_view(p) for p in shown], next_cursor=more)
        )

    async def get_program(self, request: web.Request) -> web.Response:
        """One of them."""
        program = await self._programs.get(caller_of(request), path_id(request, "mini_program_id"))
        return json_response(mini_program_view(program))

    async def put_program(self, request: web.Request) -> web.Response:
        """Register or change a mini program."""
        mini_program_id, caller = path_id(request, "mini_program_id"), caller_of(request)
        wanted = await read_json(request, MiniProgramRequest)
        program, new = await self._programs.put(
            caller, mini_program_id, face_of(wanted, mini_program_id, caller)
        )
        self._products.terms_may_have_changed(mini_program_id)
        return json_response(mini_program_view(program), 201 if new else 200)

    async def put_product(self, request: web.Request) -> web.Response:
        """List or change a product."""
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        wanted = await read_json(request, ProductRequest)
        initial = {sku.sku_id: sku.initial_stock for sku in wanted.skus}
        product, new = await self._products.put(
            caller_of(request), mini_program_id, product_id, sheet_of(wanted), initial
        )
        return json_response(product_view(product), 201 if new else 200)

    async def delete_product(self, request: web.Request) -> web.Response:
        """Take a product off the shelf."""
        product = await self._products.delist(
            caller_of(request), path_id(request, "mini_program_id"), path_id(request, "product_id")
        )
        return json_response(product_view(product))

    async def get_stock(self, request: web.Request) -> web.Response:
        """Where a SKU's stock is."""
        stock = await self._stock.get(path_id(request, "sku_id"))
        await self._programs.get(caller_of(request), stock.mini_program_id)
        return json_response(stock_view(stock))

    async def put_stock(self, request: web.Request) -> web.Response:
        """Change how many of a SKU are available."""
        sku_id = path_id(request, "sku_id")
        wanted = await read_json(request, StockRequest)
        await self._programs.get(caller_of(request), (await self._stock.get(sku_id)).mini_program_id)
        stock = await self._stock.adjust(sku_id, available=wanted.available, change=wanted.change)
        return json_response(stock_view(stock))

    async def put_video(self, request: web.Request) -> web.Response:
        """Publish or change a video with its anchors."""
        creator_id, video_id = claim(principal_of(request), "creator_id"), path_id(request, "video_id")
        wanted = await read_json(request, VideoRequest)
        video, new = await self._videos.put(video_of(wanted, video_id, creator_id))
        return json_response(video_view(video), 201 if new else 200)

    async def suspend(self, request: web.Request) -> web.Response:
        """Suspend a mini program."""
        mini_program_id = path_id(request, "mini_program_id")
        reason = (await read_json(request, SuspensionRequest)).reason
        program = await self._programs.move(mini_program_id, lambda current: rules.suspend(current, reason))
        return json_response(mini_program_view(program))

    def _moving(self, rule: Callable[[MiniProgram], Change]) -> Handler:
        async def move(request: web.Request) -> web.Response:
            program = await self._programs.move(path_id(request, "mini_program_id"), rule)
            return json_response(mini_program_view(program))

        return move
