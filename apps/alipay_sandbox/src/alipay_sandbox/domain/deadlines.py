"""Until when a trade may be paid: `time_expire` (absolute) or `timeout_express` (counted from the trade's creation)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from alipay_sandbox.domain import beijing

DEFAULT_TIMEOUT = timedelta(days=15)
_RELATIVE = re.compile(r"([1-9]\d{0,4})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class PayBy:
    """What a merchant said of the time to pay. `at` wins over `within`; `midnight` is the `1c` form."""

    at: datetime | None = None
    within: timedelta = DEFAULT_TIMEOUT
    midnight: bool = False

    def deadline(self, created_at: datetime) -> datetime:
        """The moment from which a trade created at `created_at` can no longer be paid."""
        if self.at is not None:
            return self.at
        if self.midnight:
            return beijing.start_of(beijing.day_of(created_at) + timedelta(days=1))
        return created_at + self.within


def parse_pay_by(time_expire: str | None, timeout_express: str | None) -> PayBy:
    """Reads both parameters; ValueError for forms or ranges (1m to 15d) that Alipay refuses."""
    at = beijing.parse(time_expire) if time_expire else None
    if not timeout_express:
        return PayBy(at=at)
    if timeout_express == "1c":
        return PayBy(at=at, midnight=True)
    match = _RELATIVE.fullmatch(timeout_express)
    if match is None:
        raise ValueError(f"timeout_express is a whole number with m, h or d, or 1c: {timeout_express!r}")
    within = int(match[1]) * _UNITS[match[2]]
    if within > DEFAULT_TIMEOUT:
        raise ValueError(f"timeout_express is at most 15d: {timeout_express!r}")
    return PayBy(at=at, within=within)
