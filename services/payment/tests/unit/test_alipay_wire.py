"""Alipay's formats are read exactly, and everything else is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import yuan
from payment.adapters.alipay.bill import read_bill
from payment.adapters.alipay.wire import (
    Unreadable,
    beijing,
    decode,
    fen,
    moment,
    notice_content,
    read_answer,
    read_form,
    request_text,
)

METHOD = "alipay.trade.query"


@given(st.integers(0, 10_000_000_000))
def test_an_amount_survives_a_round_trip_through_yuan(amount):
    assert fen(yuan(amount)) == amount


@pytest.mark.parametrize("text", ["1.005", "1e3", "", "1,000.00", "0x10", "١.00", "1.", ".5", "NaN"])
def test_a_malformed_amount_is_refused(text):
    with pytest.raises(Unreadable):
        fen(text)


def test_a_request_signs_its_sign_type_and_a_notice_does_not():
    params = {"b": "2 &=+", "a": "1", "empty": "", "sign": "s", "sign_type": "RSA2"}
    assert request_text(params) == "a=1&b=2 &=+&sign_type=RSA2"
    form = {name: value.encode() for name, value in params.items()}
    assert notice_content(form) == b"a=1&b=2 &=+"


def test_times_are_in_beijing():
    at = datetime(2026, 11, 22, 16, 30, 1, tzinfo=UTC)
    assert beijing(at) == "2026-11-23 00:30:01"
    assert moment("2026-11-23 00:30:01") == at
    with pytest.raises(Unreadable):
        moment("yesterday")
    with pytest.raises(Unreadable):
        moment("0001-01-01 00:00:00")


@pytest.mark.parametrize(
    "inner",
    [
        '{"code":"10000","a":"}{"}',
        '{ "b" : 1 , "a":"\\/x" }',
        '{"nested":{"sign":"no"},"list":[1,{"x":"\\u8461"}]}',
        '{"subject":"alipay_trade_query_response"}',
    ],
)
def test_the_signed_part_of_an_answer_is_exactly_as_sent(inner):
    for body in (
        f'{{"alipay_trade_query_response":{inner},"sign":"S"}}',
        f'{{"sign":"S", "alipay_trade_query_response" : {inner} }}',
    ):
        found = read_answer(body.encode(), METHOD)
        assert (found.signed.decode(), found.signature) == (inner, "S")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"alipay_trade_query_response":"\xff"}',
        b'{"sign":"S"}',
        b'{"alipay_trade_query_response":"text"}',
        b'{"alipay_trade_query_response":{"a":1},"alipay_trade_query_response":{"a":2}}',
        b'{"x":{"alipay_trade_query_response":{"a":1}},"alipay_trade_query_response":{"a":2}}',
    ],
)
def test_an_ambiguous_answer_is_refused(body):
    with pytest.raises(Unreadable):
        read_answer(body, METHOD)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize("stated", [None, "utf-8", "GBK", "ISO-8859-1"])
def test_the_signed_part_of_an_answer_is_the_bytes_that_were_sent_in_any_charset(charset, stated):
    inner = '{"code":"40004","msg":"Business Failed","sub_msg":"交易不存在，联通\\\\ 葡萄酒 }"}'
    body = f'{{"前":"文","alipay_trade_query_response":{inner},"sign":"S"}}'.encode(charset)
    found = read_answer(body, METHOD, stated)
    assert (found.signed, found.signature, found.fields["code"]) == (inner.encode(charset), "S", "40004")


def test_the_stated_charset_decides_where_two_would_fit():
    content = "文字".encode()
    assert decode(content) == decode(content, "UTF-8") == ("文字", "utf-8")
    assert decode(content, "GBK") == (content.decode("gbk"), "gb18030")


@given(st.binary(max_size=300))
def test_reading_a_form_raises_unreadable_and_nothing_else(body):
    try:
        read_form(body)
    except Unreadable:
        return


def test_a_malformed_bill_is_refused():
    with pytest.raises(Unreadable):
        read_bill(b"not a zip")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "x,y\r\n1,2\r\n")
    with pytest.raises(Unreadable):
        read_bill(packed.getvalue())


@given(st.binary(max_size=40), st.integers(0, 200))
def test_a_damaged_bill_is_refused_or_read(damage, at):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "a.csv", "#支付宝\r\n商户订单号,业务类型,订单金额（元）\r\no1,交易,1.00\r\n".encode("gbk")
        )
    content = packed.getvalue()
    try:
        read_bill(content[:at] + damage + content[at + len(damage) :])
    except Unreadable:
        return
