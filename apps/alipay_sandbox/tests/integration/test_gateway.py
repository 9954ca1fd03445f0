"""How calls reach the gateway and how it answers."""

import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest
from yarl import URL

from alipay_sandbox.domain.signing import request_text
from alipay_sandbox.server import Server
from alipay_sandbox.testing import Controls, Merchant

QUERY = "alipay.trade.query"


@pytest.fixture
def sandbox(shared_sandbox: Server) -> Server:
    """No test here needs a sandbox of its own."""
    return shared_sandbox


async def test_parameters_may_come_in_the_query_in_the_body_or_split(merchant: Merchant, number: str) -> None:
    params = merchant.sign(QUERY, {"out_trade_no": number})
    body = {"biz_content": params["biz_content"]}
    query = {name: value for name, value in params.items() if name != "biz_content"}
    async with merchant.http.get(f"{merchant.gateway}?{urlencode(params)}") as response:
        by_get = await response.text()
    async with merchant.http.post(f"{merchant.gateway}?{urlencode(query)}", data=body) as response:
        by_both = await response.text()
    assert by_get == by_both == await merchant.call_raw(params)
    assert "ACQ.TRADE_NOT_EXIST" in by_get


async def test_a_line_far_longer_than_8190_bytes_is_taken(merchant: Merchant, number: str) -> None:
    params = merchant.sign(QUERY, {"out_trade_no": number, "padding": "长" * 5_000})
    url = f"{merchant.gateway}?{urlencode(params)}"
    assert len(url) > 40_000
    async with merchant.http.get(url) as response:
        assert "ACQ.TRADE_NOT_EXIST" in await response.text()


async def test_the_response_comes_first_and_its_sign_right_after_it(merchant: Merchant, number: str) -> None:
    async with merchant.http.post(
        merchant.gateway, data=merchant.sign(QUERY, {"out_trade_no": number})
    ) as response:
        text = await response.text()
        assert response.content_type == "text/html"
    assert text.startswith('{"alipay_trade_query_response":{"code":"40004"')
    assert list(json.loads(text)) == ["alipay_trade_query_response", "sign"]


async def test_slashes_are_escaped_as_the_real_gateway_does(merchant: Merchant, number: str) -> None:
    order = {"out_trade_no": number, "total_amount": "1.00", "subject": "s"}
    text = await merchant.call_raw(merchant.sign("alipay.trade.precreate", order))
    assert r"http:\/\/127.0.0.1" in text


async def test_a_failed_query_has_amounts_beside_its_error(merchant: Merchant, number: str) -> None:
    answer = await merchant.call(QUERY, {"out_trade_no": number})
    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert answer["receipt_amount"] == "0.00"


async def test_gbk_goes_both_ways(merchant: Merchant, controls: Controls, number: str) -> None:
    order = {"out_trade_no": number, "total_amount": "1.00", "subject": "小米有品"}
    await controls.pay(merchant.link(order, charset="gbk"))
    assert (await controls.get(f"trades/{number}"))["trade_status"] == "TRADE_SUCCESS"
    params = merchant.sign(QUERY, {"out_trade_no": f"{number}X", "note": "小米"}, charset="gbk")
    async with merchant.http.get(f"{merchant.gateway}?{urlencode(params, encoding='gbk')}") as response:
        assert "交易不存在" in (await response.read()).decode("gbk")


async def refused(merchant: Merchant, params: dict[str, str]) -> tuple[str, bool]:
    """The sub code of a refused call, and whether the refusal is signed."""
    content = json.loads(await merchant.call_raw(params))
    name = next(iter(content))
    return content[name]["sub_code"], "sign" in content


