"""What buyers and owners do to an order: cancel, receive, ship; request, withdraw, approve and reject refunds.

Each command loads the order, calls one of its methods and stores the result; VersionedStore repeats that if another writer
came first. An order that the caller may not see is answered like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checkout.application.access import Access, Buyer, Caller, Operator, Seller
from checkout.application.contracts_out import contracts_of
from checkout.application.ports import Orders, ReceiptDeadlines
from checkout.domain.closing import CANCELLED_BY_BUYER, Cancellation
from checkout.domain.errors import OrderNotFound
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.domain.order_state import Note
from checkout.domain.refunds import RefundPolicy, refund_id_of
from checkout.domain.shipments import Shipment
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.outbox.changes import Change


@dataclass(frozen=True, slots=True)
class OrderCommands:
    """Every method returns the order after the change.

    All may raise OrderNotFound and IllegalTransition; further errors are in each method's docstring.
    """

    orders: Orders
    access: Access
    clock: Clock
    new_id: NewId
    refund_policy: RefundPolicy
    receipts: ReceiptDeadlines
    receipt_after: timedelta

    async def cancel(self, buyer: Buyer, order_id: str) -> Order:
        """Payment decides whether the money came first: until then the order is closing."""
        now = self.clock()
        return await self._change(buyer, order_id, now, lambda order: order.close(CANCELLED_BY_BUYER, now))

    async def cancel_for_shop(self, seller: Seller, order_id: str, reason: str) -> Order:
        """The owner ends the order before anything was sent. Raises RefundRefused."""
        now = self.clock()
        cancellation = Cancellation("operator" if isinstance(seller, Operator) else "owner", reason, now)
        return await self._change(seller, order_id, now, lambda order: order.cancel(cancellation))

    async def receive(self, buyer: Buyer, order_id: str) -> Order:
        now = self.clock()
        return await self._change(buyer, order_id, now, lambda order: order.receive(now))

    async def ship(
        self,
        seller: Seller,
        order_id: str,
        carrier: str,
        tracking_number: str,
        lines: Sequence[tuple[str, int]],
        *,
        key: str | None = None,
        fingerprint: str | None = None,
    ) -> Order:
        """Raises NothingToShip, TooManyParcels and KeyReused."""
        now = self.clock()
        shipment = Shipment(
            self.new_id(), carrier, tracking_number, tuple(lines), now, key=key, fingerprint=fingerprint
        )
        self._check(seller, order_id, await self.orders.get(order_id))
        # first: a deadline without a parcel does no harm, but without its deadline an order might never be settled
        await self.receipts.store(order_id, now + self.receipt_after)
        return await self._change(
            seller, order_id, now, lambda order: order.ship(shipment, self.receipt_after)
        )

    async def correct_shipment(
        self,
        seller: Seller,
        order_id: str,
        shipment_id: str,
        *,
        carrier: str | None,
        tracking_number: str | None,
        expected: int | None = None,
    ) -> Order:
        """Raises ShipmentNotFound, CorrectionRefused, and VersionConflict if the order has not the `expected` version."""
        now = self.clock()

        def correct(order: Order) -> list[OrderEvent]:
            must_be_version(expected, order.version)
            return order.correct_shipment(shipment_id, carrier, tracking_number, now)

        return await self._change(seller, order_id, now, correct)

    async def add_note(self, seller: Seller, order_id: str, text: str) -> Order:
        """A note for the owner's eyes only. Raises TooManyNotes."""
        now = self.clock()
        return await self._change(seller, order_id, now, lambda order: order.add_note(Note(text, now)))

    async def request_refund(
        self, buyer: Buyer, order_id: str, amount: int | None, reason: str, *, key: str, fingerprint: str
    ) -> Order:
        """The refund's id follows from the idempotency key, so that a repeated request finds the first.

        Raises RefundRefused and KeyReused.
        """
        now, refund_id = self.clock(), refund_id_of(order_id, key)

        def request(order: Order) -> list[OrderEvent]:
            events = order.request_refund(refund_id, amount, reason, fingerprint)
            # under this policy nobody has to approve a refund while nothing was shipped
            if events and self.refund_policy == "unshipped" and not order.shipments:
                events += order.approve_refund(refund_id, now)
            return events

        return await self._change(buyer, order_id, now, request)

    async def refund(
        self, seller: Seller, order_id: str, amount: int | None, reason: str, *, key: str, fingerprint: str
    ) -> Order:
        """The owner refunds by their own accord: requested and approved in one step. Idempotent by `key`.

        Raises RefundRefused and KeyReused.
        """
        now = self.clock()
        refund_id = refund_id_of(order_id, f"{_id_of(seller)}\x1f{key}")

        def refund(order: Order) -> list[OrderEvent]:
            events = order.request_refund(refund_id, amount, reason, fingerprint)
            return events + order.approve_refund(refund_id, now) if events else []

        return await self._change(seller, order_id, now, refund)

    async def withdraw_refund(self, buyer: Buyer, order_id: str, refund_id: str) -> Order:
        """Raises RefundNotFound and RefundRefused."""
        return await self._change(
            buyer, order_id, self.clock(), lambda order: order.withdraw_refund(refund_id)
        )

    async def approve_refund(
        self, seller: Seller, order_id: str, refund_id: str, reason: str | None = None
    ) -> Order:
        """`reason` is for the buyer. Raises RefundNotFound and RefundRefused."""
        now = self.clock()
        return await self._change(
            seller, order_id, now, lambda order: order.approve_refund(refund_id, now, reason)
        )

    async def reject_refund(self, seller: Seller, order_id: str, refund_id: str, reason: str) -> Order:
        """Raises RefundNotFound and RefundRefused."""
        return await self._change(
            seller, order_id, self.clock(), lambda order: order.reject_refund(refund_id, reason)
        )

    async def _change(
        self, caller: Caller, order_id: str, at: datetime, command: Callable[[Order], list[OrderEvent]]
    ) -> Order:
        def decide(order: Order | None) -> Change[Order] | None:
            order = self._check(caller, order_id, order)
            version = order.version
            happened = command(order)
            if order.version == version:
                return None  # a repeat
            return Change(order, contracts_of(order, happened, at))

        order = (await self.orders.change(order_id, decide)).aggregate
        assert order is not None  # noqa: S101 - decide has raised already
        return order

    def _check(self, caller: Caller, order_id: str, order: Order | None) -> Order:
        if order is None or not self.access.may_see(caller, order):
            raise OrderNotFound(order_id)
        return order


def _id_of(seller: Seller) -> str | None:
    return seller.client_id if isinstance(seller, Operator) else seller.owner_id
