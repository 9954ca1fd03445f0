"""What the use cases need from outside; `adapters` implement it.

Every method of a store raises `runtime.errors.Unavailable` when the database does not answer. After a failed write it is
unknown whether it took effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from alipay_sandbox.domain.faults import Fault
from alipay_sandbox.domain.notice_clock import NoticeClock
from alipay_sandbox.domain.notices import Notice
from alipay_sandbox.domain.order import Order
from alipay_sandbox.domain.trade import Trade


@dataclass(frozen=True, slots=True)
class StoredTrade:
    """A trade with the version that it was read at."""

    key: str
    version: int
    trade: Trade


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one attempt to deliver a notice: the notice afterwards, and the answer in words."""

    key: str
    notice: Notice
    done: bool
    answer: str
    at: datetime


class TradeStore(Protocol):
    """Trades with their notices: a state and its notice become durable together."""

    async def prepare(self) -> None:
        """Create the indexes."""

    async def ping(self) -> None:
        """Return when the database answers."""

    async def insert(self, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Store a new trade with its notices; False if its out_trade_no is taken."""

    async def replace(self, stored: StoredTrade, trade: Trade, notices: Sequence[Notice]) -> bool:
        """Store a changed trade with new notices; False after a conflict."""

    async def find(self, seller_id: str, out_trade_no: str) -> StoredTrade | None:
        """The trade under a seller's own number."""

    async def find_by_trade_no(self, seller_id: str, trade_no: str) -> StoredTrade | None:
        """The trade under Alipay's number, if it is this seller's."""

    async def notices(self, key: str) -> list[dict[str, Any]]:
        """All notices of a trade with their attempts and answers, oldest first."""

    async def record(self, attempts: Sequence[Attempt]) -> None:
        """Store the outcomes of attempts, in one write."""

    async def undelivered(self) -> list[tuple[str, Notice]]:
        """All notices that have attempts left, with the keys of their trades."""

    async def waiting(self) -> list[StoredTrade]:
        """All trades that wait for their buyers."""

    async def with_money_moved(self, seller_id: str, start: datetime, end: datetime) -> list[Trade]:
        """The seller's trades paid or refunded in [start, end), oldest first."""

    async def count(self) -> int:
        """The number of trades."""

    async def takings(self) -> dict[str, int]:
        """For each seller, payments minus refunds, in fen."""


class ControlStore(Protocol):
    """Everything else that survives a restart: QR codes, armed faults, the notice clock, withdrawals."""

    async def prepare(self) -> None:
        """Create the indexes."""

    async def add_code(self, code: str, order: Order, expires_at: datetime) -> None:
        """Store the order behind a QR code."""

    async def order_of_code(self, code: str, now: datetime) -> Order | None:
        """The order behind a QR code that is still valid."""

    async def faults(self) -> list[Fault]:
        """The armed faults, oldest first."""

    async def arm(self, fault: Fault, now: datetime) -> None:
        """Store a new fault."""

    async def use(self, fault: Fault) -> None:
        """Store a fault after a strike; one with no strikes left is deleted."""

    async def disarm_all(self) -> None:
        """Delete all faults."""

    async def clock(self) -> NoticeClock | None:
        """The notice clock as it was last set."""

    async def set_clock(self, clock: NoticeClock) -> None:
        """Store the notice clock."""

    async def withdrawn(self) -> dict[str, int]:
        """For each seller, the fen withdrawn."""

    async def withdraw(self, seller_id: str, fen: int) -> None:
        """Store a withdrawal."""


class NoticeSender(Protocol):
    """Sends notices to merchants."""

    async def send(self, url: str, charset: str, fields: Mapping[str, str]) -> str:
        """`success`, or in words what came instead."""


class Signer(Protocol):
    """A private key."""

    def sign(self, text: str, charset: str = "utf-8", *, weak: bool = False) -> str:
        """The RSA2 signature of a text; `weak` signs with SHA-1, for forged notices only."""


class Identifiers(Protocol):
    """Makes new numbers."""

    def trade_no(self, at: datetime) -> str:
        """A new trade number in Alipay's form, 28 digits."""

    def notify_id(self) -> str:
        """A new notice's id."""
