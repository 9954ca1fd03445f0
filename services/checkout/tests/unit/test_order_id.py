"""An order's id follows from the buyer and the key, and names the mini program."""

import pytest

from checkout.domain.order_id import mini_program_of, order_id_of


def test_the_same_buyer_and_key_give_the_same_order_and_any_other_gives_another() -> None:
    order_id = order_id_of("mp000001", "o1", "k1")
    assert order_id_of("mp000001", "o1", "k1") == order_id
    others = {order_id_of("mp000002", "o1", "k1"), order_id_of("mp000001", "o2", "k1"), order_id_of("mp000001", "o1", "k2")}  # fmt: skip
    assert len(others - {order_id}) == 3
    assert mini_program_of(order_id) == "mp000001"


@pytest.mark.parametrize(
    "text", ["", "mp000001", "mp000001_", "MP000001_AAAAAAAAAAAAAAAAAAAA", "mp000001_AAAAAAAAAAAAAAAAAAAA\n"]
)
def test_other_text_is_not_an_order_id(text: str) -> None:
    assert mini_program_of(text) is None
