"""Calls for the stock of SKUs."""

from __future__ import annotations

from contracts.api.stock import StockListRequest, StockOutcomes, StockRequest, StockView
from gateway import faults
from gateway.calls import Call
from gateway.headers import OPTIONAL_IDEMPOTENCY_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER

TAG = "Owners"
OF_SKU = "/v1/owner/skus/{sku_id}/stock"
OWNER_OR_OPERATOR = scopes(OWNER, OPS)
EDITORS = roles(CATALOGUE)
KEY_FAULTS = (faults.KEY_MISSING, faults.KEY_REUSED)
"""A `change` needs a key, a number does not."""

CALLS = (
    Call(
        method="GET",
        path=OF_SKU,
        name="read_stock",
        summary="Read a SKU's stock",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        answer=StockView,
    ),
    Call(
        method="PUT",
        path=OF_SKU,
        name="adjust_stock",
        summary="Set the available quantity of a SKU, or change it (with an Idempotency-Key)",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        body=StockRequest,
        answer=StockView,
        faults=(*KEY_FAULTS, faults.NOT_ENOUGH_STOCK, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path="/v1/owner/mini-programs/{mini_program_id}/stock",
        name="adjust_stock_of_many",
        limit="bulk",
        summary="Set or change the available quantities of many SKUs, and read what became of each",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        body=StockListRequest,
        answer=StockOutcomes,
        faults=(*KEY_FAULTS, faults.CONFLICT),
    ),
)
