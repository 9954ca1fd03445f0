"""New commission terms of a mini program reach its products."""

from __future__ import annotations

import asyncio

from catalog.application.contracts_out import product_event
from catalog.application.ports import MiniProgramStore, ProductStore
from catalog.domain import product as rules
from catalog.domain.errors import must_exist
from catalog.domain.product import Product
from catalog.domain.terms import Terms
from runtime.outbox.changes import Change


class SpreadTerms:
    """Copies mini programs' terms to the products that have none of their own."""

    def __init__(self, programs: MiniProgramStore, products: ProductStore) -> None:
        self._programs = programs
        self._products = products
        self._requested: asyncio.Queue[str] = asyncio.Queue()

    def request(self, mini_program_id: str) -> None:
        """Check this mini program's products soon."""
        self._requested.put_nowait(mini_program_id)

    async def run(self) -> None:
        """Check all mini programs once, because a crash may have lost a request; then serve requests endlessly."""
        for mini_program_id in await self._programs.ids():
            self.request(mini_program_id)
        while True:
            await self._spread(await self._requested.get())

    async def _spread(self, mini_program_id: str) -> None:
        program = await self._programs.get(mini_program_id)
        if program is None:
            return
        terms = program.terms
        for product_id in await self._products.ids_with_other_terms(mini_program_id, terms):
            await self._products.change(product_id, lambda current: _take_terms(current, terms))


def _take_terms(current: Product | None, terms: Terms) -> Change[Product] | None:
    changed = rules.take_terms(must_exist(current, "this product"), terms)
    return Change(changed[0], [product_event(*changed)]) if changed is not None else None
