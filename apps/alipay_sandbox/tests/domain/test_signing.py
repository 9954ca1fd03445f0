"""Vectors made by hand from the documented rules, and one signed with OpenSSL's own command line."""

from alipay_sandbox.domain.signing import notice_text, request_text

PARAMS = {
    "version": "1.0",
    "sign": "AAAA",
    "sign_type": "RSA2",
    "app_id": "2021000000000002",
    "biz_content": '{"subject":"米 粉+酒&=%"}',
    "notify_url": "",
    "Zone": "x",
}


def test_a_request_signs_its_sign_type_and_drops_blanks() -> None:
    assert request_text(PARAMS) == (
        'Zone=x&app_id=2021000000000002&biz_content={"subject":"米 粉+酒&=%"}&sign_type=RSA2&version=1.0'
    )


def test_the_other_reading_of_a_request_keeps_blanks() -> None:
    assert request_text(PARAMS, with_blanks=True) == (
        'Zone=x&app_id=2021000000000002&biz_content={"subject":"米 粉+酒&=%"}&notify_url=&sign_type=RSA2&version=1.0'
    )


def test_a_notice_does_not_sign_its_sign_type() -> None:
    assert notice_text(PARAMS) == (
        'Zone=x&app_id=2021000000000002&biz_content={"subject":"米 粉+酒&=%"}&version=1.0'
    )
