"""Maps the catalog's events to what sharecode keeps of them."""

from __future__ import annotations

from contracts.catalog import MiniProgramState, ProductState
from runtime.mongo.client import Document


def product_of(event: ProductState) -> Document:
    """Whether a product may be shared."""
    return {
        "mini_program_id": event.mini_program_id,
        "share_allowed": event.share_allowed,
        "listed": event.listed,
        "version": event.version,
    }


def mini_program_of(event: MiniProgramState) -> Document:
    """Who owns a mini program."""
    return {"owner_id": event.owner.owner_id, "version": event.version}
