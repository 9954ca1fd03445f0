"""One schedule: buyers act while faults happen, the faults end, time passes, and then everything must be right."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from catalog.domain.on_sale import OnSale
from checkout.application import receipts
from checkout.domain.coupon import Coupon, CouponTerms
from checkout.domain.delivery import DeliveryTerms, RegionFee
from contracts.catalog import MiniProgramPublished, Owner, ProductListed, SkuState
from contracts.money import cny
from contracts.terms import CommissionTerms
from payment.application import due_trades
from runtime.outbox.changes import Change
from simulation.actors import COUPON, PRICE, SHOP, BuyerActor, cause_chaos, set_chaos
from simulation.invariants import violations
from simulation.loop import Restless
from simulation.process import EPOCH
from simulation.world import Parts, World

POLL_SECONDS = 26.0
"""Instead of payment's one second: each poll costs time, and a trade that becomes due wakes the loop anyway."""
CHECK_AGAIN = timedelta(seconds=40)
"""Instead of an hour: when a receipt that was held is checked again."""
LOOK_EVERY = 30.0
"""Seconds between two looks whether everything is at rest."""
PATIENCE = 40
"""How many looks: twenty minutes, longer than any retry."""

PROGRAM = MiniProgramPublished(
    version=1, mini_program_id=SHOP, name="茶", owner=Owner(owner_id="owner1", name="Lin", kind="brand"), category="e_commerce",
    logo_url="/media/logo.png", hosts=("host1",), state="published",
    terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
)  # fmt: skip
PRODUCT = ProductListed(
    version=1, product_id="p1", mini_program_id=SHOP, title="龙井茶", category_id="tea", images=("/media/tea.png",),
    skus=tuple(SkuState(sku_id=s, attributes={}, price=cny(PRICE)) for s in ("s1", "s2")), listed=True,
    terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
)  # fmt: skip
DELIVERY_TERMS = (
    DeliveryTerms(SHOP, version=1),
    DeliveryTerms(SHOP, flat=600, free_from=2 * PRICE, version=1),
    DeliveryTerms(SHOP, flat=600, regions=(RegionFee("浙江省", 350),), version=1),
)


TERMS = CouponTerms(
    amount=200, percent=None, minimum=0, stock=1, per_viewer=1, starts=EPOCH - timedelta(days=1), ends=EPOCH + timedelta(days=1)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is wrong at the end of a schedule, and what happened in it if that was traced."""

    seed: int
    wrong: list[str]
    trace: list[str]


def run_schedule(seed: int, parts: Parts = Parts(), *, traced: bool = False) -> Outcome:  # noqa: B008
    """Play the schedule of this seed. The same seed plays the same schedule."""
    world = World(seed, parts, traced=traced)
    with _slow_polls():
        try:
            world.loop.run(_play(world))
        except Restless as restless:
            world.wrong = [f"it never comes to rest: {restless}"]
    return Outcome(seed, world.wrong, world.trace)


async def _play(world: World) -> None:
    await _open_shop(world)
    set_chaos(world)
    world.start_all()
    buyers = [
        world.loop.create_task(BuyerActor(world, f"buyer{n}")())
        for n in range(world.random.choice((1, 1, 1, 2, 3)))
    ]
    chaos = world.loop.create_task(cause_chaos(world))
    await asyncio.sleep(world.random.choice((10.0, 30.0, 80.0)))
    chaos.cancel()
    world.calm()
    await asyncio.gather(*buyers)
    await asyncio.sleep(_still_to_come(world))
    for _ in range(PATIENCE):
        await asyncio.sleep(LOOK_EVERY)
        world.wrong = violations(world)
        if not world.wrong:
            break
    world.end()


def _still_to_come(world: World) -> float:
    """Seconds until all times that clocks wrote which were ahead: deadlines of orders, ends of trades that are watched."""
    times = [order.expires_at for order in world.checkout.orders.aggregates.values()]
    times += [order.receive_by for order in world.checkout.orders.aggregates.values() if order.receive_by]
    times += [trade.closed_at for trade in world.payment.trades.aggregates.values() if trade.closed_at]
    return max(0.0, (max(times, default=world.clock()) - world.clock()).total_seconds())


async def _open_shop(world: World) -> None:
    await world.checkout.registry.learn([PROGRAM])
    await world.checkout.offers.learn([PRODUCT])
    await world.checkout.delivery_terms.insert([Change(world.random.choice(DELIVERY_TERMS))])
    coupon = Coupon(SHOP, COUPON, replace(TERMS, stock=world.random.choice((1, 1, 2))), 1, world.clock())
    world.checkout.coupons.aggregates[coupon.coupon_id] = coupon
    world.shelves.on_sale["p1"] = OnSale(SHOP, True, True, frozenset({"s1", "s2"}))
    for sku_id in ("s1", "s2"):
        world.shelves.put(sku_id, world.random.choice((0, 1, 2, 5)))


@contextmanager
def _slow_polls() -> Iterator[None]:
    before = due_trades.POLL_INTERVAL_SECONDS, receipts.CHECK_AGAIN
    due_trades.POLL_INTERVAL_SECONDS, receipts.CHECK_AGAIN = POLL_SECONDS, CHECK_AGAIN
    try:
        yield
    finally:
        due_trades.POLL_INTERVAL_SECONDS, receipts.CHECK_AGAIN = before


@contextmanager
def many_schedules() -> Iterator[None]:
    """Without logs. What is imported stays, so the garbage collector need not look at it; of a schedule, little stays."""
    threshold = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, *threshold[1:])
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        gc.set_threshold(*threshold)
        gc.unfreeze()