@pytest.mark.parametrize(
    ("change", "sub_code", "signed"),
    [
        ({"app_id": "2021999"}, "isv.invalid-app-id", False),
        ({"app_id": ""}, "isv.missing-app-id", False),
        ({"method": ""}, "isv.missing-method", False),
        ({"method": "alipay.no.such"}, "isv.invalid-method", True),
        ({"sign_type": ""}, "isv.missing-signature-type", True),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type", True),
        ({"charset": "latin-1"}, "isv.invalid-charset", True),
        ({"timestamp": ""}, "isv.missing-timestamp", True),
        ({"timestamp": "2020-01-01 00:00:00"}, "isv.invalid-timestamp", True),
        ({"timestamp": "now"}, "isv.invalid-timestamp", True),
        ({"version": "2.0"}, "isv.invalid-parameter", True),
        ({"format": "xml"}, "isv.invalid-format", True),
        ({"biz_content": "{"}, "isv.invalid-parameter", True),
        ({"biz_content": "[]"}, "isv.invalid-parameter", True),
        ({"biz_content": "[" * 5000}, "isv.invalid-parameter", True),
        ({"biz_content": "{}"}, "ACQ.INVALID_PARAMETER", True),
    ],
)
async def test_what_is_wrong_with_a_call_is_named(
    merchant: Merchant, change: dict[str, str], sub_code: str, signed: bool
) -> None:
    params = {**merchant.sign(QUERY, {"out_trade_no": "A1"}), **change}
    params["sign"] = merchant.key.sign(request_text(params))
    assert await refused(merchant, params) == (sub_code, signed)


@pytest.mark.parametrize("altered", ["biz_content", "timestamp", "sign"])
async def test_an_altered_call_is_refused_with_the_text_that_should_have_been_signed(
    merchant: Merchant, altered: str
) -> None:
    params = merchant.sign(QUERY, {"out_trade_no": "A1"})
    changed = {"biz_content": '{"out_trade_no":"A2"}', "timestamp": "2026-01-01 00:00:00", "sign": "AAAA"}
    params[altered] = changed[altered]
    answer = json.loads(await merchant.call_raw(params))["alipay_trade_query_response"]
    assert answer["sub_code"] == "isv.invalid-signature"
    assert request_text(params) in answer["sub_msg"]


async def test_a_sha1_signature_is_refused(merchant: Merchant) -> None:
    params = merchant.sign(QUERY, {"out_trade_no": "A1"})
    params["sign"] = merchant.key.sign(request_text(params), weak=True)
    assert await refused(merchant, params) == ("isv.invalid-signature", True)


async def test_another_merchants_key_is_refused(merchant: Merchant) -> None:
    merchant.app_id = "2021000000000001"
    assert await refused(merchant, merchant.sign(QUERY, {"out_trade_no": "A1"})) == (
        "isv.invalid-signature",
        True,
    )


@pytest.mark.parametrize("with_blanks", [True, False])
async def test_a_blank_parameter_may_be_signed_or_left_out(merchant: Merchant, with_blanks: bool) -> None:
    params = {**merchant.sign(QUERY, {"out_trade_no": "A1"}), "notify_url": ""}
    params["sign"] = merchant.key.sign(request_text(params, with_blanks=with_blanks))
    assert await refused(merchant, params) == ("ACQ.TRADE_NOT_EXIST", True)


async def test_a_parameter_given_twice_is_refused(merchant: Merchant) -> None:
    params = merchant.sign(QUERY, {"out_trade_no": "A1"})
    url = f"{merchant.gateway}?{urlencode({'app_id': '2021000000000001'})}"
    async with merchant.http.post(url, data=params) as response:
        assert json.loads(await response.text())["error_response"]["sub_code"] == "isv.invalid-parameter"


@pytest.mark.parametrize(
    "order",
    [
        {"total_amount": "0.00"},
        {"total_amount": "0.30000000000000004"},
        {"total_amount": 0.1 + 0.2},
        {"total_amount": "100000000.01"},
        {"total_amount": "-1"},
        {"out_trade_no": "has-hyphen"},
        {"out_trade_no": "x" * 65},
        {"subject": ""},
        {"subject": "长" * 257},
        {"timeout_express": "1.5h"},
        {"time_expire": "soon"},
        {"seller_id": "2088000000000001"},
        {"product_code": "QUICK_MSECURITY_PAY"},
        {"passback_params": "x" * 513},
    ],
)
async def test_an_order_that_alipay_would_refuse_is_refused(
    merchant: Merchant, controls: Controls, number: str, order: dict[str, Any]
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "1.00", **order})
    answer = await controls.post("pay", {"cashier_url": link}, status=400)
    assert answer["code"] == "ACQ.INVALID_PARAMETER"


