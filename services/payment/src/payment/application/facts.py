"""Compares what an event says with payment's own record, before anything is posted or moved.

A record in Kafka does not prove who wrote it. So a fact about money counts only if the trade or the payout that it is about
says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from contracts.catalog import StockLine, StockReserved
from contracts.checkout import OrderCompleted, OrderEvent, OrderLine, OrderPlaced
from contracts.event import Event
from contracts.money import Money
from contracts.payment import OwnerPaymentRecorded, PayoutSettled
from contracts.tokens.order_seals import is_sealed
from payment.application.contracts_out import events_of, owner_payment_recorded
from payment.domain.errors import NotAsAgreed
from payment.domain.history import money_moved
from payment.domain.ledger import CREATOR, OWNER
from payment.domain.owner_payments import OwnerPayment
from payment.domain.payouts import Payout
from payment.domain.statements import statement_id
from payment.domain.trade import State, StoredTrade, Trade, TradeChange


def reserved_order(event: StockReserved, secret: str) -> OrderPlaced:
    """The order whose stock is held; raises NotAsAgreed unless the reservation carries it and is for the same goods.

    Catalog's event carries the order. What checkout placed it for is proved by its seal, which was made with `secret`.
    """
    order = event.order
    if order is None:
        raise NotAsAgreed("the reservation does not carry its order, so no trade can be opened")
    held, ordered = _pieces(event.lines), _pieces(order.lines)
    if (event.order_id, event.mini_program_id, held) != (order.order_id, order.mini_program_id, ordered):
        raise NotAsAgreed("the reservation and the order in it are about different goods or orders")
    if not is_sealed(order, secret):
        raise NotAsAgreed("the order in the reservation is not as checkout sealed it")
    check_belongs(order, None)
    _check_adds_up(order)
    return order


def _check_adds_up(order: OrderPlaced) -> None:
    """Orders without a subtotal have neither discount nor delivery fee."""
    subtotal = sum(line.line_total.amount for line in order.lines)
    discount, delivery_fee = amount_of(order.discount), amount_of(order.delivery_fee)
    if order.subtotal is None and not discount and not delivery_fee:
        return
    if (amount_of(order.subtotal), order.total.amount) != (subtotal, subtotal - discount + delivery_fee):
        raise NotAsAgreed("the order's lines, discount and delivery fee do not add up to its total")
    if not 0 <= discount <= subtotal or delivery_fee < 0:
        raise NotAsAgreed("the order's discount is more than its lines cost, or an amount is negative")


def amount_of(money: Money | None) -> int:
    """The amount in fen; 0 for None."""
    return money.amount if money is not None else 0


def _pieces(lines: Iterable[StockLine | OrderLine]) -> Counter[str]:
    """How many pieces of each SKU."""
    pieces: Counter[str] = Counter()
    for line in lines:
        pieces[line.sku_id] += line.quantity
    return pieces


def check_belongs(event: OrderEvent, stored: StoredTrade | None) -> None:
    """Raises NotAsAgreed unless the event names the mini program that the order and its stored trade belong to."""
    if not event.order_id.startswith(f"{event.mini_program_id}_"):
        raise NotAsAgreed(f"order {event.order_id} is not one of mini program {event.mini_program_id}")
    if stored is not None and stored.mini_program_id != event.mini_program_id:
        raise NotAsAgreed(f"the trade belongs to mini program {stored.mini_program_id}")


def check_repeats(opened: Trade, stored: StoredTrade) -> None:
    """Raises NotAsAgreed if a second reservation of the order differs from what its trade was opened for."""
    if isinstance(stored, Trade) and stored.agreed != opened.agreed:
        raise NotAsAgreed(f"order {opened.order_id} differs from the one that its trade was opened for")


def check_moved(fact: Event, stored: StoredTrade | None) -> None:
    """Raises NotAsAgreed unless the trade has moved this money: same amount, parts, numbers, mini program and time."""
    moved = events_of(TradeChange(stored, money_moved(stored))) if isinstance(stored, Trade) else []
    if not any(fact.model_copy(update={"version": own.version}) == own for own in moved):
        raise NotAsAgreed(f"no movement of the trade's money is this {type(fact).__name__}")


def check_received(fact: OrderCompleted, stored: StoredTrade | None) -> None:
    """Raises NotAsAgreed unless the order was paid in time, and belongs to the mini program that the event names."""
    check_belongs(fact, stored)
    if not isinstance(stored, Trade) or stored.state is not State.SETTLED:
        raise NotAsAgreed("goods can be received only when the order is paid")


def check_paid_out(fact: PayoutSettled, stored: Payout | None) -> None:
    """Raises NotAsAgreed unless the payout is stored, for the same statement, payee, amount and time."""
    statement = statement_id(fact.day, fact.mini_program_id, account_of(fact))
    said = (statement, fact.payee, fact.amount.amount, fact.at)
    if stored is None or (stored.statement_id, stored.payee, stored.amount, stored.at) != said:
        raise NotAsAgreed("no payout of ours is this PayoutSettled")


def check_recorded(fact: OwnerPaymentRecorded, stored: OwnerPayment | None) -> None:
    """Raises NotAsAgreed unless the owner's payment is stored, with the same part for this mini program."""
    told = owner_payment_recorded(stored) if stored is not None else []
    if fact not in told:
        raise NotAsAgreed("no payment of an owner is this OwnerPaymentRecorded")


def account_of(fact: PayoutSettled) -> str:
    """The account in the ledger that a payout is paid from."""
    return OWNER + fact.mini_program_id if fact.payee_kind == "owner" else CREATOR + fact.payee
