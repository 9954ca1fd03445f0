"""What viewers read: entrance, store and product pages, videos, and where a tap leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from catalog.domain.errors import NotThere
from catalog.http.access import claim, path_id, speaking
from catalog.pages.cursors import read_cursor
from catalog.pages.shelf import MiniProgramEntry, Shelf
from contracts.api.common import PageQuery
from contracts.api.stores import StoreQuery
from runtime.mongo.client import Document
from runtime.web.bodies import read_query
from runtime.web.problems import unavailable
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, VIEWER, Principal

JSON = {"Content-Type": "application/json"}


def answer(body: bytes) -> web.Response:
    """Bytes that are JSON already."""
    return web.Response(body=body, headers=JSON)


class Pages:
    """The read side. `age` is for how many seconds the shelf may have missed changes, `max_age` how many are borne."""

    def __init__(self, shelf: Shelf, age: Callable[[], float], max_age: float) -> None:
        self._shelf = shelf
        self._age = age
        self._max_age = max_age

    def routes(self) -> list[Route]:
        """The calls, with their scopes."""
        product = "/v1/mini-programs/{mini_program_id}/products/{product_id}"
        anyone, host = scopes(HOST, VIEWER), scopes(HOST)
        return [
            Route("GET", "/v1/entry/mini-programs", speaking(self.entrance), host),
            Route("GET", "/v1/mini-programs/{mini_program_id}/store", speaking(self.store), anyone),
            Route("GET", product, speaking(self.product), anyone),
            Route("GET", product + "/target", speaking(self.product_target), anyone),
            Route("GET", "/v1/videos/{video_id}", speaking(self.video), host),
            Route(
                "GET", "/v1/videos/{video_id}/anchors/{anchor_id}/target", speaking(self.anchor_target), host
            ),
        ]

    async def entrance(self, request: web.Request) -> web.Response:
        """The mini programs of the caller's host."""
        query = read_query(request, PageQuery)
        place: Any = read_cursor(query.cursor, int, int, str)
        self._must_be_right()
        return answer(self._shelf.entrance(claim(principal_of(request), "host_id"), place, query.limit))

    async def store(self, request: web.Request) -> web.Response:
        """A store; its products are left out, and named so, when their prices and numbers may be too old."""
        query = read_query(request, StoreQuery) if request.query_string else FIRST_PAGE
        place: Any = read_cursor(query.cursor, int, str)
        program = self._entered(request)
        if self._age() > self._max_age:
            return answer(program.head + b'null,"degraded":["products"]}')
        products = self._shelf.store(program, query.category, place, query.limit)
        return answer(program.head + products + b',"degraded":[]}')

    async def product(self, request: web.Request) -> web.Response:
        """The purchase page of a product on the shelf of the mini program."""
        program = self._entered(request)
        product = self._shelf.products.get(request.match_info["product_id"])
        if product is None or product.mini_program_id != program.mini_program_id or not product.listed:
            raise NotThere("this product")
        self._must_be_right()
        return answer(self._shelf.page(product))

    async def product_target(self, request: web.Request) -> web.Response:
        """Where a link to a product leads, or why nowhere."""
        self._must_be_right()
        host_id = claim(principal_of(request), "host_id")
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        return answer(self._target(host_id, mini_program_id, product_id, {}))

    async def video(self, request: web.Request) -> web.Response:
        """The playback page of a video of the caller's host."""
        self._must_be_right()
        video, host_id = self._video(request)
        anchors = [self._anchor(host_id, anchor) for anchor in video["anchors"]]
        return answer(orjson.dumps(video_page(video, anchors)))

    async def anchor_target(self, request: web.Request) -> web.Response:
        """Where an anchor leads, or why nowhere; never to another shop's product."""
        self._must_be_right()
        video, host_id = self._video(request)
        anchor_id = request.match_info["anchor_id"]
        anchor = next((a for a in video["anchors"] if a["anchor_id"] == anchor_id), None)
        if anchor is None:
            raise NotThere("this anchor")
        creator = {"creator_id": video["creator_id"]}
        return answer(self._target(host_id, anchor["mini_program_id"], anchor["product_id"], creator))

    def _must_be_right(self) -> None:
        if self._age() > self._max_age:
            raise unavailable("the catalog cannot be read for the moment; try again")

    def _entered(self, request: web.Request) -> MiniProgramEntry:
        """The mini program in the path, published in the caller's host; a session sees only its own."""
        principal: Principal = principal_of(request)
        mini_program_id = request.match_info["mini_program_id"]
        program = self._shelf.mini_programs.get(mini_program_id)
        if (
            program is None
            or program.state != "published"
            or principal.host_id not in program.hosts
            or (principal.mini_program_id or mini_program_id) != mini_program_id
        ):
            if self._age() == float("inf"):
                raise unavailable("the catalog is starting; try again")
            raise NotThere("this mini program")
        return program

    def _video(self, request: web.Request) -> tuple[Document, str]:
        host_id = claim(principal_of(request), "host_id")
        video = self._shelf.videos.get(request.match_info["video_id"])
        if video is None or video["host_id"] != host_id:
            raise NotThere("this video")
        return video, host_id

    def _anchor(self, host_id: str, anchor: Document) -> Document:
        reason = self._shelf.why_unavailable(host_id, anchor["mini_program_id"], anchor["product_id"])
        product = self._shelf.products.get(anchor["product_id"])
        shown = product is not None and reason in (None, "sold_out")
        return {
            "anchor_id": anchor["anchor_id"],
            "title": anchor["title"],
            "title_en": anchor.get("title_en", ""),
            "mini_program_id": anchor["mini_program_id"],
            "product_id": anchor["product_id"],
            "price": {"amount": product.price, "currency": "CNY"} if product and shown else None,
            "image_url": product.image if product and shown else None,
            "start_ms": anchor["start_ms"],
            "available": reason is None,
        }

    def _target(self, host_id: str, mini_program_id: str, product_id: str, extra: Document) -> bytes:
        reason = self._shelf.why_unavailable(host_id, mini_program_id, product_id)
        product = self._shelf.products.get(product_id)
        page = (
            orjson.Fragment(self._shelf.page(product)) if product and reason in (None, "sold_out") else None
        )
        own = product is not None and product.mini_program_id == mini_program_id
        return orjson.dumps(
            {
                "target": {
                    "mini_program_id": mini_program_id,
                    "page": "product",
                    "product": page,
                    "available": reason is None,
                    "reason": reason,
                },
                "product_id": product_id,
                "mini_program_id": mini_program_id,
                "terms_version": product.terms_version if product and own else None,
                **extra,
            }
        )


FIRST_PAGE = StoreQuery()


def video_page(video: Document, anchors: list[Document]) -> Document:
    """VideoPage of a video's document."""
    return {
        "video_id": video["_id"],
        "title": video["title"],
        "title_en": video.get("title_en", ""),
        "creator": {
            "creator_id": video["creator_id"],
            "name": video["creator_name"],
            "name_en": video.get("creator_name_en", ""),
        },
        "cover_url": video["cover_url"],
        "duration_ms": video["duration_ms"],
        "anchors": anchors,
    }