async def test_a_number_in_biz_content_is_read_as_it_is_written(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    trade = await controls.pay(merchant.link({"out_trade_no": number, "total_amount": 88.8}))
    assert trade["total_amount"] == "88.80"


async def test_what_is_no_form_is_refused(merchant: Merchant) -> None:
    async with merchant.http.post(merchant.gateway, json={"app_id": "1"}) as response:
        assert response.status == 200
        assert "error_response" in await response.text()


@pytest.mark.parametrize("number_of_trials", [300])
async def test_no_input_however_wrong_makes_the_gateway_fail(
    merchant: Merchant, controls: Controls, number_of_trials: int
) -> None:
    """Rightly signed calls with wrong contents, and raw bytes at every door; the seed is printed on failure."""
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    values = [
        "",
        "0",
        "-1",
        "1e9",
        "\x00",
        "\ud83d\ude00",
        "￿",
        "[",
        "http://[",
        "A" * 300,
        None,
        True,
        [],
        {"a": []},
    ]
    names = [
        "out_trade_no",
        "trade_no",
        "total_amount",
        "refund_amount",
        "out_request_no",
        "bill_type",
        "bill_date",
    ]
    names += [
        "subject",
        "time_expire",
        "timeout_express",
        "buyer_id",
        "quit_url",
        "seller_id",
        "passback_params",
    ]
    methods = ["query", "close", "refund", "cancel", "create", "precreate", "fastpay.refund.query", "wap.pay"]
    methods = [f"alipay.trade.{name}" for name in methods]
    methods.append("alipay.data.dataservice.bill.downloadurl.query")
    for _ in range(number_of_trials):
        biz = {name: chance.choice(values) for name in chance.sample(names, 6)}
        more = {"notify_url": str(chance.choice(values)), "charset": chance.choice(["utf-8", "gbk"])}
        try:
            params = merchant.sign(chance.choice(methods), {"out_trade_no": "F1", **biz}, **more)
        except UnicodeEncodeError:
            continue
        async with merchant.http.post(
            merchant.gateway,
            data=urlencode(params, encoding=params["charset"]).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ) as response:
            assert response.status in (200, 400), (seed, params, await response.text())
        raw = chance.randbytes(40)
        for path in ("gateway.do", "cashier", "sandbox/pay", "sandbox/faults", "sandbox/clock"):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            async with merchant.http.post(f"{controls.url}/{path}", data=raw, headers=headers) as response:
                assert response.status < 500, (seed, path, raw)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "qr/nothing",
        "downloadBillFile.resource",
        "downloadBillFile.resource?userId=1&bizDates=x&timestamp=y&token=%E4%B8%AD",
        "sandbox/trades/%00",
        "gateway.do?%FF%FE&charset=%FF",
        "gateway.do?method=alipay.trade.wap.pay&charset=gbk&app_id=2021000000000002&sign_type=RSA2&sign=%81",
    ],
)
async def test_no_address_however_wrong_makes_the_sandbox_fail(
    merchant: Merchant, controls: Controls, path: str
) -> None:
    async with merchant.http.get(URL(f"{controls.url}/{path}", encoded=True)) as response:
        assert response.status < 500
        await response.read()


async def test_half_a_character_is_refused(merchant: Merchant, controls: Controls, number: str) -> None:
    params = merchant.sign(QUERY, {})
    params["biz_content"] = '{"out_trade_no":"A1","subject":"\\ud800"}'
    params["sign"] = merchant.key.sign(request_text(params))
    assert await refused(merchant, params) == ("isv.invalid-parameter", True)
