"""A harmless question to Alipay: a trade that cannot exist. The answer proves keys, app, clock and signatures, and changes nothing."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from anchorage_cli.doctor.check import Check, ok, wrong
from anchorage_cli.doctor.keys import sign, verifies
from anchorage_cli.doctor.merchants import Merchant

METHOD = "alipay.trade.query"
UNKNOWN_TRADE = ("40004", "ACQ.TRADE_NOT_EXIST")
BEIJING = timezone(timedelta(hours=8))
ADVICE = {
    "isv.invalid-app-id": "app_id is not that of an app at this gateway",
    "isv.missing-signature-config": "upload your public key to Alipay",
    "isv.invalid-signature": "the public key that you uploaded to Alipay does not belong to app_private_key_file",
    "isv.invalid-timestamp": "set the clock of this machine",
    "isv.insufficient-isv-permissions": "add the product to your app at Alipay",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The fields of Alipay's answer, and whether one of Alipay's keys signed it."""

    fields: dict[str, Any]
    signed: bool


async def ask(http: aiohttp.ClientSession, merchant: Merchant, now: datetime) -> Check:
    """Ask for a trade that nobody has opened."""
    what = f"{merchant.name}: question to Alipay"
    try:
        async with http.post(_address(merchant, now), allow_redirects=False) as answered:
            answer = read(await answered.read(), merchant)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return wrong(
            what,
            f"no answer from {merchant.gateway_url} ({type(error).__name__})",
            "check gateway_url and the way out",
        )
    code = str(answer.fields.get("code")), str(answer.fields.get("sub_code", ""))
    if code != UNKNOWN_TRADE:
        do = ADVICE.get(code[1], "look the code up in Alipay's documentation")
        return wrong(what, f"code {code[0]} {code[1]}", do)
    if not answer.signed:
        return wrong(
            what,
            "the answer is not signed with the key in alipay_public_key_files",
            "download Alipay's public key again",
        )
    return ok(what, f"answered as expected ({code[1]}), and signed by Alipay")


def _address(merchant: Merchant, now: datetime) -> URL:
    params = {
        "app_id": merchant.app_id,
        "biz_content": json.dumps({"out_trade_no": f"anchoragedoctor{secrets.token_hex(8)}"}),
        "charset": "utf-8",
        "format": "JSON",
        "method": METHOD,
        "sign_type": "RSA2",
        "timestamp": now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        "version": "1.0",
    }
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return URL(
        f"{merchant.gateway_url}?{urlencode(params | {'sign': sign(merchant.key, text)})}", encoded=True
    )


def read(body: bytes, merchant: Merchant) -> Answer:
    """The answer; the signature is over the bytes of the response object as they were sent. Raises ValueError."""
    charset = "utf-8"
    try:
        text = body.decode(charset)
    except UnicodeDecodeError:
        charset = "gb18030"  # Alipay's answer to a call that it does not understand
        text = body.decode(charset)
    whole = json.loads(text)
    names = (METHOD.replace(".", "_") + "_response", "error_response")
    opening = next((found for name in names if (found := re.search(rf'"{name}"\s*:\s*', text))), None)
    if not isinstance(whole, dict) or opening is None:
        raise ValueError("not an answer of Alipay's gateway")
    fields, end = json.JSONDecoder().raw_decode(text, opening.end())
    content, signature = text[opening.end() : end].encode(charset), str(whole.get("sign", ""))
    return Answer(fields, any(verifies(key, content, signature) for key in merchant.alipay_keys))
