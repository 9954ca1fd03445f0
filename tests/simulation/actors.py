"""Who acts in a schedule: buyers, the shop's owner, and chaos."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from checkout.application.access import Buyer, Owner
from checkout.domain.coupon import CouponRefused
from checkout.domain.errors import (
    IllegalTransition,
    NothingToShip,
    OrderNotFound,
    RefundRefused,
    TooManyUnpaid,
)
from checkout.domain.order import Order
from checkout.domain.refunds import RefundStatus
from contracts.api.orders import OrderRequest
from simulation.process import Chaos
from simulation.world import Unreachable, World

SHOP, OWNER = "teashop1", Owner("owner1")
PRICE = 1299
COUPON = "tea"
REQUESTS = [
    OrderRequest.model_validate(
        {
            "lines": [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in lines],
            "coupon_code": coupon_code,
            "address": {
                "recipient": "Li Lei",
                "phone": "13800000000",
                "region": "Zhejiang",
                "street": "West Lake 1",
            },
        }
    )
    for lines in ((("s1", 1),), (("s1", 2),), (("s2", 1),), (("s1", 1), ("s2", 2)))
    for coupon_code in (None, COUPON)
]
REFUSED = (IllegalTransition, RefundRefused, NothingToShip, CouponRefused, TooManyUnpaid)
"""What a caller is told when it comes too late."""


class BuyerActor:
    """A buyer with one order, or two: places it, and then pays, cancels, both, or nothing; perhaps wants the money back."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._random = world.random
        self._buyer = Buyer(SHOP, name, "host1", name)
        self._order_id = ""

    async def __call__(self) -> None:
        await self._wait(0.0, 0.0, 3.0)
        await self._order("key")
        if self._random.random() < 0.3:
            await self._order("again")

    async def _order(self, key: str) -> None:
        request = self._random.choice(REQUESTS)
        placed = await self._insist(
            "checkout", lambda app: app.place(self._buyer, request, key=key, fingerprint="f")
        )
        if placed is None:
            return
        self._order_id = placed.order_id
        plan = self._random.choice(
            (
                self._pay,
                self._pay,
                self._cancel,
                self._pay_and_cancel,
                self._pay_and_be_cancelled,
                self._do_nothing,
            )
        )
        await plan()

    async def _do_nothing(self) -> None:
        """The deadline ends the order."""

    async def _pay_and_cancel(self) -> None:
        await asyncio.gather(self._pay(), self._cancel())

    async def _pay_and_be_cancelled(self) -> None:
        """The owner cancels, whatever has happened to the order."""
        await asyncio.gather(self._pay(), self._be_cancelled())

    async def _be_cancelled(self) -> None:
        await self._wait(0.0, 0.4, 2.6, 20.0, 60.0, 100.0)
        self._world.note(f"the owner cancels the order of {self._buyer.openid}")
        await self._insist(
            "checkout", lambda app: app.commands.cancel_for_shop(OWNER, self._order_id, "out of stock")
        )

    async def _cancel(self) -> None:
        await self._wait(0.0, 0.1, 0.2, 0.4, 0.7, 1.1, 1.7, 2.6, 38.0)
        self._world.note(f"{self._buyer.openid} cancels")
        await self._insist("checkout", lambda app: app.commands.cancel(self._buyer, self._order_id))

    async def _pay(self) -> None:
        if not await self._get_link():
            return
        await self._wait(0.0, 1.0, 10.0, 37.0, 52.0)
        alipay = self._world.alipay
        if not alipay.open(self._order_id):
            return
        await self._wait(0.0, 0.5, 15.0)
        paid = alipay.pay(self._order_id)
        self._world.note(f"{self._buyer.openid} {'pays' if paid else 'cannot pay any more'}")
        if paid and self._random.random() < 0.8:
            await self._after_payment()

    async def _get_link(self) -> bool:
        for _ in range(8):
            await self._wait(0.5, 2.0, 6.0)
            order = await self._insist(
                "checkout", lambda app: app.read.one(self._buyer, SHOP, self._order_id)
            )
            if order is not None and order.status == "awaiting_payment":
                return order.payment is not None
            if order is not None and order.status not in ("placed", "confirmed"):
                return False
        return False

    async def _after_payment(self) -> None:
        """The parcel may come. A refund may be requested, of a part or all; the owner decides, or the buyer withdraws it."""
        await self._wait(0.5, 5.0, 50.0)
        await self._until_paid()
        for parcel in self._random.choice(((), ((),), ((),), ((("s1", 1),),), ((("s1", 1),), ()))):
            await self._ship(parcel)
        for n in range(self._random.choice((0, 1, 1, 2))):
            amount = self._random.choice((None, 100, 500))
            await self._refund(f"refund{n}", amount)
        if self._random.random() < 0.3:
            await self._insist("checkout", lambda app: app.commands.receive(self._buyer, self._order_id))

    async def _until_paid(self) -> None:
        """Usually the owner acts on orders that are paid; at times on one whose payment is not known yet."""
        for _ in range(self._random.choice((0, 5, 5))):
            order = await self._insist(
                "checkout", lambda app: app.read.one(self._buyer, SHOP, self._order_id)
            )
            if order is None or order.status == "paid":
                return
            await self._wait(2.0, 8.0)

    async def _ship(self, lines: tuple[tuple[str, int], ...]) -> None:
        """The owner may leave it at one attempt, without an answer."""
        number, insistent = f"N{len(lines)}", self._random.random() < 0.3
        await self._insist(
            "checkout",
            lambda app: app.commands.ship(OWNER, self._order_id, "SF", number, lines),
            once=not insistent,
        )

    async def _refund(self, key: str, amount: int | None) -> None:
        asked = await self._insist(
            "checkout",
            lambda app: app.commands.request_refund(
                self._buyer, self._order_id, amount, "broken", key=key, fingerprint=key
            ),
        )
        for refund in asked.refunds if asked is not None else ():
            if refund.status is RefundStatus.REQUESTED:
                await self._decide(refund.refund_id)

    async def _decide(self, refund_id: str) -> None:
        choice = self._random.random()
        if choice < 0.8:
            await self._insist(
                "checkout", lambda app: app.commands.approve_refund(OWNER, self._order_id, refund_id)
            )
        elif choice < 0.9:
            await self._insist(
                "checkout", lambda app: app.commands.withdraw_refund(self._buyer, self._order_id, refund_id)
            )
        else:
            await self._insist(
                "checkout", lambda app: app.commands.reject_refund(OWNER, self._order_id, refund_id, "used")
            )

    async def _insist(
        self, service: str, call: Callable[[Any], Coroutine[Any, Any, Order]], *, once: bool = False
    ) -> Order | None:
        """Call until there is an answer, or `once`. None when it is a refusal, or the order does not exist."""
        while True:
            try:
                order = await self._world.call(service, call)
            except Unreachable:
                if once:
                    return None
                await asyncio.sleep(self._random.choice((0.2, 3.0)))
            except (*REFUSED, OrderNotFound) as refusal:
                self._world.note(f"{self._buyer.openid} is told: {refusal}")
                return None
            else:
                self._world.answers.append((order.order_id, order.version, order.status))
                return order

    async def _wait(self, *seconds: float) -> None:
        await asyncio.sleep(self._random.choice(seconds))


