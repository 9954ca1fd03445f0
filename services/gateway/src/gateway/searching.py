"""The search column and in-store search: each result gets an id that says where it was shown; taking one is a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from contracts import engagement
from contracts.engagement import SearchPerformed, SearchResultClicked
from gateway.checks import Asked
from gateway.clicks import Clicks
from gateway.engagement import EngagementLog
from gateway.onward import led_on
from gateway.results import BadResult, ShownResult, read, sign
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.web.bodies import json_response
from runtime.web.problems import Problem, not_found

ID_FIELD = {"mini_program": "mini_program_id", "account": "account_id", "product": "product_id"}
LISTS = ("mini_programs", "accounts", "products")
LONGEST_QUERY = 4096
"""Characters of a query that analysts get to see."""


@dataclass(frozen=True, slots=True)
class Searching:
    """Searches and the clicks on what they found."""

    upstreams: Upstreams
    log: EngagementLog
    viewers: Viewers
    clicks: Clicks
    secret: str
    clock: Clock
    new_id: NewId

    async def search(self, asked: Asked) -> web.StreamResponse:
        """The page as search answers it, with a result id on each result."""
        found = await self.upstreams.call("search", asked.request)
        if not found.is_good:
            return found.response()
        page = found.json()
        self._shown(asked, page, page["results"])
        ids = {_key(result): result["result_id"] for result in page["results"]}
        for name in LISTS:
            for result in page[name]:
                result["result_id"] = ids.get(_key(result), "")
        return found.response(orjson.dumps(page))

    async def search_store(self, asked: Asked) -> web.StreamResponse:
        """The products of one mini program as search answers them, with a result id on each."""
        found = await self.upstreams.call("search", asked.request)
        if not found.is_good:
            return found.response()
        page = found.json()
        self._shown(asked, page, page["items"], asked.path["mini_program_id"])
        return found.response(orjson.dumps(page))

    def _shown(
        self, asked: Asked, page: dict[str, Any], results: list[dict[str, Any]], inside: str | None = None
    ) -> None:
        """Put ids into the results, and tell of the search; a shelf that was only looked through is no search."""
        search_id, viewer = self.new_id(), self.viewers.known(asked)
        host_id = str(asked.principal.host_id)
        for_all = {
            "search_id": search_id, "host_id": host_id, "viewer": viewer, "at": int(self.clock().timestamp()),
        }  # fmt: skip
        for rank, result in enumerate(results):
            kind, own = _key(result)
            told = {"kind": kind, "id": own, "program": result.get("mini_program_id"), "rank": rank}
            result["result_id"] = sign(for_all | told, self.secret)
        if not page["query"]:
            return
        event = SearchPerformed(
            viewer=self.viewers.key(viewer), viewer_is_known=bool(viewer), host_id=host_id, mini_program_id=inside,
            click_id=asked.principal.click_id, search_id=search_id, query=asked.query.q[:LONGEST_QUERY],
            results=tuple(_shown_result(rank, result) for rank, result in enumerate(results)),
        )  # fmt: skip
        self.log.note(event)

    async def click(self, asked: Asked) -> web.StreamResponse:
        """A result is taken."""
        host_id = str(asked.principal.host_id)
        try:
            result = read(asked.model.result_id, self.secret, host_id, self.clock())
        except BadResult as wrong:
            message = f"not a result that this host was shown in the last day: {wrong}"
            raise Problem(422, "invalid_content", message, errors=[("result_id", message)]) from None
        if asked.principal.mini_program_id not in (None, result.program):
            raise not_found("the mini program")
        if result.kind == "product":
            product = {"mini_program_id": result.program, "product_id": result.id}
            found = await self.clicks.product_target(asked, product)
            if not found.is_good:
                return found.response()
            clicked = found.json()
            return await self._clicked(asked, result, clicked, clicked["target"])
        if result.kind == "account":
            return await self._clicked(asked, result, {}, {"page": "account", "account_id": result.id})
        store = await self.upstreams.get(
            "catalog", asked.request, f"/v1/mini-programs/{result.id}/store?limit=1"
        )
        if not store.is_good and store.status != 404:
            return store.response()
        target = {"page": "store", "mini_program_id": result.id, "available": store.is_good}
        gone = {} if store.is_good else {"reason": "gone"}
        return await self._clicked(asked, result, {"mini_program_id": result.id}, target | gone)

    async def _clicked(
        self, asked: Asked, result: ShownResult, clicked: dict[str, Any], target: dict[str, Any]
    ) -> web.StreamResponse:
        """Sign and tell the click on `clicked`, and answer with `target`."""
        host_id, viewer = result.host_id, self.viewers.known(asked) or result.viewer
        # who is in a store came there by a click already: an order stays that click's
        click_id = asked.principal.click_id or self.clicks.signed("search", host_id, viewer, clicked)
        event = SearchResultClicked(
            viewer=self.viewers.key(viewer), host_id=host_id, mini_program_id=clicked.get("mini_program_id"),
            click_id=click_id, search_id=result.search_id, kind=result.kind, id=result.id, rank=result.rank,
        )  # fmt: skip
        await self.log.keep(event)
        return json_response({"click_id": click_id, "target": {"kind": result.kind, **led_on(target)}})


def _key(result: dict[str, Any]) -> tuple[str, str]:
    """Kind and id of a result."""
    return result["kind"], result[ID_FIELD[result["kind"]]]


def _shown_result(rank: int, result: dict[str, Any]) -> engagement.ShownResult:
    kind, own = _key(result)
    return engagement.ShownResult(kind=kind, id=own, rank=rank)
