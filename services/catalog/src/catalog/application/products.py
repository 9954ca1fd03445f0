"""An owner's products with their SKUs: listed, changed, delisted."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.application.caller import Caller
from catalog.application.contracts_out import product_event
from catalog.application.ports import MiniProgramStore, ProductStore, StockStore
from catalog.domain import product as rules
from catalog.domain.errors import NotFound, Refused, must_exist
from catalog.domain.product import Changed, Product, ProductDetails
from runtime.clock import Clock
from runtime.outbox.changes import Change

NAME = "this product"


class Products:
    """The use cases of products."""

    def __init__(
        self, products: ProductStore, programs: MiniProgramStore, stock: StockStore, clock: Clock
    ) -> None:
        self._products = products
        self._programs = programs
        self._stock = stock
        self._clock = clock

    async def put(
        self,
        caller: Caller,
        mini_program_id: str,
        product_id: str,
        details: ProductDetails,
        initial: Mapping[str, int],
    ) -> tuple[Product, bool]:
        """List the product, or replace its details; gives it and whether it is new.

        `initial` is the stock that new SKUs start with; an existing SKU keeps its own. SKUs are claimed before the product
        is written, so that a product on sale has stock. Raises NotFound, WrongContent, and Refused if the id or a SKU is
        another product's.
        """
        rules.check(details)
        program = caller.owned(await self._programs.get(mini_program_id))

        def decide(current: Product | None) -> Change[Product] | None:
            if current is None:
                return self._change(rules.list_new(product_id, mini_program_id, details, program.terms))
            if current.mini_program_id != mini_program_id:
                raise Refused("product_id_taken", "Another mini program has a product with this id.")
            return self._change(rules.change(current, details, program.terms))

        decide(await self._products.get(product_id))  # a refused product claims no SKU
        await self._stock.claim(product_id, mini_program_id, initial)
        result = await self._products.change(product_id, decide)
        return must_exist(result.aggregate, NAME), result.created

    async def delist(self, caller: Caller, mini_program_id: str, product_id: str) -> Product:
        """Take the product off sale; raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))

        def decide(current: Product | None) -> Change[Product] | None:
            if current is None or current.mini_program_id != mini_program_id:
                raise NotFound(NAME)
            return self._change(rules.delist(current))

        result = await self._products.change(product_id, decide)
        return must_exist(result.aggregate, NAME)

    def _change(self, changed: Changed | None) -> Change[Product] | None:
        if changed is None:
            return None
        return Change(changed[0], [product_event(*changed)], {"created_at": self._clock()})
