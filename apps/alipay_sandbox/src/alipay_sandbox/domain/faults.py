"""Misbehaviour on request: which faults are armed, and which one a delivery or a call meets next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class FaultKind(StrEnum):
    """What can be made to go wrong."""

    DROP_NOTIFY = "drop_notify"
    DUPLICATE_NOTIFY = "duplicate_notify"
    DELAY_NOTIFY = "delay_notify"
    REORDER_NOTIFY = "reorder_notify"
    FORGE_NOTIFY = "forge_notify"
    GATEWAY_ERROR = "gateway_error"
    GATEWAY_TIMEOUT = "gateway_timeout"


class Forgery(StrEnum):
    """Ways in which a notice can be false."""

    WRONG_KEY = "wrong_key"  # all fields right, signed by somebody else
    ALTERED_AMOUNT = "altered_amount"  # Alipay's own signature over another amount
    OTHER_MERCHANT = "other_merchant"  # rightly signed by Alipay, but for another merchant's trade
    SHA1 = "sha1"  # Alipay's key with the hash that RSA2 no longer allows
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Fault:
    """An armed fault: it strikes `count` times, only `out_trade_no` or `method` where they are given.

    `seconds`: delay on the notice clock, or how long a timed-out call hangs in real time. `copies`: deliveries of a
    duplicated notice. `applied`: whether a failing call takes effect all the same. `signed`: whether the error is.
    """

    fault_id: str
    kind: FaultKind
    count: int
    out_trade_no: str | None = None
    method: str | None = None
    seconds: float = 30.0
    copies: int = 2
    applied: bool = False
    signed: bool = True
    forgery: Forgery | None = None

    def strikes(self, out_trade_no: str, method: str | None) -> bool:
        """Whether this fault is meant for what happens now."""
        return self.out_trade_no in (None, out_trade_no) and self.method in (None, method)


class FaultBook:
    """The armed faults, oldest first. Kept in memory; whoever changes it stores what `take` returns."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = {fault.fault_id: fault for fault in faults}

    def arm(self, fault: Fault) -> None:
        """Adds a fault."""
        self._faults[fault.fault_id] = fault

    def clear(self) -> None:
        """Disarms everything."""
        self._faults.clear()

    def armed(self) -> list[Fault]:
        """The faults that will still strike."""
        return list(self._faults.values())

    def take(self, kind: FaultKind, out_trade_no: str, method: str | None = None) -> Fault | None:
        """Uses up one strike of the first fitting fault and returns it as it is afterwards (`count` may be 0)."""
        for fault in self._faults.values():
            if fault.kind is kind and fault.strikes(out_trade_no, method):
                used = replace(fault, count=fault.count - 1)
                if used.count:
                    self._faults[fault.fault_id] = used
                else:
                    del self._faults[fault.fault_id]
                return used
        return None
