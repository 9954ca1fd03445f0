"""The bill of a day or month in Alipay's layout: two CSV texts with Chinese headings and lines that start with #.

The layout is what integrators' parsers read: the heading lines, `业务明细列表` with its 25 columns, tabs after long
numbers so that spreadsheets keep them, the totals, and a second file with the sums by store. A refund has a line of its
own with negative amounts and its request number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.money import yuan_of
from alipay_sandbox.domain.notices import masked_logon
from alipay_sandbox.domain.trade import Trade

DETAIL_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
SUMMARY_COLUMNS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
_RULE = "#-----------------------------------------{}----------------------------------------"
_END_RULE = "#-----------------------------------------{}结束------------------------------------"


@dataclass(frozen=True, slots=True)
class Period:
    """The Beijing days [first, after) of a bill."""

    first: date
    after: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return beijing.start_of(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return beijing.start_of(self.after)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in the period."""
        return moment is not None and self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money; `amount` in fen, negative for a refund."""

    trade: Trade
    amount: int
    at: datetime
    out_request_no: str = ""

    @property
    def kind(self) -> str:
        """交易 for a payment, 退款 for a refund."""
        return "退款" if self.amount < 0 else "交易"


def parse_period(text: str) -> Period:
    """`yyyy-MM-dd` is a day, `yyyy-MM` a month; raises ValueError."""
    is_month = len(text) == 7
    first = date.fromisoformat(f"{text}-01" if is_month else text)
    if not 2000 <= first.year < 3000:  # at the ends of the calendar no time zone can be reckoned with
        raise ValueError(f"there are no bills of {text}")
    return Period(
        first, (first + timedelta(days=31)).replace(day=1) if is_month else first + timedelta(days=1)
    )


def lines_of(trades: Sequence[Trade], period: Period) -> list[Line]:
    """The movements of a period, in order of time."""
    lines = []
    for trade in trades:
        if trade.paid_at is not None and period.holds(trade.paid_at):
            lines.append(Line(trade, trade.order.total, trade.paid_at))
        lines += [
            Line(trade, -refund.amount, refund.at, refund.out_request_no)
            for refund in trade.refunds
            if period.holds(refund.at)
        ]
    return sorted(lines, key=lambda line: line.at)


def detail_text(seller_id: str, period: Period, lines: Sequence[Line], made_at: datetime) -> str:
    """业务明细: one line for each payment and each refund."""
    paid = [line for line in lines if line.amount > 0]
    back = [line for line in lines if line.amount < 0]
    rows = [
        "#支付宝业务明细查询",
        *_heading(seller_id, period),
        _RULE.format("业务明细列表"),
        DETAIL_COLUMNS,
        *(_detail_row(line) for line in lines),
        _END_RULE.format("业务明细列表"),
        f"#交易合计：{len(paid)}笔，商家实收共{_sum(paid)}元，商家优惠共0.00元",
        f"#退款合计：{len(back)}笔，商家实收退款共{_sum(back)}元，商家优惠退款共0.00元",
        _made(made_at),
    ]
    return "".join(f"{row}\r\n" for row in rows)


def summary_text(seller_id: str, period: Period, lines: Sequence[Line], made_at: datetime) -> str:
    """业务明细(汇总): the sums. The sandbox has no stores, so there is only the line of the total."""
    paid = sum(1 for line in lines if line.amount > 0)
    total = _sum(lines)
    row = f"合计\t,\t,{paid},{len(lines) - paid},{total},{total},0.00,0.00,0.00,0.00,0.00,{total}"
    rows = [
        "#支付宝业务汇总查询",
        *_heading(seller_id, period),
        _RULE.format("业务汇总列表"),
        SUMMARY_COLUMNS,
        row,
        "#----------------------------------------业务汇总列表结束-------------------------------------",
        _made(made_at),
    ]
    return "".join(f"{row}\r\n" for row in rows)


def account_number(seller_id: str) -> str:
    """The seller's account as bills name it."""
    return f"{seller_id}0156"


def _heading(seller_id: str, period: Period) -> tuple[str, str]:
    return (
        f"#账号：[{account_number(seller_id)}]",
        f"#起始日期：[{_moment(period.start)}]   终止日期：[{_moment(period.end)}]",
    )


def _detail_row(line: Line) -> str:
    trade, order, amount = line.trade, line.trade.order, yuan_of(line.amount)
    return ",".join(
        (
            f"{trade.trade_no}\t",
            f"{order.out_trade_no}\t",
            line.kind,
            f"{_cell(order.subject)}\t",
            beijing.to_text(trade.created_at),
            beijing.to_text(line.at),
            *("\t",) * 4,
            f"{masked_logon(trade.buyer_id)}\t",
            amount,
            amount,
            *("0.00",) * 5,
            "\t",
            "0.00",
            "0.00",
            f"{line.out_request_no}\t",
            "0.00",
            "0.00",
            f"{_cell(order.body)}\t",
        )
    )


def _cell(text: str) -> str:
    """A text that cannot break its line: real bills have no quoting, so commas and line ends become spaces."""
    return " ".join(text.replace(",", " ").split())


def _sum(lines: Sequence[Line]) -> str:
    return yuan_of(sum(line.amount for line in lines))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(beijing.BEIJING):%Y年%m月%d日 %H:%M:%S}"


def _made(at: datetime) -> str:
    return f"#导出时间：[{_moment(at)}]"
