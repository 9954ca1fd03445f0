"""Who else holds the names of a draft."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.application.ports import MiniProgramStore, OwnerRegister
from catalog.domain.content import Content
from catalog.domain.names import Likeness, keys_of, likenesses, must_be_free, names_in


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up among mini programs that were published and among verified brands."""

    programs: MiniProgramStore
    owners: OwnerRegister

    async def alike(self, owner_id: str, mini_program_id: str, content: Content) -> list[Likeness]:
        """Names of this owner's draft that equal one of another mini program, or of another owner who is a verified brand."""
        keys = keys_of(names_in(content).values())
        named = await self.programs.named(keys)
        brands = await self.owners.brands(keys, {holder.owner_id for holder in named})
        of_brands = {brand.owner_id for brand in brands}
        others = [
            replace(holder, is_protected=holder.owner_id in of_brands)
            for holder in named
            if holder.mini_program_id != mini_program_id
        ]
        return likenesses(content, [*others, *(brand for brand in brands if brand.owner_id != owner_id)])

    async def must_be_free(self, owner_id: str, mini_program_id: str, content: Content) -> None:
        """Raises Refused `name_taken` if a verified brand of another owner holds one of the names."""
        must_be_free(owner_id, await self.alike(owner_id, mini_program_id, content))
