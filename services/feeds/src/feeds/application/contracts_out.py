"""The one mapping from feeds' domain to the commands and events that it publishes."""

from __future__ import annotations

from typing import Literal

from contracts.feeds import ApplyFeedProduct, DelistFeedProduct, FeedRunFinished, FeedSku
from contracts.money import cny
from feeds.domain.run import Run, Status
from product_feeds.staging import FeedProduct

_ENDS: dict[Status, Literal["done", "refused", "failed", "cancelled"]] = {
    "done": "done",
    "refused": "refused",
    "failed": "failed",
    "cancelled": "cancelled",
}


def apply_command(run: Run, product: FeedProduct, default_stock: int) -> ApplyFeedProduct:
    """Put the product on sale as the feed has it."""
    return ApplyFeedProduct(
        version=0,
        run_id=run.run_id,
        mini_program_id=run.mini_program_id,
        owner_id=run.owner_id,
        product_id=product.product_id,
        title=product.title,
        description=product.description,
        brand=product.brand,
        model=product.model,
        category_id=product.category_id,
        images=product.images,
        skus=tuple(
            FeedSku(
                sku_id=sku.sku_id,
                attributes=sku.attributes,
                attributes_en=sku.attributes_en,
                price=cny(sku.price),
                available=sku.quantity,
                initial_stock=default_stock,
            )
            for sku in product.skus
        ),
    )


def delist_command(run: Run, product_id: str) -> DelistFeedProduct:
    """Take a product off sale that the feed does not have."""
    return DelistFeedProduct(
        version=0,
        run_id=run.run_id,
        mini_program_id=run.mini_program_id,
        owner_id=run.owner_id,
        product_id=product_id,
    )


def finished(run: Run) -> FeedRunFinished:
    """The run has ended."""
    counts = run.counts
    return FeedRunFinished(
        version=run.version,
        run_id=run.run_id,
        feed_id=run.feed_id,
        mini_program_id=run.mini_program_id,
        owner_id=run.owner_id,
        status=_ENDS[run.status],
        reason=run.reason,
        lines=counts.lines,
        accepted=counts.accepted,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        removed=counts.removed,
        at=run.finished_at or run.queued_at,
    )