def set_chaos(world: World) -> None:
    """Choose this schedule's faults. Each kind is absent from many schedules, so that it cannot hide another."""
    choose = world.random.choice
    chaos: Chaos = world.chaos
    chaos.kill = choose((0.0, 0.0, 0.006, 0.02, 0.06))
    chaos.freeze = choose((0.0, 0.0, 0.005, 0.02))
    chaos.slow = choose((0.0, 0.1, 0.4))
    world.alipay.lost = choose((0.0, 0.1, 0.4))
    world.alipay.refuse = choose((0.0, 0.0, 0.3))
    world.alipay.behind = timedelta(seconds=choose((0, 0, 20)))


async def cause_chaos(world: World) -> None:
    """Groups are rewound and clocks jump, a few times."""
    random = world.random
    for _ in range(random.choice((0, 1, 3))):
        await asyncio.sleep(random.choice((0.0, 0.7, 4.0, 15.0, 30.0)))
        if random.random() < 0.5:
            group = random.choice(list(world.groups()))
            world.note(f"{group.name} is rewound")
            group.rewind()
        elif processes := list(world.processes()):
            process = random.choice(processes)
            process.skew = timedelta(seconds=random.choice((-3600, -20, -1, 0, 2, 30, 3600)))
            world.note(f"the clock of {process.name} is wrong by {process.skew}")
