"""The topics: name, key, producer, number of partitions, and how long records are kept.

The number of partitions never changes: it decides which records keep their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

BUSY = 12
"""Partitions of a topic with much traffic: twelve divide evenly among 2, 3, 4, 6 or 12 replicas."""
QUIET = 3
"""Partitions of a topic with little traffic."""

DEAD_LETTER_SUFFIX = ".dlq"
EVERY_SERVICE = "every service"
"""The producer of a topic whose events name theirs themselves."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream of events from one producer, or from `EVERY_SERVICE`. `retention` None keeps records forever."""

    name: str
    key: str
    producer: str
    partitions: int
    retention: timedelta | None = None
    compacted: bool = False

    @property
    def dead_letters(self) -> Topic:
        """The topic for records of this topic that a consumer could not handle."""
        return Topic(self.name + DEAD_LETTER_SUFFIX, self.key, "consumer", 1, timedelta(days=30))


MONTH = timedelta(days=30)

MINI_PROGRAMS = Topic("mini-programs", "mini_program_id", "catalog", QUIET, compacted=True)
MINI_PROGRAM_VERSIONS = Topic("mini-program-versions", "mini_program_id", "catalog", QUIET)
OWNERS = Topic("owners", "owner_id", "identity", QUIET, compacted=True)
HOSTS = Topic("hosts", "host_id", "identity", QUIET, compacted=True)
CREATORS = Topic("creators", "creator_id", "identity", QUIET, compacted=True)
ACCOUNTS = Topic("accounts", "account_id", "identity", QUIET, compacted=True)
PRODUCTS = Topic("products", "product_id", "catalog", BUSY, compacted=True)
STOCK_LEVELS = Topic("stock-levels", "sku_id", "catalog", BUSY, compacted=True)
VIDEOS = Topic("videos", "video_id", "catalog", QUIET, compacted=True)
ENGAGEMENT = Topic("engagement", "viewer", "gateway", BUSY, MONTH)
ORDERS = Topic("orders", "order_id", "checkout", BUSY)
REVIEWS = Topic("reviews", "review_id", "checkout", QUIET, compacted=True)
STOCK = Topic("stock", "order_id", "catalog", BUSY, MONTH)
PAYMENTS = Topic("payments", "order_id", "payment", BUSY)
SETTLEMENTS = Topic("settlements", "mini_program_id", "payment", QUIET)
SHARE_CODES = Topic("share-codes", "code", "sharecode", QUIET)
FEEDS = Topic("feeds", "mini_program_id", "feeds", QUIET)
FEED_COMMANDS = Topic("feed-commands", "product_id", "feeds", BUSY, MONTH)
FEED_RESULTS = Topic("feed-results", "product_id", "catalog", BUSY, MONTH)
AUDIT = Topic("audit", "object_id", EVERY_SERVICE, QUIET)

TOPICS: tuple[Topic, ...] = (
    MINI_PROGRAMS, MINI_PROGRAM_VERSIONS, OWNERS, HOSTS, CREATORS, ACCOUNTS, PRODUCTS, STOCK_LEVELS, VIDEOS, ENGAGEMENT, ORDERS,
    REVIEWS, STOCK, PAYMENTS, SETTLEMENTS, SHARE_CODES, FEEDS, FEED_COMMANDS, FEED_RESULTS,
    AUDIT,
)  # fmt: skip
