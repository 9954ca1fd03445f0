"""Sends products and stock to Anchorage, and only what it does not have."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from platform_demo.book import Book, now
from platform_demo.catalogue import Shop
from platform_demo.database import Database
from platform_demo.feed import Push, feed_file, what_to_push
from platform_demo.gateway import Away, Gateway, Refused
from platform_demo.pictures import draw
from platform_demo.shelf import Shelf

Json = dict[str, Any]
PAUSES = (1, 1, 2, 2, 4, 4, 8, 8, 15)
"""Seconds between two polls of a run that has not ended; then LONG_PAUSE."""
LONG_PAUSE = 30
MAX_POLLS = 40
SHOWN_LINES = 20
MERGE_PATCH = "application/merge-patch+json"

log = logging.getLogger(__name__)


@dataclass
class Pusher:
    """Pushes one shop after the other."""

    gateway: Gateway
    database: Database
    shelf: Shelf
    book: Book

    async def push(self, shops: Sequence[Shop], *, allow_mass_removal: bool = False) -> None:
        """Send Anchorage what it lacks of these shops. Idempotent, also after a crash. Raises Away and Refused."""
        async with self.database.turn():
            await self.push_in_turn(shops, allow_mass_removal=allow_mass_removal)

    async def push_in_turn(self, shops: Sequence[Shop], *, allow_mass_removal: bool = False) -> None:
        """The same, for a caller that holds `Database.turn`."""
        for shop in shops:
            await self._pictures(shop)
            await self._feed(shop, allow_mass_removal)
            await self._english(shop)
            await self._stock(shop)

    async def _pictures(self, shop: Shop) -> None:
        """Upload pictures that were not uploaded yet. A platform with a picture server would put its https addresses into the feed."""
        for row in self.shelf.products(shop.mini_program_id):
            if row["picture_url"] is None:
                picture = draw(row["shape"], row["colour"])
                answer = await self.gateway.call("POST", "/v1/owner/media", data=picture, media="image/png")
                self.database.run(
                    "UPDATE product SET picture_url = ? WHERE product_id = ?",
                    answer["url"],
                    row["product_id"],
                )

    async def _feed(self, shop: Shop, allow_mass_removal: bool) -> None:
        program = shop.mini_program_id
        complete = self.database.setting(f"complete {program}") is not None
        listings = self.shelf.listings(program)
        push = what_to_push(listings, self.shelf.marks_sent(program), complete=complete)
        if push is None:
            return
        feed = f"/v1/owner/mini-programs/{program}/feeds/{await self._feed_id(program, push.mode)}"
        query = "?allow_mass_removal=true" if allow_mass_removal else ""
        started = await self.gateway.call(
            "POST", f"{feed}/runs{query}", data=feed_file(push.listings), media="application/gzip"
        )
        run = await self._ended(f"{feed}/runs/{started['run_id']}")
        self._keep_run(program, push, run)
        wrong = await self._wrong_lines(f"{feed}/runs/{run['run_id']}", shop) if run["rejected"] else set()
        if run["status"] != "done":
            self.book.note(f"feed of {shop.name.zh}", [f"{run['status']}: {run['reason']}"], "not yet")
            return
        self.shelf.sent(program, push.mode, [one for one in push.listings if one.product_id not in wrong])
        if push.mode == "full":
            self.database.remember(f"complete {program}", now())
        log.info("feed of %s: %s lines, %s accepted", program, run["lines"], run["accepted"])

    async def _feed_id(self, program: str, mode: str) -> str:
        """The shop's feed for this mode; it is created when it is first needed."""
        row = self.database.one(
            "SELECT feed_id FROM feed WHERE mini_program_id = ? AND mode = ?", program, mode
        )
        if row is not None:
            return str(row["feed_id"])
        terms = {"name": f"platform {mode}", "format": "csv", "mode": mode}
        feed = await self.gateway.call("POST", f"/v1/owner/mini-programs/{program}/feeds", terms)
        self.database.run("INSERT INTO feed VALUES (?, ?, ?)", program, mode, feed["feed_id"])
        return str(feed["feed_id"])

    async def _ended(self, path: str) -> Json:
        """The run once it has ended. Raises Away after MAX_POLLS."""
        for polls in range(MAX_POLLS):
            await asyncio.sleep(PAUSES[polls] if polls < len(PAUSES) else LONG_PAUSE)
            run: Json = await self.gateway.get(path)
            if run["finished_at"]:
                return run
        raise Away(f"{path} does not end")

    def _keep_run(self, program: str, push: Push, run: Json) -> None:
        self.database.run(
            "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            run["run_id"], program, push.mode, run["status"], run["lines"], run["accepted"], run["rejected"], now(),
        )  # fmt: skip

    async def _wrong_lines(self, run: str, shop: Shop) -> set[str]:
        """The products with a wrong line, which are listed as differences."""
        report = await self.gateway.get(f"{run}/report")
        lines = [json.loads(line) for line in report.splitlines() if line]
        for line in lines[:SHOWN_LINES]:
            self.book.note(
                f"feed of {shop.name.zh}, line {line['line']}",
                [f"{line['field']}: {line['message']}"],
                "not yet",
            )
        return {line["product_id"] for line in lines}

    async def _english(self, shop: Shop) -> None:
        """Feeds have no English titles: a call of its own sets each one, after the feed that made the product."""
        for row in self.shelf.products(shop.mini_program_id):
            if row["sent_mark"] and row["sent_english"] != row["title_en"]:
                await self.gateway.call(
                    "PATCH", f"/v1/owner/mini-programs/{shop.mini_program_id}/products/{row['product_id']}",
                    {"title_en": row["title_en"]}, media=MERGE_PATCH,
                )  # fmt: skip
                self.database.run(
                    "UPDATE product SET sent_english = ? WHERE product_id = ?",
                    row["title_en"],
                    row["product_id"],
                )

    async def _stock(self, shop: Shop) -> None:
        """Send the changes of stock, up to 1,000 in a call. A call that was not answered is repeated under its key."""
        while True:
            key, moves = self.shelf.next_moves(shop.mini_program_id, f"stock-{secrets.token_hex(12)}")
            if not moves:
                return
            items = [{"sku_id": move.sku_id, "change": move.change} for move in moves]
            path = f"/v1/owner/mini-programs/{shop.mini_program_id}/stock"
            try:
                answer = await self.gateway.call("POST", path, {"items": items}, key=key)
            except Refused:
                self.shelf.answered([], failed=moves)
                raise
            failed = [
                move for move, item in zip(moves, answer["items"], strict=True) if item["outcome"] == "failed"
            ]
            self._refused(answer["items"])
            self.shelf.answered([move for move in moves if move not in failed], failed)
            if failed:
                return

    def _refused(self, items: Sequence[Json]) -> None:
        for item in items:
            if item["outcome"] == "failed":
                self.book.note(f"stock of {item['sku_id']}", [f"{item['code']}: {item['detail']}"], "not yet")
