"""The cashier's pages, in Chinese and English. All text from merchants is escaped."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

from aiohttp import web

from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.errors import GatewayFailure
from alipay_sandbox.domain.order import Order
from alipay_sandbox.domain.trade import Trade, TradeStatus

BUYERS = {
    "2088102100000001": "王小明 Wang Xiaoming",
    "2088102100000002": "李华 Li Hua",
    "2088102100000003": "Alex Chen",
}

_STATES = {
    TradeStatus.WAIT_BUYER_PAY: ("…", "等待付款", "Waiting for payment"),
    TradeStatus.TRADE_SUCCESS: ("✓", "支付成功", "Payment successful"),
    TradeStatus.TRADE_FINISHED: ("✓", "交易完成", "Completed"),
    TradeStatus.TRADE_CLOSED: ("×", "交易关闭", "Closed"),
}

LONG_REASON = 80
"""Characters. The reason for a wrong signature contains the whole text that should have been signed."""

_FRAME = Template(files("alipay_sandbox.http").joinpath("frame.html").read_text("utf-8"))
_CHECKOUT = Template(files("alipay_sandbox.http").joinpath("checkout.html").read_text("utf-8"))
_INDEX = Template(files("alipay_sandbox.http").joinpath("index.html").read_text("utf-8"))
_RESULT = Template(files("alipay_sandbox.http").joinpath("result.html").read_text("utf-8"))


def index_page(origin: str, trades: int, speed: float, faults: int) -> str:
    """The page at the sandbox's own address."""
    return _framed(_INDEX.substitute(origin=escape(origin), trades=trades, speed=f"{speed:g}", faults=faults))


def checkout_page(
    order: Order,
    trade: Trade | None,
    merchant: str,
    hidden: Mapping[str, str],
    *,
    must_enter: bool,
    has_failed: bool = False,
) -> str:
    """Where a buyer decides. With `must_enter`, the buyer first logs in or scans, which creates the trade.

    With `has_failed`, the page says that the last attempt failed.
    """
    deadline = trade.expires_at if trade else order.pay_by.at
    action, zh, en = (
        ("enter", "登录并继续", "Log in and continue") if must_enter else ("pay", "确认付款", "Pay now")
    )
    return _framed(
        _CHECKOUT.substitute(
            failed=_FAILED if has_failed else "",
            amount=_shown(order.total),
            merchant=escape(merchant),
            subject=escape(order.subject),
            out_trade_no=escape(order.out_trade_no),
            deadline=_pay_by(deadline) if deadline else "",
            hidden="".join(_hidden(name, value) for name, value in hidden.items()),
            buyers="".join(_buyer(buyer_id, name, trade) for buyer_id, name in BUYERS.items()),
            action=action,
            label=f"{zh} <small>{en}</small>",
            failing="" if must_enter else _FAIL_BUTTON,
            quit=_link(order.quit_url, "返回商家", "Back to merchant"),
        )
    )


def result_page(trade: Trade, merchant: str, return_address: str) -> str:
    """The state of a trade."""
    mark, zh, en = _STATES[trade.status]
    return _framed(
        _RESULT.substitute(
            tone="good" if trade.paid_at and not trade.refunds else "quiet",
            mark=mark,
            zh=zh,
            en=en,
            detail=f"¥{_shown(trade.order.total)} · {escape(merchant)}",
            weight="",
            number=escape(trade.trade_no),
            back=_link(return_address, "返回商家", "Back to merchant"),
        )
    )


def failure_page(failure: GatewayFailure) -> str:
    """Why a link or an attempt was refused."""
    return _framed(
        _RESULT.substitute(
            tone="bad",
            mark="!",
            zh="无法付款",
            en="Payment not possible",
            detail=escape(failure.sub_msg),
            weight="long" if len(failure.sub_msg) > LONG_REASON else "",
            number=escape(failure.sub_code),
            back="",
        )
    )


def busy_page() -> str:
    """The answer while the database is unavailable."""
    return _framed(
        _RESULT.substitute(
            tone="quiet",
            mark="…",
            zh="系统繁忙",
            en="System busy. Please try again in a moment",
            detail="请稍后重新打开链接，查看是否已付款。 Open the link again later to check whether you have paid.",
            weight="",
            number="isp.unknow-error",
            back="",
        )
    )


_FAIL_BUTTON = '<button class="plain" name="action" value="fail">模拟付款失败 <small>Simulate a failed payment</small></button>'


_FAILED = (
    '<p class="card failed" role="alert">付款失败，未扣款。请重试或更换付款人。'
    "<small>Payment failed. You have not been charged. Try again or choose another buyer.</small></p>"
)


def _shown(fen: int) -> str:
    """An amount as people read it: 1,234.50."""
    return f"{fen // 100:,}.{fen % 100:02}"


def html_response(text: str, status: int = 200) -> web.Response:
    """A page without scripts and external resources, stored in no cache."""
    return web.Response(
        text=text,
        status=status,
        content_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _pay_by(deadline: datetime) -> str:
    return f"<dt>付款截止 Pay by</dt><dd>{beijing.to_text(deadline)}</dd>"


def _framed(body: str) -> str:
    return _FRAME.substitute(body=body)


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def _buyer(buyer_id: str, name: str, trade: Trade | None) -> str:
    """A buyer to choose. Once a trade has its buyer, the others are disabled."""
    fixed = trade.buyer_id if trade else ""
    chosen = buyer_id == (fixed or next(iter(BUYERS)))
    state = " checked" if chosen else " disabled" if fixed in BUYERS else ""
    return (
        f'<label><input type="radio" name="buyer_id" value="{buyer_id}"{state}>'
        f"<span>{escape(name)}<small>{buyer_id[:4]}…{buyer_id[-4:]}</small></span></label>"
    )


def _link(address: str, zh: str, en: str) -> str:
    if urlsplit(address).scheme not in ("http", "https"):
        return ""
    return f'<a class="plain" href="{escape(address)}">{zh} <small>{en}</small></a>'
