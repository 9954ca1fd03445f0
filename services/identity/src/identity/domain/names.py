"""Names of owners that equal another owner's, or contain a verified brand's. Which names are equal: `alike.names`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alike.names import holds, name_key
from identity.domain.errors import NameTaken
from identity.domain.owners import Owner


@dataclass(frozen=True, slots=True)
class Flag:
    """What an operator should look at before a verdict; `field` is where the owner has the name."""

    field: str
    message: str


def names_of(owner: Owner) -> dict[str, str]:
    """Its names by field: its own, and another one that it applies for."""
    waiting = owner.application
    return {"name": owner.name} | (
        {"application.name": waiting.name} if waiting is not None and waiting.name != owner.name else {}
    )


def flags(owner: Owner, equal: Iterable[Owner], brands: Iterable[Owner]) -> list[Flag]:
    """One for each name of the owner and each other owner of `equal` with an equal one, or of `brands` whose name it contains."""
    found = [
        Flag(field, f"{name} reads or sounds like {other_name}, {_whose(other_field, other)}.")
        for field, name in names_of(owner).items()
        for other in equal
        for other_field, other_name in names_of(other).items()
        if other.owner_id != owner.owner_id and name_key(name) == name_key(other_name)
    ]
    contained = [
        Flag(field, f"{name} contains {brand.name}, {_whose('name', brand)}.")
        for field, name in names_of(owner).items()
        for brand in brands
        if brand.owner_id != owner.owner_id and holds(name, brand.name)
    ]
    return found + contained


def must_be_free(name: str, brands: Iterable[Owner]) -> None:
    """Raises NameTaken if one of these verified brands has an equal name."""
    for brand in brands:
        if name_key(name) == name_key(brand.name):
            raise NameTaken(f"{name} reads or sounds like {brand.name}, {_whose('name', brand)}.")


def _whose(field: str, owner: Owner) -> str:
    if field != "name":
        return f"which the owner {owner.owner_id} applies for"
    is_brand = "verified brand" if owner.is_brand else f"{owner.status} owner"
    return f"the name of the {is_brand} {owner.owner_id}"
