"""Money: integer fen inside, strings of yuan with two decimals on the wire."""

import re

_YUAN = re.compile(r"(0|[1-9]\d{0,8})(?:\.(\d{1,2}))?", re.ASCII)

SMALLEST_FEN = 1
LARGEST_FEN = 100_000_000_00  # Alipay's limit for one trade: 100 million yuan


def fen_of(yuan: str) -> int:
    """The fen of a yuan text such as `88.8`; ValueError for more than two decimals, signs or exponents."""
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise ValueError(f"not an amount in yuan with at most two decimals: {yuan!r}")
    whole, decimals = match.groups()
    return int(whole) * 100 + int((decimals or "").ljust(2, "0"))


def yuan_of(fen: int) -> str:
    """The yuan text of an amount in fen, always with two decimals; negative amounts keep their sign."""
    sign = "-" if fen < 0 else ""
    whole, decimals = divmod(abs(fen), 100)
    return f"{sign}{whole}.{decimals:02d}"
