"""What viewers read: entrance, store and product pages, videos, and where an anchor or a link leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from catalog.application.read_model import rendering
from catalog.application.read_model.entries import (
    EntrancePosition,
    MiniProgramEntry,
    Part,
    ProductEntry,
    StoreFilter,
    StorePosition,
)
from catalog.application.read_model.freshness import Freshness
from catalog.application.read_model.shelf import Shelf
from catalog.domain.errors import NotFound, PagesOutdated
from catalog.domain.video import Anchor, Video


@dataclass(frozen=True, slots=True)
class Viewer:
    """A viewer in a host, by pseudonym; a session of one mini program names both, a host's own token neither."""

    host_id: str | None
    mini_program_id: str | None
    viewer: str | None = None


class Storefront:
    """The pages as JSON. Raises PagesOutdated rather than show a price or a stock level that is too old."""

    def __init__(self, shelf: Shelf, freshness: Freshness) -> None:
        self._shelf = shelf
        self._freshness = freshness

    def entrance(self, host_id: str, part: Part[EntrancePosition]) -> bytes:
        """The mini programs of the host: a page of MiniProgramCard."""
        self._check_freshness()
        return self._shelf.entrance(host_id, part)

    def store(
        self,
        viewer: Viewer,
        mini_program_id: str,
        wanted: StoreFilter,
        part: Part[StorePosition],
        trial: MiniProgramEntry | None = None,
    ) -> bytes:
        """A StorePage; without products, and saying so, while their prices and stock levels may be too old.

        A tester sees `trial` in place of the mini program that viewers see.
        """
        program = self._entered(viewer, mini_program_id, trial)
        if self._freshness.outdated:
            return rendering.store_page_without_products(program.head)
        return rendering.store_page(program.head, self._shelf.store(program, wanted, part))

    def product(
        self, viewer: Viewer, mini_program_id: str, product_id: str, trial: MiniProgramEntry | None = None
    ) -> bytes:
        """The ProductPage of a listed product of the mini program, or of what a tester sees of it."""
        program = self._entered(viewer, mini_program_id, trial)
        product = self._shelf.products.get(product_id)
        if product is None or product.mini_program_id != program.mini_program_id or not product.listed:
            raise NotFound("this product")
        self._check_freshness()
        return self._shelf.page(product)

    def product_target(self, host_id: str, mini_program_id: str, product_id: str) -> bytes:
        """Where a link to a product leads, or why it cannot be opened."""
        self._check_freshness()
        return self._target(host_id, mini_program_id, product_id, {})

    def video(self, host_id: str, video_id: str) -> bytes:
        """The VideoPage of a video of the host."""
        self._check_freshness()
        video = self._video(host_id, video_id)
        anchors = [self._anchor(host_id, a) for a in video.anchors if self._shelf.shows(video, a)]
        return rendering.video_page(video, anchors)

    def anchor_target(self, host_id: str, video_id: str, anchor_id: str) -> bytes:
        """Where an anchor leads, or why it cannot be opened; never to another shop's product."""
        self._check_freshness()
        video = self._video(host_id, video_id)
        anchor = next((a for a in video.anchors if a.anchor_id == anchor_id), None)
        if anchor is None or not self._shelf.shows(video, anchor):
            raise NotFound("this anchor")
        creator = {"creator_id": video.creator_id}
        return self._target(host_id, anchor.mini_program_id, anchor.product_id, creator)

    def _check_freshness(self) -> None:
        if self._freshness.outdated:
            raise PagesOutdated("The catalog cannot be read at the moment. Try again after Retry-After.")

    def _entered(
        self, viewer: Viewer, mini_program_id: str, trial: MiniProgramEntry | None
    ) -> MiniProgramEntry:
        """The mini program, if it is published in the viewer's host; a session sees only its own."""
        program = trial or self._shelf.mini_programs.get(mini_program_id)
        if (
            program is None
            or program.state != "published"
            or viewer.host_id not in program.hosts
            or (viewer.mini_program_id or mini_program_id) != mini_program_id
        ):
            if not self._freshness.loaded:
                raise PagesOutdated("The catalog is starting. Try again after Retry-After.")
            raise NotFound("this mini program")
        return program

    def _video(self, host_id: str, video_id: str) -> Video:
        video = self._shelf.videos.get(video_id)
        if video is None or video.deleted or video.host_id != host_id:
            raise NotFound("this video")
        return video

    def _product_shown(self, product_id: str, reason: str | None) -> ProductEntry | None:
        """The product behind an anchor or a link, if viewers may see it: a product that is sold out is shown too."""
        return self._shelf.products.get(product_id) if reason in (None, "sold_out") else None

    def _anchor(self, host_id: str, anchor: Anchor) -> dict[str, Any]:
        reason = self._shelf.why_unavailable(host_id, anchor.mini_program_id, anchor.product_id)
        product = self._product_shown(anchor.product_id, reason)
        return {
            "anchor_id": anchor.anchor_id,
            "title": anchor.title,
            "title_en": anchor.title_en,
            "mini_program_id": anchor.mini_program_id,
            "product_id": anchor.product_id,
            "price": rendering.money(product.price) if product is not None else None,
            "image_url": product.image if product is not None else None,
            "start_ms": anchor.start_ms,
            "available": reason is None,
        }

    def _target(self, host_id: str, mini_program_id: str, product_id: str, extra: dict[str, str]) -> bytes:
        reason = self._shelf.why_unavailable(host_id, mini_program_id, product_id)
        shown = self._product_shown(product_id, reason)
        product = self._shelf.products.get(product_id)
        own = product is not None and product.mini_program_id == mini_program_id
        return orjson.dumps(
            {
                "target": {
                    "mini_program_id": mini_program_id,
                    "page": "product",
                    "product": orjson.Fragment(self._shelf.page(shown)) if shown is not None else None,
                    "available": reason is None,
                    "reason": reason,
                },
                "product_id": product_id,
                "mini_program_id": mini_program_id,
                "terms_version": product.terms_version if product is not None and own else None,
                **extra,
            }
        )
