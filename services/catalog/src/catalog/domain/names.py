"""Who holds a name that a draft has, and which names may be taken. Which names are equal: `alike.names`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alike.names import holds, name_key
from catalog.domain.content import Content
from catalog.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a name: a mini program, or an owner as such. `is_protected` is set for a verified owner of the kind brand."""

    name: str
    owner_id: str
    owner_name: str
    is_protected: bool
    mini_program_id: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """A name of a draft that equals another party's, or holds a brand's; `field` is where the draft has it."""

    field: str
    name: str
    holder: Holder
    is_equal: bool = True

    @property
    def message(self) -> str:
        """What a reviewer reads."""
        brand = "the verified brand " if self.holder.is_protected else ""
        of = f"mini program {self.holder.mini_program_id} of " if self.holder.mini_program_id else ""
        how = "reads or sounds like" if self.is_equal else "contains"
        return f"{self.name} {how} {self.holder.name}, a name of {of}{brand}{self.holder.owner_name}."


def names_in(content: Content) -> dict[str, str]:
    """The names of a draft by the path of their field."""
    fields = {"name": content.name, "name_en": content.name_en}
    fields |= {f"aliases[{n}]": alias for n, alias in enumerate(content.aliases)}
    return {field: name for field, name in fields.items() if name}


def likenesses(content: Content, holders: Iterable[Holder]) -> list[Likeness]:
    """Each name of the draft with each holder of an equal one."""
    by_key: dict[str, list[Holder]] = {}
    for holder in holders:
        by_key.setdefault(name_key(holder.name), []).append(holder)
    return [
        Likeness(field, name, holder)
        for field, name in names_in(content).items()
        if (key := name_key(name))
        for holder in by_key.get(key, [])
    ]


def brands_within(content: Content, brands: Iterable[Holder]) -> list[Likeness]:
    """Each name of the draft with each brand whose whole name it contains."""
    return [
        Likeness(field, name, brand, is_equal=False)
        for field, name in names_in(content).items()
        for brand in brands
        if holds(name, brand.name)
    ]


def must_be_free(owner_id: str, found: Iterable[Likeness]) -> None:
    """Raises Refused `name_taken` if one of the names equals one of another owner who is a verified brand."""
    for likeness in found:
        if likeness.is_equal and likeness.holder.is_protected and likeness.holder.owner_id != owner_id:
            raise Refused("name_taken", f"{likeness.field}: {likeness.message} Choose another name.")
