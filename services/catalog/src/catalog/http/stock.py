"""The stock of an owner's SKUs."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from catalog.application.stock_keeping import Quantity, Repeatable, StockKeeping
from catalog.domain.errors import NotFound, Refused
from catalog.domain.stock import Outcome, Stock
from catalog.http.access import caller_of, path_id
from contracts.api.stock import StockListRequest, StockOutcome, StockOutcomes, StockRequest, StockView
from runtime.web.bodies import json_response, read_json
from runtime.web.idempotency import fingerprint_of, idempotency_key, optional_idempotency_key
from runtime.web.problems import not_found
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER


class StockRoutes:
    """Owners reach the stock of their own mini programs only, operators any."""

    def __init__(self, stock: StockKeeping) -> None:
        self._stock = stock

    def routes(self) -> list[Route]:
        of_sku = "/v1/owner/skus/{sku_id}/stock"
        of_program = "/v1/owner/mini-programs/{mini_program_id}/stock"
        writers, editors = scopes(OWNER, OPS), roles(CATALOGUE)
        return [
            Route("GET", of_sku, self.get_stock, writers),
            Route("PUT", of_sku, self.put_stock, writers, roles=editors),
            Route("POST", of_program, self.post_stock, writers, roles=editors),
        ]

    async def get_stock(self, request: web.Request) -> web.Response:
        """A SKU's stock."""
        sku_id = path_id(request, "sku_id")
        return json_response(_view(await self._stock.get(caller_of(request), sku_id)))

    async def put_stock(self, request: web.Request) -> web.Response:
        """Change how many of a SKU are available."""
        sku_id = path_id(request, "sku_id")
        wanted = await read_json(request, StockRequest)
        quantity, repeatable = _quantity(sku_id, wanted), _repeatable(request, wanted, [wanted])
        return json_response(_view(await self._stock.adjust(caller_of(request), quantity, repeatable)))

    async def post_stock(self, request: web.Request) -> web.Response:
        """Change how many of each of many SKUs are available."""
        mini_program_id = path_id(request, "mini_program_id")
        wanted = await read_json(request, StockListRequest)
        quantities = [_quantity(item.sku_id, item) for item in wanted.items]
        outcomes = await self._stock.adjust_many(
            caller_of(request), mini_program_id, quantities, _repeatable(request, wanted, wanted.items)
        )
        items = [_outcome(q.sku_id, outcome) for q, outcome in zip(quantities, outcomes, strict=True)]
        return json_response(StockOutcomes(items=items))


def _quantity(sku_id: str, wanted: StockRequest) -> Quantity:
    return Quantity(sku_id, wanted.available, wanted.change)


def _repeatable(
    request: web.Request, body: StockRequest | StockListRequest, items: Sequence[StockRequest]
) -> Repeatable | None:
    """The request's idempotency key, which a `change` needs: sent twice without one, it would be made twice."""
    needed = any(item.change is not None for item in items)
    key = idempotency_key(request) if needed else optional_idempotency_key(request)
    return Repeatable(key, fingerprint_of(body)) if key is not None else None


def _view(stock: Stock) -> StockView:
    return StockView(
        sku_id=stock.sku_id,
        product_id=stock.product_id,
        available=stock.available,
        reserved=stock.reserved,
        sold=stock.sold,
        initial=stock.initial,
        adjusted=stock.adjusted,
    )


def _outcome(sku_id: str, outcome: Outcome) -> StockOutcome:
    match outcome:
        case NotFound():
            problem = not_found(str(outcome))
            return StockOutcome(sku_id=sku_id, outcome="failed", code="not_found", detail=problem.detail)
        case Refused():
            return StockOutcome(
                sku_id=sku_id, outcome="failed", code="not_enough_stock", detail=outcome.detail
            )
        case adjustment:
            made = "changed" if adjustment.change else "unchanged"
            return StockOutcome(sku_id=sku_id, outcome=made, available=adjustment.after.available)
