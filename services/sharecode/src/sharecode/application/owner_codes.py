"""The owner's side: list and withdraw codes, set their look. Another owner's codes and mini programs are not found."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from roundcode.look import BadLook, Look
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change
from sharecode.application.contracts_out import contract_of
from sharecode.application.ports import Codes, Looks, Pictures, Shops
from sharecode.application.quota import Quota
from sharecode.domain.codes import ShareCode
from sharecode.domain.errors import CodeNotFound, MiniProgramNotFound
from sharecode.domain.looks import ProgramLook


@dataclass(frozen=True, slots=True)
class QuotaUsed:
    """New codes of a mini program in the current window, which ends at `resets_at`; and all that were ever created."""

    used: int
    limit: int
    resets_at: datetime
    limit_of_a_sharer: int
    codes: int


@dataclass(frozen=True, slots=True)
class OwnerCodes:
    """Lists and withdraws codes, and says how many new ones there may be."""

    codes: Codes
    shops: Shops
    quota: Quota
    clock: Clock

    async def read(self, code: str, owner_id: str | None) -> ShareCode:
        """The code. An owner sees its own only, a host or viewer (None) any. Raises CodeNotFound."""
        share = await self.codes.get(code)
        if share is None:
            raise CodeNotFound
        if owner_id is not None and await self.shops.owner_of(share.mini_program_id) != owner_id:
            raise CodeNotFound
        return share

    async def page(self, owner_id: str, mini_program_id: str, asked: Asked, limit: int) -> Part[ShareCode]:
        """At most `limit` codes of one of the owner's mini programs. A scan is no change of a code."""
        await require_owner(self.shops, mini_program_id, owner_id)
        return await self.codes.page(mini_program_id, asked, limit)

    async def withdraw(self, owner_id: str, code: str) -> ShareCode:
        """The code opens nothing from now on. Idempotent. Raises CodeNotFound."""
        share = await self.read(code, owner_id)
        now = self.clock()

        def decide(stored: ShareCode | None) -> Change[ShareCode] | None:
            if stored is None or (withdrawal := stored.withdraw(now)) is None:
                return None
            withdrawn, event = withdrawal
            return Change(withdrawn, [contract_of(event, withdrawn)])

        return (await self.codes.change(code, decide)).aggregate or share

    async def quota_used(self, owner_id: str, mini_program_id: str) -> QuotaUsed:
        """How much of the quota of one of the owner's mini programs is used."""
        await require_owner(self.shops, mini_program_id, owner_id)
        now, limit = self.clock(), self.quota.of_program
        return QuotaUsed(
            used=await self.quota.used(mini_program_id, now),
            limit=limit.most,
            resets_at=limit.ends(now),
            limit_of_a_sharer=self.quota.of_sharer.most,
            codes=await self.codes.count(mini_program_id),
        )


@dataclass(frozen=True, slots=True)
class OwnerLooks:
    """Reads and sets how the codes of a mini program look where a share does not say otherwise."""

    looks: Looks
    shops: Shops
    pictures: Pictures

    async def read(self, owner_id: str, mini_program_id: str) -> ProgramLook:
        """The current look of one of the owner's mini programs."""
        await require_owner(self.shops, mini_program_id, owner_id)
        return await self.looks.of(mini_program_id)

    async def put(
        self,
        owner_id: str,
        mini_program_id: str,
        line_color: str | None,
        logo: str | None,
        expected: int | None,
    ) -> ProgramLook:
        """Set colour and logo (base64). The logo is decoded once, here, and stored as a plain square PNG.

        Raises BadLook, and VersionConflict unless the look has the `expected` version.
        """
        await require_owner(self.shops, mini_program_id, owner_id)
        if line_color is not None:
            Look(line_color=line_color)
        square = await self._square(logo) if logo is not None else None
        color = line_color.lower() if line_color else None

        def decide(current: ProgramLook | None) -> Change[ProgramLook] | None:
            present = current or ProgramLook(mini_program_id)
            must_be_version(expected, present.version)
            after = present.changed_to(color, square)
            return Change(after) if after is not None else None

        return (await self.looks.change(mini_program_id, decide)).aggregate or ProgramLook(mini_program_id)

    async def _square(self, logo: str) -> bytes:
        try:
            picture = base64.b64decode(logo, validate=True)
        except ValueError:  # binascii.Error is one, and so is the error for text that is not ASCII
            raise BadLook("logo", "logo must be the base64 of a picture") from None
        return await self.pictures.square_logo(picture)


async def require_owner(shops: Shops, mini_program_id: str, owner_id: str) -> None:
    """Raises MiniProgramNotFound unless the mini program belongs to the owner."""
    if await shops.owner_of(mini_program_id) != owner_id:
        raise MiniProgramNotFound
