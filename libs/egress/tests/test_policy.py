"""Which URLs and addresses are refused, in every spelling."""

from __future__ import annotations

import pytest

from egress.allowance import read_allowances
from egress.policy import EgressPolicy, EgressRefused

EVIL_URLS = [
    # loopback
    "http://127.0.0.1/", "http://127.0.0.1:80/", "http://127.1/", "http://127.0.1/", "http://127.255.255.254/", "http://0.0.0.0/",
    "http://0/", "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://127.0.0.1./", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://[::1]/",
    "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::127.0.0.1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[::ffff:0:7f00:1]/", "http://[64:ff9b::127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::1]/",
    # private, shared and link-local networks
    "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://0xc0a80001/", "http://3232235521/", "http://100.64.0.1/", "http://169.254.0.1/", "http://198.18.0.1/", "http://192.0.0.1/",
    "http://[fc00::1]/", "http://[fd12:3456:789a::1]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[::ffff:10.0.0.1]/",
    # metadata of clouds
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::]/", "http://[fd00:ec2::254]/", "http://168.63.129.16/", "http://100.100.100.200/",
    # multicast, broadcast, reserved
    "http://224.0.0.1/", "http://239.255.255.250/", "http://255.255.255.255/", "http://240.0.0.1/", "http://[ff02::1]/",
    "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://[2001:db8::1]/",
    # other schemes, ports and user information
    "file:///etc/passwd", "gopher://shop.example/", "ftp://shop.example/", "dict://shop.example:11211/", "javascript:alert(1)", "//shop.example/",
    "http://shop.example:22/", "http://shop.example:6379/", "https://shop.example:27017/", "http://shop.example:0/",
    "http://shop.example@127.0.0.1/", "http://127.0.0.1@shop.example/", "http://user:word@shop.example/", "http://shop.example\\@127.0.0.1/",
    # unreadable
    "", "http://", "http:///path", "http://[::1", "http://shop.example:port/", "http://shop .example/", "http://shop.example\n/", "http://%31%32%37.0.0.1/",
    "http://" + "a" * 3000 + ".example/",
]  # fmt: skip
GOOD_URLS = [
    "https://shop.example/hooks", "http://shop.example/hooks", "https://shop.example:443/", "http://shop.example:80/feed.xml?a=b",
    "https://api.shop.example/v1/hooks/anchorage", "https://SHOP.example/", "https://bücher.example/", "https://xn--bcher-kva.example/",
    "https://商店.example/通知", "https://8.8.8.8/", "http://1.1.1.1/", "https://[2606:4700:4700::1111]/", "https://shop-1.example/a/b.json",
    "https://a.b.c.d.example/", "https://shop.example", "https://shop.example/?u=http://127.0.0.1/", "https://shop.example/#part", "https://172.15.255.255/",
    "https://192.167.255.255/", "https://11.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", EVIL_URLS)
def test_an_evil_url_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(EgressRefused, match=r"cannot be called: \S+"):
        EgressPolicy().check_url(url)


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_public_url_is_taken(url: str) -> None:
    EgressPolicy().check_url(url)


def test_at_least_sixty_evil_urls_are_tried() -> None:
    assert len(set(EVIL_URLS)) >= 60


DEVELOPMENT = EgressPolicy(read_allowances("127.0.0.1:9000-9999, [::1]:8000"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/", "https://127.0.0.1:9999/hook?a=b", "http://[::1]:8000"]
)
def test_an_allowed_address_is_taken(url: str) -> None:
    DEVELOPMENT.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8999/", "http://127.0.0.1/", "http://localhost:9000/", "http://127.1:9000/", "http://0x7f000001:9000/",
        "http://2130706433:9000/", "http://127.0.0.1.:9000/", "http://127.0.0.2:9000/", "http://user@127.0.0.1:9000/", "ftp://127.0.0.1:9000/",
        "http://[::ffff:127.0.0.1]:9000/", "http://[0:0:0:0:0:0:0:1]:8000/", "http://[::1]:8001/", "http://127.0.0.1:09000/", "http://127.0.0.1:9000\n/",
        "http://①27.0.0.1:9000/", "http://127.0.0.1:9000\\@shop.example/",
    ],
)  # fmt: skip
def test_an_allowed_address_in_another_spelling_stays_refused(url: str) -> None:
    with pytest.raises(EgressRefused):
        DEVELOPMENT.check_url(url)


def test_a_name_that_leads_to_an_allowed_address_stays_refused() -> None:
    with pytest.raises(EgressRefused, match="Loopback"):
        DEVELOPMENT.check_resolved("127.0.0.1")


def test_a_socket_is_made_for_an_allowed_address_and_a_public_one() -> None:
    DEVELOPMENT.check_socket("127.0.0.1", 9000)
    DEVELOPMENT.check_socket("8.8.8.8", 443)
    with pytest.raises(EgressRefused):
        DEVELOPMENT.check_socket("127.0.0.1", 8999)
    with pytest.raises(EgressRefused, match="Link-Local"):
        DEVELOPMENT.check_socket("fe80::1%eth0", 443)


def test_an_empty_list_allows_nothing() -> None:
    assert read_allowances(" , ") == ()


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "localhost:9000",
        "127.0.0.1:0",
        "127.0.0.1:9-8",
        "127.0.0.1:70000",
        "::1:9000:",
        "127.0.0.1:*",
    ],
)
def test_an_allowance_that_cannot_be_read_is_named_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 127\.0\.0\.1:9000") as error:
        read_allowances(text)
    assert text in str(error.value)
