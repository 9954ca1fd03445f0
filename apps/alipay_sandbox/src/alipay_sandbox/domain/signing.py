"""The texts that are signed. Requests and notices differ: a request signs its `sign_type`, a notice does not."""

from collections.abc import Iterable, Mapping


def request_text(params: Mapping[str, str], *, with_blanks: bool = False) -> str:
    """What a merchant signs: all but `sign`, blanks dropped, sorted by key, raw values before URL encoding.

    Some published clients sign blank parameters too (`key=`): `with_blanks` gives that reading.
    """
    return _joined((key, value) for key, value in params.items() if key != "sign" and (value or with_blanks))


def notice_text(params: Mapping[str, str]) -> str:
    """What Alipay signs in a notice or a return: all but `sign` and `sign_type`, blanks dropped, sorted by key."""
    return _joined(
        (key, value) for key, value in params.items() if key not in ("sign", "sign_type") and value
    )


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted(pairs))
