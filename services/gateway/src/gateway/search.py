"""Search, and taps on its results: each result gets a signed id that says where it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from contracts.engagement import SearchPerformed, SearchResultClicked, ShownResult
from gateway.checks import CheckedRequest
from gateway.clicks import ClickSigner
from gateway.engagement import EngagementBuffer
from gateway.fallback import with_fallback
from gateway.proxy import CallHandler
from gateway.signed_results import BadResult, SignedResult, read_result
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.web.bodies import json_response
from runtime.web.problems import Problem, not_found

ID_FIELDS = {"mini_program": "mini_program_id", "account": "account_id", "product": "product_id"}
LISTS = ("mini_programs", "accounts", "products")
MAX_PUBLISHED_QUERY = 4096
"""Characters of a query that the event holds."""


@dataclass(frozen=True, slots=True)
class SearchRoutes:
    """Searches, and taps on their results."""

    upstreams: Upstreams
    engagement: EngagementBuffer
    viewers: Viewers
    clicks: ClickSigner
    secret: str
    clock: Clock
    new_id: NewId

    def handlers(self) -> dict[str, CallHandler]:
        """By the name of the call."""
        return {"search": self.search, "search_store": self.search_store, "click_result": self.click_result}

    async def search(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with search's own page and a result id on each result."""
        found = await self.upstreams.call("search", request.http)
        if not found.is_success:
            return found.response()
        page = found.json()
        self._sign_and_publish(request, page, page["results"])
        ids = {_key(result): result["result_id"] for result in page["results"]}
        for name in LISTS:
            for result in page[name]:
                result["result_id"] = ids.get(_key(result), "")
        return found.response(orjson.dumps(page))

    async def search_store(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with the products of one mini program and a result id on each."""
        found = await self.upstreams.call("search", request.http)
        if not found.is_success:
            return found.response()
        page = found.json()
        self._sign_and_publish(request, page, page["items"], request.path["mini_program_id"])
        return found.response(orjson.dumps(page))

    async def click_result(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with the signed click and where the result leads."""
        result = self._read_result(request)
        if request.principal.mini_program_id not in (None, result.mini_program_id):
            raise not_found("the mini program")
        if result.kind == "account":
            return await self._clicked(request, result, {}, {"page": "account", "account_id": result.id})
        if result.kind == "mini_program":
            return await self._click_mini_program(request, result)
        found = await self.upstreams.product_target(request.http, str(result.mini_program_id), result.id)
        if not found.is_success:
            return found.response()
        product = found.json()
        return await self._clicked(request, result, product, product["target"])

    async def _click_mini_program(self, request: CheckedRequest, result: SignedResult) -> web.StreamResponse:
        store = await self.upstreams.get(
            "catalog", request.http, f"/v1/mini-programs/{result.id}/store?limit=1"
        )
        if not store.is_success and store.status != 404:
            return store.response()
        target = {"page": "store", "mini_program_id": result.id, "available": store.is_success}
        reason = {} if store.is_success else {"reason": "gone"}
        return await self._clicked(request, result, {"mini_program_id": result.id}, target | reason)

    async def _clicked(
        self, request: CheckedRequest, result: SignedResult, clicked: dict[str, Any], target: dict[str, Any]
    ) -> web.StreamResponse:
        """Sign and publish the click on `clicked`, and answer with `target`."""
        host_id, viewer = result.host_id, self.viewers.known(request) or result.viewer
        # a viewer inside a store came by an earlier click: their order is attributed to that one
        click_id = request.principal.click_id or self.clicks.click_id("search", host_id, viewer, clicked)
        event = SearchResultClicked(
            **self.viewers.of_event(viewer), host_id=host_id, mini_program_id=clicked.get("mini_program_id"),
            click_id=click_id, search_id=result.search_id, kind=result.kind, id=result.id, rank=result.rank,
        )  # fmt: skip
        await self.engagement.publish(event)
        return json_response({"click_id": click_id, "target": {"kind": result.kind, **with_fallback(target)}})

    def _read_result(self, request: CheckedRequest) -> SignedResult:
        try:
            return read_result(request.model.result_id, self.secret, str(request.principal.host_id))
        except BadResult:
            message = "is not the id of a result that this host was shown in the last day; search again"
            raise Problem(
                422, "invalid_content", f"The result_id {message}.", errors=[("result_id", message)]
            ) from None

    def _sign_and_publish(
        self,
        request: CheckedRequest,
        page: dict[str, Any],
        results: list[dict[str, Any]],
        mini_program_id: str | None = None,
    ) -> None:
        """Put ids into the results and publish the search.

        Without a query the viewer only browsed, and with HEAD nobody sees the results: no event.
        """
        search_id, viewer, now = self.new_id(), self.viewers.known(request), self.clock()
        host_id = str(request.principal.host_id)
        for rank, result in enumerate(results):
            kind, own_id = _key(result)
            signed = SignedResult(
                search_id=search_id, kind=kind, id=own_id, mini_program_id=result.get("mini_program_id"), rank=rank,
                host_id=host_id, viewer=viewer,
            )  # fmt: skip
            result["result_id"] = signed.sign(self.secret, now)
        if not page["query"] or request.http.method == "HEAD":
            return
        event = SearchPerformed(
            **self.viewers.of_event(viewer), host_id=host_id,
            mini_program_id=mini_program_id, click_id=request.principal.click_id, search_id=search_id,
            query=request.query.q[:MAX_PUBLISHED_QUERY],
            results=tuple(_shown_result(rank, result) for rank, result in enumerate(results)),
        )  # fmt: skip
        self.engagement.add(event)


def _key(result: dict[str, Any]) -> tuple[Any, str]:
    """Kind and id of a result."""
    return result["kind"], result[ID_FIELDS[result["kind"]]]


def _shown_result(rank: int, result: dict[str, Any]) -> ShownResult:
    kind, own_id = _key(result)
    return ShownResult(kind=kind, id=own_id, rank=rank)
