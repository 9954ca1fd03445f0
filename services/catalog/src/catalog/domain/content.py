"""What an owner decides about a mini program: names, pictures, categories, layout, and the hosts that it requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from catalog.domain.errors import WrongContent

SectionKind = Literal["banner", "grid", "list"]


@dataclass(frozen=True, slots=True)
class Category:
    category_id: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the store's page. A grid or a list shows a category, or single products."""

    kind: SectionKind
    title: str = ""
    title_en: str = ""
    category_id: str | None = None
    product_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A draft, or a version of it. `creator_bp` is the share that the owner gives creators."""

    name: str
    category: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    slogan: str = ""
    slogan_en: str = ""
    logo_url: str = ""
    banner_url: str = ""
    categories: tuple[Category, ...] = ()
    sections: tuple[Section, ...] = ()
    theme_colour: str = ""
    requested_hosts: tuple[str, ...] = ()
    creator_bp: int = 0

    def check(self) -> None:
        """Raises WrongContent for a category that is named twice, and for sections that do not say what they show."""
        wrong = [*self._wrong_categories(), *self._wrong_sections()]
        if wrong:
            raise WrongContent(*wrong)

    def texts(self) -> dict[str, str]:
        """What viewers read, each with the path of its field."""
        fields = {
            "name": self.name, "name_en": self.name_en, "slogan": self.slogan, "slogan_en": self.slogan_en,
        }  # fmt: skip
        fields |= {f"aliases[{n}]": alias for n, alias in enumerate(self.aliases)}
        for n, category in enumerate(self.categories):
            fields |= {f"categories[{n}].name": category.name, f"categories[{n}].name_en": category.name_en}
        for n, section in enumerate(self.sections):
            path = f"layout.sections[{n}]"
            fields |= {f"{path}.title": section.title, f"{path}.title_en": section.title_en}
        return {field: text for field, text in fields.items() if text}

    def pictures(self) -> tuple[tuple[str, str], ...]:
        """Its pictures as (field, url); an empty url is none."""
        return ("logo_url", self.logo_url), ("banner_url", self.banner_url)

    def products(self) -> dict[str, str]:
        """The products that sections show, each with the path of the field that names it."""
        return {
            product_id: f"layout.sections[{n}].product_ids[{m}]"
            for n, section in enumerate(self.sections)
            for m, product_id in enumerate(section.product_ids)
        }

    def hosts(self) -> list[tuple[str, str]]:
        """The hosts that it wants, as (field, host_id)."""
        return [(f"requested_hosts[{n}]", host_id) for n, host_id in enumerate(self.requested_hosts)]

    def _wrong_categories(self) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for n, category in enumerate(self.categories):
            if category.category_id in seen:
                yield f"categories[{n}].category_id", "this category is named twice"
            seen.add(category.category_id)

    def _wrong_sections(self) -> Iterator[tuple[str, str]]:
        known = {category.category_id for category in self.categories}
        for n, section in enumerate(self.sections):
            path = f"layout.sections[{n}]"
            if section.category_id is not None and section.category_id not in known:
                yield f"{path}.category_id", "the mini program has no category with this id"
            if section.category_id is not None and section.product_ids:
                yield f"{path}.product_ids", "a section shows a category or single products, not both"
