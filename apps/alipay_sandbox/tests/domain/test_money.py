import pytest
from hypothesis import given
from hypothesis import strategies as st

from alipay_sandbox.domain.money import fen_of, yuan_of


@given(st.integers(min_value=0, max_value=10_000_000_000))
def test_an_amount_survives_the_way_to_the_wire_and_back(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen


@pytest.mark.parametrize(("text", "fen"), [("88", 8800), ("88.8", 8880), ("0.01", 1), ("100000000", 10**10)])
def test_yuan_may_be_written_with_fewer_decimals(text: str, fen: int) -> None:
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    "text", ["", "0.30000000000000004", "1e2", "-1", "+1", " 1", "1.", ".5", "01", "1,000", "١", "NaN"]
)
def test_what_is_no_plain_amount_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        fen_of(text)


def test_a_refund_in_a_bill_keeps_its_sign() -> None:
    assert yuan_of(-5) == "-0.05"
