"""Who else holds the names of a draft, or of a creator on a video."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alike.names import keys_of, name_key
from catalog.application.ports import MiniProgramStore, OwnerRegister
from catalog.application.video_ports import CreatorRegister
from catalog.domain.content import Content
from catalog.domain.errors import WrongContent
from catalog.domain.names import Likeness, brands_within, likenesses, must_be_free, names_in
from catalog.domain.video import Video


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up among mini programs that were published and among verified brands."""

    programs: MiniProgramStore
    owners: OwnerRegister

    async def alike(self, owner_id: str, mini_program_id: str, content: Content) -> list[Likeness]:
        """What a reviewer should see: names of this owner's draft that equal one of another mini program, or of another owner who is
        a verified brand, and those that contain such a brand's."""
        equal = await self._equal(owner_id, mini_program_id, content)
        brands = await self.owners.brands_within(keys_of(names_in(content).values()))
        return equal + brands_within(content, [brand for brand in brands if brand.owner_id != owner_id])

    async def _equal(self, owner_id: str, mini_program_id: str, content: Content) -> list[Likeness]:
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
        must_be_free(owner_id, await self._equal(owner_id, mini_program_id, content))


@dataclass(frozen=True, slots=True)
class CreatorNames:
    """Compares the names that creators give themselves with those of verified brands and of other creators."""

    creators: CreatorRegister
    owners: OwnerRegister

    async def must_be_own(self, present: Video | None, wanted: Video) -> None:
        """Raises WrongContent for a name of a verified brand or of another creator, unless the video has it or the creator is
        registered under it."""
        kept = (present.creator_name, present.creator_name_en) if present is not None else ()
        names = {"creator_name": wanted.creator_name, "creator_name_en": wanted.creator_name_en}
        new = {field: name for field, name in names.items() if name and name not in kept}
        taken = await self._taken(wanted.creator_id, list(new.values())) if new else {}
        errors = [(field, taken[key]) for field, name in new.items() if (key := name_key(name)) in taken]
        if errors:
            raise WrongContent(*errors)

    async def _taken(self, creator_id: str, names: list[str]) -> dict[str, str]:
        """What is wrong with each key of these names that is another's."""
        keys = keys_of(names)
        creators = await self.creators.named(keys)
        brands = await self.owners.brands(keys, ())
        others = dict.fromkeys(creators, "is the name of another creator")
        others |= {
            name_key(brand.name): f"reads or sounds like the verified brand {brand.name}" for brand in brands
        }
        if others and (registered := await self.creators.name(creator_id)) is not None:
            others.pop(name_key(registered), None)
        return others
