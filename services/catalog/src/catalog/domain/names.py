"""Names that read or sound the same, and who holds one.

Two names are equal if they have the same letters, whatever their width, case, accents, blanks, punctuation or look-alike letters of
another alphabet. Chinese counts by its pinyin, so that 小米有品, 小米優品 and "Xiaomi Youpin" are equal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from catalog.domain.content import Content
from catalog.domain.errors import Refused

LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u043a\u043c\u0442\u0432\u043d"  # Cyrillic
    "\u03bf\u03b1\u03c1\u03bd\u03c4\u03ba\u03b9\u03c5\u03c7",  # Greek
    "aeopcyxijskmtbhoapvtkiux",
)
"""Small letters of other alphabets that look like Latin ones."""


def name_key(name: str) -> str:
    """The same for equal names; empty for a name without letters and digits."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(char for char in folded if char.isalnum()).translate(LOOK_ALIKES)
    return "".join(lazy_pinyin(letters))


def keys_of(names: Iterable[str]) -> list[str]:
    """The keys of these names, each once, without empty ones."""
    return list(dict.fromkeys(key for name in names if (key := name_key(name))))


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
    """A name of a draft that equals one of somebody else; `field` is where the draft has it."""

    field: str
    name: str
    holder: Holder

    @property
    def message(self) -> str:
        """What a reviewer reads."""
        brand = "the verified brand " if self.holder.is_protected else ""
        of = f"mini program {self.holder.mini_program_id} of " if self.holder.mini_program_id else ""
        return f"{self.name} reads or sounds like {self.holder.name}, a name of {of}{brand}{self.holder.owner_name}."


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


def must_be_free(owner_id: str, found: Iterable[Likeness]) -> None:
    """Raises Refused `name_taken` if one of the names is held by another owner who is a verified brand."""
    for likeness in found:
        if likeness.holder.is_protected and likeness.holder.owner_id != owner_id:
            raise Refused("name_taken", f"{likeness.field}: {likeness.message} Choose another name.")
