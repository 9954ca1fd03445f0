"""What checkout knows about mini programs and their offers."""

from __future__ import annotations

from dataclasses import dataclass, field

from checkout.domain.errors import MiniProgramNotFound, ShopSuspended
from checkout.domain.purchase import Line, Terms


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A mini program: its owner, who collects its money, and the hosts that it is published in."""

    mini_program_id: str
    owner_id: str
    merchant: str
    hosts: frozenset[str]
    state: str

    def check_open(self, host_id: str) -> None:
        """Raise MiniProgramNotFound or ShopSuspended unless buyers in this host app can place orders."""
        if host_id not in self.hosts or self.state == "registered":
            raise MiniProgramNotFound(self.mini_program_id)
        if self.state == "suspended":
            raise ShopSuspended(self.mini_program_id)


@dataclass(frozen=True, slots=True)
class Offer:
    """A SKU as it can be bought now."""

    sku_id: str
    product_id: str
    mini_program_id: str
    title: str
    attributes: dict[str, str]
    price: int
    product_version: int
    listed: bool
    terms: Terms
    title_en: str = ""
    attributes_en: dict[str, str] = field(default_factory=dict)
    image_url: str = ""

    def line(self, quantity: int, *, by_creator: bool) -> Line:
        """The order line at today's price and terms; without a creator's click, no creator earns commission."""
        terms = self.terms if by_creator else Terms(self.terms.platform_bp, 0, self.terms.terms_version)
        return Line(
            self.sku_id, self.product_id, self.title, self.attributes, self.price, quantity, self.product_version, terms,
            title_en=self.title_en, attributes_en=self.attributes_en, image_url=self.image_url,
        )  # fmt: skip
