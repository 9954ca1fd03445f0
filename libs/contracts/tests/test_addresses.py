"""Return addresses are plain web addresses; tricks are refused with a text that says what would be right."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.api.addresses import Origin, ReturnUrl, is_loopback, origin_of

RETURN_URL: TypeAdapter[str] = TypeAdapter(ReturnUrl)
ORIGIN: TypeAdapter[str] = TypeAdapter(Origin)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://host.example/m/shop/paid?from=1", "https://host.example"),
        ("https://host.example:8443", "https://host.example:8443"),
        ("https://host.example:65535", "https://host.example:65535"),
        ("http://127.0.0.1:8088/paid", "http://127.0.0.1:8088"),
        ("http://localhost:8088/", "http://localhost:8088"),
        ("http://192.168.1.5:8088/", "http://192.168.1.5:8088"),
        ("https://xn--fiqs8s.example/", "https://xn--fiqs8s.example"),
    ],
)
def test_a_plain_address_has_an_origin(address: str, origin: str) -> None:
    assert RETURN_URL.validate_python(address) == address
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "address",
    [
        "http://host.example/",
        "http://169.254.169.254/latest/meta-data",
        "http://8.8.8.8/",
        "http://0.0.0.0/",
        "https://user@host.example/",
        "https://host.example:pw@evil.example/",
        "https://host.example\\@evil.example/",
        "https://host.example\\.evil.example/",
        "https://host.example/\r\nLocation: https://evil.example",
        "https://host.example/#fragment",
        "https://hоst.example/",
        "https://host。example/",
        "https://HOST.example/",
        "https://host.example:0/",
        "https://host.example:99x/",
        "https://host.example:65536/",
        "https:///host.example",
        "https://",
        "https://-host.example/",
        "https://[::1]/",
        "https://host.example /",
        "javascript:alert(1)",
        "//host.example/",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        RETURN_URL.validate_python(address)


def test_a_refusal_says_what_would_be_right() -> None:
    with pytest.raises(ValidationError, match="must begin with https://: https"):
        RETURN_URL.validate_python("http://host.example/")


def test_an_origin_has_no_path() -> None:
    assert ORIGIN.validate_python("https://host.example") == "https://host.example"
    with pytest.raises(ValidationError, match="scheme, host and port only"):
        ORIGIN.validate_python("https://host.example/")


def test_only_the_payers_own_machine_is_loopback() -> None:
    origins = ["http://127.0.0.1:8088", "http://localhost", "http://192.168.1.5", "https://127.0.0.1.example"]
    assert [is_loopback(origin) for origin in origins] == [True, True, False, False]
