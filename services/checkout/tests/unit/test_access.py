"""Who may see which orders."""

from collections.abc import Sequence

from checkout_support.samples import MINI_PROGRAM, placed_order

from checkout.application.access import Access, Buyer, Operator, Owner
from checkout.domain.shop import MiniProgram
from contracts.catalog import MiniProgramState


class OneShop:
    """A registry of one mini program."""

    def get(self, mini_program_id: str) -> MiniProgram | None:
        shop = MiniProgram(MINI_PROGRAM, "owner1", "default", frozenset({"host1"}), "published")
        return shop if mini_program_id == MINI_PROGRAM else None

    def owned_by(self, owner_id: str | None) -> Sequence[str]:
        return [MINI_PROGRAM] if owner_id in (None, "owner1") else []

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        raise NotImplementedError


def test_an_order_is_seen_by_its_buyer_and_its_owner_only() -> None:
    access, order = Access(OneShop()), placed_order(openid="o1")
    assert access.may_see(Buyer(MINI_PROGRAM, "o1"), order)
    assert access.may_see(Owner("owner1"), order)
    assert not access.may_see(Buyer(MINI_PROGRAM, "o2"), order)
    assert not access.may_see(Buyer("mpother001", "o1"), order)
    assert not access.may_see(Owner("owner2"), order)
    assert not access.may_see(Owner(None), order)


def test_an_operator_works_on_all_mini_programs_and_an_owner_without_a_name_on_none() -> None:
    access = Access(OneShop())
    assert access.mini_programs_of(Operator("ops")) == [MINI_PROGRAM]
    assert access.mini_programs_of(Owner("owner1")) == [MINI_PROGRAM]
    assert access.mini_programs_of(Owner(None)) == []


def test_nobody_owns_an_unknown_mini_program() -> None:
    assert not Access(OneShop()).owns(Owner("owner1"), "mpother001")
