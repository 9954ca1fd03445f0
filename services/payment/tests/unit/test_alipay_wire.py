"""Alipay's formats are read exactly, and everything else is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment.adapters.alipay.bill import read_bill
from payment.adapters.alipay.wire import (
    Unreadable,
    beijing,
    fen,
    moment,
    notice_text,
    read_answer,
    read_form,
    request_text,
    yuan,
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
    assert notice_text(params) == "a=1&b=2 &=+"


def test_times_are_in_beijing():
    at = datetime(2026, 11, 22, 16, 30, 1, tzinfo=UTC)
    assert beijing(at) == "2026-11-23 00:30:01"
    assert moment("2026-11-23 00:30:01") == at
    with pytest.raises(Unreadable):
        moment("yesterday")


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
        b'{"sign":"S"}',
        b'{"alipay_trade_query_response":"text"}',
        b'{"alipay_trade_query_response":{"a":1},"alipay_trade_query_response":{"a":2}}',
        b'{"x":{"alipay_trade_query_response":{"a":1}},"alipay_trade_query_response":{"a":2}}',
    ],
)
def test_an_ambiguous_answer_is_refused(body):
    with pytest.raises(Unreadable):
        read_answer(body, METHOD)


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
