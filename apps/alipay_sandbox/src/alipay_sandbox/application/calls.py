"""Verifies that a call comes from a merchant."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.errors import GatewayFailure, invalid, missing
from alipay_sandbox.domain.merchants import Merchant, Merchants
from alipay_sandbox.domain.signing import request_text

CHARSETS = frozenset({"utf-8", "gbk", "gb2312"})


@dataclass(frozen=True, slots=True)
class Call:
    """A verified request. `biz` is biz_content with every value as text, numbers as written."""

    merchant: Merchant
    method: str
    charset: str
    params: Mapping[str, str]
    biz: Mapping[str, str]

    @property
    def out_trade_no(self) -> str:
        """The merchant's number of the trade, if the call has one."""
        return self.biz.get("out_trade_no", "")


class Verifier:
    """Checks requests by Alipay's rules."""

    def __init__(self, merchants: Merchants, skew: timedelta, clock: Callable[[], datetime]) -> None:
        self._merchants = merchants
        self._skew = skew
        self._clock = clock

    def verify(self, params: Mapping[str, str], *, fresh: bool = True) -> Call:
        """The verified call; raises GatewayFailure with Alipay's codes.

        `fresh` checks the timestamp. Payment links are signed long before they are opened, and skip this check.
        """
        merchant = self._merchant(params)
        charset = _charset(params)
        if merchant.certified:
            merchant = self._with_certificate(merchant, params)
        _check_signature(merchant, params, charset)
        if params.get("version", "") != "1.0":
            raise invalid("parameter", "version 只支持 1.0") if params.get("version") else missing("version")
        if params.get("format", "JSON").upper() not in ("", "JSON"):
            raise invalid("format", "format 只支持 JSON")
        self._check_timestamp(params.get("timestamp", ""), fresh=fresh)
        return Call(merchant, params["method"], charset, params, _biz(params, charset))

    def _merchant(self, params: Mapping[str, str]) -> Merchant:
        """Refusals here are unsigned, because the merchant is unknown."""
        if not params.get("method"):
            raise missing("method", signed=False)
        if not params.get("app_id"):
            raise missing("app-id", signed=False)
        merchant = self._merchants.of_app(params["app_id"])
        if merchant is None:
            raise invalid("app-id", "无效的AppID参数", signed=False)
        return merchant

    def _with_certificate(self, merchant: Merchant, params: Mapping[str, str]) -> Merchant:
        """The merchant with the key of the certificate that the call names."""
        key = merchant.certified.get(params.get("app_cert_sn", ""))
        if key is None:
            raise GatewayFailure("40002", "isv.app-cert-not-exist", "应用公钥证书不存在")
        known = self._merchants.certificates
        if known is None or params.get("alipay_root_cert_sn") != known.root_sn:
            raise invalid("alipay-root-cert-sn", "支付宝根证书序列号不正确")
        return replace(merchant, keys=(key,))

    def _check_timestamp(self, text: str, *, fresh: bool) -> None:
        if not text:
            raise missing("timestamp")
        try:
            stamped = beijing.parse(text)
        except ValueError as error:
            raise invalid("timestamp", "timestamp 格式为 yyyy-MM-dd HH:mm:ss") from error
        if fresh and abs(self._clock() - stamped) > self._skew:
            raise invalid("timestamp", "timestamp 与当前时间相差过大")


def _charset(params: Mapping[str, str]) -> str:
    charset = params.get("charset", "").lower()
    if not charset:
        raise invalid("charset", "缺少 charset")
    if charset not in CHARSETS:
        raise invalid("charset", f"charset 只支持 {', '.join(sorted(CHARSETS))}")
    return charset


def _check_signature(merchant: Merchant, params: Mapping[str, str], charset: str) -> None:
    """Accepts the text without blank parameters or with them: clients differ."""
    if not params.get("sign_type"):
        raise missing("signature-type")
    if params["sign_type"] != "RSA2":
        raise invalid("signature-type", "sign_type 只支持 RSA2")
    signature = params.get("sign", "")
    if not signature:
        raise missing("signature")
    text = request_text(params)
    if merchant.signed(text, signature, charset):
        return
    if not all(params.values()) and merchant.signed(
        request_text(params, with_blanks=True), signature, charset
    ):
        return
    raise invalid(
        "signature",
        "验签出错, 建议检查签名字符串或签名私钥与应用公钥是否匹配, 网关生成的验签字符串为: " + text,
    )


def _biz(params: Mapping[str, str], charset: str) -> dict[str, str]:
    text = params.get("biz_content", "")
    if not text:
        return {}
    try:
        content = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise invalid("parameter", "biz_content 不是合法的 JSON") from error
    if not isinstance(content, dict):
        raise invalid("parameter", "biz_content 不是 JSON 对象")
    biz = {key: _as_text(value) for key, value in content.items() if value is not None}
    try:
        "".join(biz.values()).encode(
            charset
        )  # JSON can escape characters that no charset has, such as half a surrogate pair
    except UnicodeEncodeError as error:
        raise invalid("parameter", f"biz_content 含有 {charset} 不能表示的字符") from error
    return biz


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
