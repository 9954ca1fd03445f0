"""The one table of public calls."""

from __future__ import annotations

from gateway.calls import Call
from gateway.table import access, money, operation, orders, owners, pages, payments, sharing

CALLS: tuple[Call, ...] = (
    *access.CALLS, *pages.CALLS, *orders.CALLS, *sharing.CALLS, *payments.CALLS, *money.CALLS, *owners.CALLS, *operation.CALLS,
)  # fmt: skip
