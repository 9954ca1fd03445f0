"""A viewer shares a product."""

from __future__ import annotations

from dataclasses import dataclass

from roundcode.look import DEFAULT_COLOR, Look
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.outbox.changes import Change
from sharecode.application.contracts_out import contract_of
from sharecode.application.ports import Codes, Looks, Shops
from sharecode.application.quota import Quota
from sharecode.domain.codes import ShareCode, Sharer
from sharecode.domain.errors import ProductNotFound, SharingNotAllowed, Withdrawn
from sharecode.domain.looks import PictureLook, RequestedLook


@dataclass(frozen=True, slots=True)
class Shared:
    """The sharer's code, the look of its picture, and whether this call created it."""

    code: str
    look: PictureLook
    created: bool


@dataclass(frozen=True, slots=True)
class ShareProduct:
    """Gives a sharer's code for a product: the same one on every call, and only the first call counts against the quota."""

    codes: Codes
    shops: Shops
    looks: Looks
    quota: Quota
    clock: Clock
    new_id: NewId

    async def __call__(
        self, sharer: Sharer, mini_program_id: str, product_id: str, requested: RequestedLook
    ) -> Shared:
        """Raises BadLook, ProductNotFound, SharingNotAllowed, QuotaReached or Withdrawn."""
        look = await self._look(mini_program_id, requested)
        allowed = await self.shops.may_be_shared(mini_program_id, product_id)
        if allowed is None:
            raise ProductNotFound
        if not allowed:
            raise SharingNotAllowed
        share, created = await self.codes.find(sharer, product_id), False
        if share is None:
            share, created = await self._create(sharer, mini_program_id, product_id)
        if share.withdrawn:
            raise Withdrawn
        return Shared(share.code, look, created)

    async def _look(self, mini_program_id: str, requested: RequestedLook) -> PictureLook:
        own = await self.looks.of(mini_program_id)
        color = requested.line_color or own.line_color or DEFAULT_COLOR
        Look(
            width=requested.width,
            line_color=color,
            transparent=requested.transparent,
            caption=requested.caption,
        )
        logo = own.version if requested.logo and own.logo is not None else 0
        return PictureLook(requested.width, color.lower(), requested.transparent, logo, requested.caption)

    async def _create(self, sharer: Sharer, mini_program_id: str, product_id: str) -> tuple[ShareCode, bool]:
        """A new code, counted. If an equal call was quicker: its code, and nothing is counted."""
        now = self.clock()
        await self.quota.take(sharer, mini_program_id, now)
        key = bytes.fromhex(self.new_id())
        new, event = ShareCode.create(key, sharer, mini_program_id, product_id, now)
        share, created = await self.codes.add(Change(new, [contract_of(event, new)]))
        if not created:
            await self.quota.give_back(sharer, mini_program_id, now)
        return share, created
