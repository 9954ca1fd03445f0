"""The topics: name, key, partitions for life, and how long records are kept (design: events table).

A partition count never changes, since it decides which records stay in order with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BUSY = 12
"""Partitions where traffic is: twelve divides among 2, 3, 4, 6 and 12 replicas."""
QUIET = 3

DEAD_LETTER_SUFFIX = ".dlq"


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream of events by one producer; `retention` None keeps records for ever."""

    name: str
    key: str
    producer: str
    partitions: int
    retention: timedelta | None = None
    compacted: bool = False

    @property
    def dead_letters(self) -> Topic:
        """Where consumers put the records of this topic that they could not take."""
        return Topic(self.name + DEAD_LETTER_SUFFIX, self.key, "consumer", 1, timedelta(days=30))


MONTH = timedelta(days=30)

MINI_PROGRAMS = Topic("mini-programs", "mini_program_id", "catalog", QUIET, compacted=True)
ACCOUNTS = Topic("accounts", "account_id", "identity", QUIET, compacted=True)
PRODUCTS = Topic("products", "product_id", "catalog", BUSY, compacted=True)
STOCK_LEVELS = Topic("stock-levels", "sku_id", "catalog", BUSY, compacted=True)
VIDEOS = Topic("videos", "video_id", "catalog", QUIET, compacted=True)
ENGAGEMENT = Topic("engagement", "viewer", "gateway", BUSY, MONTH)
ORDERS = Topic("orders", "order_id", "checkout", BUSY)
STOCK = Topic("stock", "order_id", "catalog", BUSY, MONTH)
PAYMENTS = Topic("payments", "order_id", "payment", BUSY)
SETTLEMENTS = Topic("settlements", "mini_program_id", "payment", QUIET)
SHARE_CODES = Topic("share-codes", "code", "sharecode", QUIET)

TOPICS: tuple[Topic, ...] = (
    MINI_PROGRAMS, ACCOUNTS, PRODUCTS, STOCK_LEVELS, VIDEOS, ENGAGEMENT, ORDERS, STOCK, PAYMENTS, SETTLEMENTS, SHARE_CODES,
)  # fmt: skip
