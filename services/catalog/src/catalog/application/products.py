"""An owner's products with their SKUs: listed, changed, delisted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog.application.caller import Caller, may_prepare
from catalog.application.content_checks import ContentChecks
from catalog.application.contracts_out import product_event
from catalog.application.pictures import Pictures
from catalog.application.ports import HistoryStore, MiniProgramStore, OwnerRegister, ProductStore, StockStore
from catalog.domain import product as rules
from catalog.domain.errors import NotFound, Refused, must_exist
from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Changed, Product, ProductDetails, ProductFilter
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change

NAME = "this product"
Edit = Callable[[Product], tuple[ProductDetails, Mapping[str, int]]]
"""What a product becomes, and the stock that its new SKUs start with."""


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """A product as its owner sees it, with what can be sold of each SKU."""

    product: Product
    available: Mapping[str, int]


class Products:
    """The use cases of products."""

    def __init__(
        self,
        products: ProductStore,
        programs: MiniProgramStore,
        histories: HistoryStore,
        stock: StockStore,
        owners: OwnerRegister,
        pictures: Pictures,
        checks: ContentChecks,
        clock: Clock,
    ) -> None:
        self._products = products
        self._programs = programs
        self._histories = histories
        self._stock = stock
        self._owners = owners
        self._pictures = pictures
        self._checks = checks
        self._clock = clock

    async def get(self, caller: Caller, mini_program_id: str, product_id: str) -> OwnProduct:
        """One of the mini program's products; raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))
        product = await self._products.get(product_id)
        if product is None or product.mini_program_id != mini_program_id:
            raise NotFound(NAME)
        return (await self._with_stock([product]))[0]

    async def page(
        self, caller: Caller, mini_program_id: str, wanted: ProductFilter, asked: Asked, limit: int
    ) -> Part[OwnProduct]:
        """At most `limit` products that fit. Raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))
        found = await self._products.page(mini_program_id, wanted, asked, limit)
        return Part(await self._with_stock(found.items), found.following)

    async def put(
        self,
        caller: Caller,
        mini_program_id: str,
        product_id: str,
        details: ProductDetails,
        initial: Mapping[str, int],
        expected: int | None = None,
    ) -> tuple[OwnProduct, bool]:
        """List the product, or replace its details; gives it and whether it is new.

        `initial` is the stock that new SKUs start with; an existing SKU keeps its own. SKUs are claimed before the product
        is written, so that a product on sale has stock. Raises NotFound, WrongContent, ContentRefused, ContentWaits, Refused if the id or a SKU is another
        product's or while the owner is suspended, and VersionConflict if it has not the `expected` version (0 for none yet).
        """
        rules.check(details)
        program = caller.owned(await self._programs.get(mini_program_id))
        await may_prepare(caller.owner_id, self._owners)
        rules.check_category(details, await self._categories(program))

        def decide(current: Product | None) -> Change[Product] | None:
            if current is not None and current.mini_program_id != mini_program_id:
                raise Refused("product_id_taken", "Another mini program has a product with this id.")
            must_be_version(expected, current.edition if current is not None else 0)
            own = details if caller.is_operator else rules.by_owner(details, current, program.terms)
            if current is None:
                return self._change(rules.list_new(product_id, mini_program_id, own, program.terms))
            return self._change(rules.change(current, own, program.terms))

        present = await self._products.get(product_id)
        decide(present)  # a refused product claims no SKU
        await self._check_pictures(caller, details, present)
        await self._must_be_showable(caller, mini_program_id, product_id, present, details)
        await self._stock.claim(product_id, mini_program_id, initial)
        result = await self._products.change(product_id, decide)
        return (await self._with_stock([must_exist(result.aggregate, NAME)]))[0], result.created

    async def edit(
        self, caller: Caller, mini_program_id: str, product_id: str, edit: Edit, expected: int | None
    ) -> OwnProduct:
        """The product as `edit` changes it; raises what `put` raises, what `edit` raises, and NotFound if there is none."""
        present = (await self.get(caller, mini_program_id, product_id)).product
        program = caller.owned(await self._programs.get(mini_program_id))
        await may_prepare(caller.owner_id, self._owners)
        wanted, initial = edit(present)
        rules.check(wanted)
        rules.check_category(wanted, await self._categories(program))

        def decide(current: Product | None) -> Change[Product] | None:
            product = must_exist(current, NAME)
            must_be_version(expected, product.edition)
            details, _ = edit(product)
            own = details if caller.is_operator else rules.by_owner(details, product, program.terms)
            return self._change(rules.change(product, own, program.terms))

        decide(present)  # a refused change claims no SKU
        await self._check_pictures(caller, wanted, present)
        await self._must_be_showable(caller, mini_program_id, product_id, present, wanted)
        await self._stock.claim(product_id, mini_program_id, initial)
        result = await self._products.change(product_id, decide)
        return (await self._with_stock([must_exist(result.aggregate, NAME)]))[0]

    async def _check_pictures(self, caller: Caller, details: ProductDetails, present: Product | None) -> None:
        wanted = [(f"images[{number}]", url) for number, url in enumerate(details.images)]
        await self._pictures.check(
            caller.owner_id, wanted, present.details.images if present is not None else ()
        )

    async def _must_be_showable(
        self,
        caller: Caller,
        mini_program_id: str,
        product_id: str,
        present: Product | None,
        wanted: ProductDetails,
    ) -> None:
        """Check an owner's texts. An operator's own change is the operator's verdict."""
        if not caller.is_operator:
            shown = present.details.texts() if present is not None else {}
            await self._checks.must_pass("product", product_id, mini_program_id, wanted.texts(), shown)

    async def _categories(self, program: MiniProgram) -> list[str]:
        """Those of the mini program as viewers see it, and of its draft."""
        history = await self._histories.get(program.mini_program_id)
        drafted = history.draft.categories if history is not None else ()
        return list(dict.fromkeys(one.category_id for one in (*program.details.categories, *drafted)))

    async def _with_stock(self, products: Sequence[Product]) -> list[OwnProduct]:
        available = await self._stock.available(
            {sku.sku_id for product in products for sku in product.details.skus}
        )
        return [OwnProduct(product, available) for product in products]

    async def delist(self, caller: Caller, mini_program_id: str, product_id: str) -> OwnProduct:
        """Take the product off sale; raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))

        def decide(current: Product | None) -> Change[Product] | None:
            if current is None or current.mini_program_id != mini_program_id:
                raise NotFound(NAME)
            return self._change(rules.delist(current))

        result = await self._products.change(product_id, decide)
        return (await self._with_stock([must_exist(result.aggregate, NAME)]))[0]

    def _change(self, changed: Changed | None) -> Change[Product] | None:
        if changed is None:
            return None
        return Change(changed[0], [product_event(*changed)], {"created_at": self._clock()})
