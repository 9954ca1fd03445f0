"""The stock of SKUs, as owners see and change it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.common import Answer, Id, Request

MAX_QUANTITY = 10_000_000
MAX_ITEMS = 1_000


class StockRequest(Request):
    """A SKU's new `available` quantity, or a `change` to it: give one of the two."""

    available: Annotated[int, Field(ge=0, le=MAX_QUANTITY)] | None = None
    change: Annotated[int, Field(ge=-MAX_QUANTITY, le=MAX_QUANTITY)] | None = None

    @model_validator(mode="after")
    def _either(self) -> StockRequest:
        if (self.available is None) == (self.change is None):
            raise ValueError("give either available or change, not both")
        return self


class StockItem(StockRequest):
    """The same for one of many SKUs."""

    sku_id: Id


class StockListRequest(Request):
    """Quantities of many SKUs of a mini program. A SKU may stand in it several times; they are done in order."""

    items: Annotated[list[StockItem], Field(min_length=1, max_length=MAX_ITEMS)]


class StockView(Answer):
    """The stock of a SKU: initial + adjusted = available + reserved + sold."""

    sku_id: str
    product_id: str
    available: int
    reserved: int
    sold: int
    initial: int
    adjusted: int


class StockOutcome(Answer):
    """What became of one item. `available` is the quantity afterwards; of a failed item, `code` and `detail` say why."""

    sku_id: str
    outcome: Literal["changed", "unchanged", "failed"]
    available: int | None = None
    code: Literal["not_found", "not_enough_stock"] | None = None
    detail: str | None = None


class StockOutcomes(Answer):
    """The outcomes of all items, in their order."""

    items: list[StockOutcome]
