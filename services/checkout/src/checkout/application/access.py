"""Access rules: buyers see their own orders in one mini program; owners see all orders of their mini programs, operators
all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.application.ports import Registry
from checkout.domain.order import Order


@dataclass(frozen=True, slots=True)
class Buyer:
    """A viewer in one mini program inside a host app. `click_id` is the click that began the session,
    `return_origins` are the origins to which the host lets its payers return.
    """

    mini_program_id: str
    openid: str
    host_id: str = ""
    viewer: str = ""
    surface: str | None = None
    click_id: str | None = None
    return_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of mini programs."""

    owner_id: str | None


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the platform, who acts on every mini program's orders."""

    client_id: str


Seller = Owner | Operator
Caller = Buyer | Seller


@dataclass(frozen=True, slots=True)
class Access:
    """Use cases report a denied order as not found."""

    registry: Registry

    def may_see(self, caller: Caller, order: Order) -> bool:
        if isinstance(caller, Operator):
            return True
        if isinstance(caller, Owner):
            return self.owns(caller, order.mini_program_id)
        return (order.mini_program_id, order.openid) == (caller.mini_program_id, caller.openid)

    def owns(self, owner: Owner, mini_program_id: str) -> bool:
        program = self.registry.get(mini_program_id)
        return program is not None and program.owner_id == owner.owner_id

    def mini_programs_of(self, seller: Seller) -> Sequence[str]:
        """The ids of the owner's mini programs, or of all for an operator."""
        if isinstance(seller, Operator):
            return self.registry.owned_by(None)
        return self.registry.owned_by(seller.owner_id) if seller.owner_id is not None else []
