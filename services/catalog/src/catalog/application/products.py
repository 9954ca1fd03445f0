"""An owner's feed: products with their SKUs, listed and delisted; terms that come from the mini program."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from catalog.adapters.aggregates import Aggregates
from catalog.adapters.shelf_stock import ShelfStock
from catalog.application import events
from catalog.application.caller import Caller
from catalog.domain import product as rules
from catalog.domain.errors import NotThere, Refused
from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Product, Sheet
from contracts.event import Event


class Products:
    """The use cases of products."""

    def __init__(
        self, products: Aggregates[Product], programs: Aggregates[MiniProgram], stock: ShelfStock
    ) -> None:
        self._products = products
        self._programs = programs
        self._stock = stock
        self._new_terms: asyncio.Queue[str] = asyncio.Queue()

    async def put(
        self, caller: Caller, mini_program_id: str, product_id: str, sheet: Sheet, initial: dict[str, int]
    ) -> tuple[Product, bool]:
        """List the product, or change it to `sheet`; answers it and whether it is new.

        `initial` is the stock that new SKUs start with; a SKU that exists keeps its own. SKUs are claimed before the product
        is written: what is on sale has stock. Raises NotThere, WrongContent, and Refused when the id or a SKU is another
        product's.
        """
        rules.check(sheet)
        program = caller.must_own(await self._programs.get(mini_program_id))

        def decide(current: Product | None) -> tuple[Product, Sequence[Event]]:
            if current is None:
                change = rules.list_new(product_id, mini_program_id, sheet, program.terms)
            else:
                if current.mini_program_id != mini_program_id:
                    raise Refused("product_id_taken", "another mini program has a product of this id")
                change = rules.change(current, sheet, program.terms)
            return change[0], events.of_product(*change)

        decide(await self._products.get(product_id))
        await self._stock.claim(product_id, mini_program_id, initial)
        return await self._products.change(product_id, decide)

    async def delist(self, caller: Caller, mini_program_id: str, product_id: str) -> Product:
        """Take the product off the shelf; raises NotThere."""
        caller.must_own(await self._programs.get(mini_program_id))

        def decide(current: Product | None) -> tuple[Product, Sequence[Event]]:
            if current is None or current.mini_program_id != mini_program_id:
                raise NotThere("this product")
            change = rules.delist(current)
            return change[0], events.of_product(*change)

        product, _ = await self._products.change(product_id, decide)
        return product

    def terms_may_have_changed(self, mini_program_id: str) -> None:
        """Have the mini program's terms carried to its products soon."""
        self._new_terms.put_nowait(mini_program_id)

    async def spread_terms(self) -> None:
        """Carry mini programs' terms to the products that have none of their own, for ever.

        Looks at every mini program once at the start, so that a crash between the two leaves nothing behind.
        """
        for mini_program_id in await self._programs.ids({}):
            self._new_terms.put_nowait(mini_program_id)
        while True:
            await self._spread(await self._new_terms.get())

    async def _spread(self, mini_program_id: str) -> None:
        program = await self._programs.get(mini_program_id)
        if program is None:
            return
        terms = program.terms

        def decide(current: Product | None) -> tuple[Product, Sequence[Event]]:
            if current is None:
                raise NotThere("this product")
            change = rules.take_terms(current, terms)
            return change[0], events.of_product(*change)

        differ = [
            {"terms.platform_bp": {"$ne": terms.platform_bp}},
            {"terms.creator_bp": {"$ne": terms.creator_bp}},
        ]
        for product_id in await self._products.ids(
            {"mini_program_id": mini_program_id, "own_terms": None, "$or": differ}
        ):
            await self._products.change(product_id, decide)
