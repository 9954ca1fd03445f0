"""Alipay writes every time as a naive text that means UTC+8; inside, time is aware UTC."""

from datetime import UTC, date, datetime, time, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def to_text(moment: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss` in Beijing."""
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def to_text_with_milliseconds(moment: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss.SSS`, the form that `gmt_refund` alone has."""
    local = moment.astimezone(BEIJING)
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def parse(text: str) -> datetime:
    """The moment of `yyyy-MM-dd HH:mm:ss`, or of the older `yyyy-MM-dd HH:mm`; ValueError for anything else."""
    form = "%Y-%m-%d %H:%M" if len(text) == 16 else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(text, form).replace(tzinfo=BEIJING).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The calendar day in Beijing."""
    return moment.astimezone(BEIJING).date()


def start_of(day: date) -> datetime:
    """The first moment of a Beijing day."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)
