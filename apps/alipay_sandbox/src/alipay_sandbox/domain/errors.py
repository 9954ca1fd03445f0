"""Refusals of the gateway: code, msg, sub_code and sub_msg, grouped as Alipay groups them."""

from collections.abc import Mapping

_MESSAGES = {
    "20000": "Service Currently Unavailable",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40006": "Insufficient Permissions",
}

_BUSINESS = {
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "请求信息不一致",
    "ACQ.INVALID_PARAMETER": "参数无效",
    "ACQ.PULL_MOBILE_CASHIER_FAIL": "付款未完成",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "撤销或退款金额与订单金额不一致",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.TRADE_BUYER_NOT_MATCH": "交易买家不匹配",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已经完结",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "isp.bill_not_exist": "账单不存在",
    "isv.alipay-cert-not-exist": "支付宝公钥证书不存在",
}


class GatewayFailure(Exception):
    """A refusal. `signed` is false if the caller is unknown, so that the answer has no signature."""

    def __init__(self, code: str, sub_code: str, sub_msg: str, *, signed: bool = True) -> None:
        super().__init__(f"{code} {sub_code}: {sub_msg}")
        self.code = code
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.signed = signed

    def fields(self) -> Mapping[str, str]:
        """The response object of this refusal."""
        return {
            "code": self.code,
            "msg": _MESSAGES[self.code],
            "sub_code": self.sub_code,
            "sub_msg": self.sub_msg,
        }


def business(sub_code: str, hint: str = "") -> GatewayFailure:
    """40004 with Alipay's own words, and where it helps our hint after them."""
    message = _BUSINESS[sub_code]
    return GatewayFailure("40004", sub_code, f"{message}: {hint}" if hint else message)


def missing(name: str, *, signed: bool = True) -> GatewayFailure:
    """40001 for a missing common parameter; `name` as Alipay's sub code spells it."""
    return GatewayFailure("40001", f"isv.missing-{name}", f"缺少参数: {name}", signed=signed)


def invalid(name: str, hint: str, *, signed: bool = True) -> GatewayFailure:
    """40002 for an invalid common parameter."""
    return GatewayFailure("40002", f"isv.invalid-{name}", hint, signed=signed)
