"""Owners say who may promote their products; creators read what they may promote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.application.caller import Caller
from catalog.application.contracts_out import promotion_event
from catalog.application.ports import MiniProgramStore, ProductStore
from catalog.application.video_ports import CreatorRegister, PromotionStore
from catalog.domain.errors import WrongContent
from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Product
from catalog.domain.promotion import Promotion, Who
from runtime.errors import must_be_version
from runtime.outbox.changes import Change

BATCH = 200


@dataclass(frozen=True, slots=True)
class Promotable:
    """A product that a creator may promote, with its mini program."""

    product: Product
    program: MiniProgram


class Promotions:
    """The use cases of promotion."""

    def __init__(
        self,
        promotions: PromotionStore,
        programs: MiniProgramStore,
        products: ProductStore,
        creators: CreatorRegister,
    ) -> None:
        self._promotions = promotions
        self._programs = programs
        self._products = products
        self._creators = creators

    async def get(self, caller: Caller, mini_program_id: str) -> Promotion:
        """Who may promote the caller's mini program; raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))
        return (await self._promotions.of([mini_program_id]))[mini_program_id]

    async def put(
        self,
        caller: Caller,
        mini_program_id: str,
        who: Who,
        creator_ids: Iterable[str],
        expected: int | None,
    ) -> Promotion:
        """Say who may; anchors of all others are hidden within seconds, and shown again once they may.

        Raises NotFound, WrongContent for a creator that does not exist, and VersionConflict.
        """
        program = caller.owned(await self._programs.get(mini_program_id))
        invited = tuple(creator_ids)
        known = await self._creators.known(invited)
        if unknown := [one for one in invited if one not in known]:
            raise WrongContent(
                *((f"creator_ids[{invited.index(one)}]", "there is no such creator") for one in unknown)
            )

        def decide(current: Promotion | None) -> Change[Promotion] | None:
            present = current or Promotion(mini_program_id)
            must_be_version(expected, present.version)
            after = present.change(who, invited)
            return Change(after, [promotion_event(after, program)]) if after is not None else None

        result = await self._promotions.change(mini_program_id, decide)
        return result.aggregate or Promotion(mini_program_id)

    async def promotable(self, creator_id: str, text: str, after: str | None, limit: int) -> list[Promotable]:
        """At most `limit` listed products that the creator may promote, in order of their ids, from the one after `after`.

        `text` is a part of their titles.
        """
        closed = await self._promotions.closed_to(creator_id)
        found: list[Promotable] = []
        while len(found) < limit:
            products = await self._products.listed(text, closed, after, BATCH)
            programs = await self._programs.get_many({one.mini_program_id for one in products})
            found += [
                Promotable(one, program)
                for one in products
                if (program := programs.get(one.mini_program_id)) is not None and program.state == "published"
            ]
            if len(products) < BATCH:
                break
            after = products[-1].product_id
        return found[:limit]
