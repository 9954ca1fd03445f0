"""An owner with a mini program of one test's own."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from contracts.catalog import Category, MiniProgramPublished, Owner, ProductListed, SkuState
from contracts.feeds import FeedProductApplied, Outcome
from contracts.money import cny
from contracts.terms import CommissionTerms
from feeds.adapters.mongo_shops import MongoShops
from support.events import records_of, tell, types_of, value_of
from support.eventually import Eventually
from support.issuer import Issuer

TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
HEADER = "id,title,price,product_type,image_link,quantity\n"


def csv_of(*product_ids: str, price: str = "12.00 CNY") -> bytes:
    """A feed with a right line for each product."""
    lines = [f"{p},Pot,{price},Pots,https://shop.example/{p}.jpg,5\n" for p in product_ids]
    return (HEADER + "".join(lines)).encode()


@dataclass
class Shop:
    """Calls the service as the owner."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer
    kafka: str
    prefix: str
    eventually: Eventually
    projection: MongoShops
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(5))
    owner_id: str = field(default_factory=lambda: "o" + secrets.token_hex(5))
    feed_id: str = ""

    @property
    def path(self) -> str:
        return f"/v1/owner/mini-programs/{self.mini_program_id}/feeds"

    @property
    def runs(self) -> str:
        return f"{self.path}/{self.feed_id}/runs"

    def product(self, name: str) -> str:
        """An id of this shop's own."""
        return f"{self.mini_program_id}-{name}"

    async def call(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        headers = self.issuer.headers("owner", owner_id=self.owner_id) | more.pop("headers", {})
        async with self.http.request(method, self.url + path, headers=headers, **more) as answer:
            is_json = answer.content_type in ("application/json", "application/problem+json")
            return answer.status, await answer.json(content_type=None) if is_json else await answer.text()

    async def must(self, method: str, path: str, **more: Any) -> Any:
        """The answer to a call that succeeds."""
        status, answer = await self.call(method, path, **more)
        assert status < 300, answer
        return answer

    async def open(self, *listed: str, **feed: Any) -> Shop:
        """The shop with these products on sale, and a feed."""
        await self.published(
            MiniProgramPublished(
                version=1, mini_program_id=self.mini_program_id, name="Pots", logo_url="/media/l.png", state="published",
                owner=Owner(owner_id=self.owner_id, name="Hill", kind="brand"), category="kitchen", hosts=("h",), terms=TERMS,
                categories=(Category(category_id="pots", name="锅具", name_en="Pots"),),
            ),
            *(
                ProductListed(
                    version=1, product_id=self.product(name), mini_program_id=self.mini_program_id, title="Pot", category_id="pots",
                    skus=(SkuState(sku_id=self.product(name), attributes={}, price=cny(1)),), terms=TERMS,
                )
                for name in listed
            ),
        )  # fmt: skip
        wanted = {"name": "All", "format": "csv", "mode": "incremental"} | feed

        async def known() -> Any:
            return await self.must("POST", self.path, json=wanted)

        async def are_listed() -> bool:
            return len([p async for p in self.projection.listed(self.mini_program_id)]) == len(listed)

        self.feed_id = (await self.eventually(known, within=30, what="the shop is known"))["feed_id"]
        await self.eventually(are_listed, within=30, what="its products are known")
        return self

    async def published(self, *events: Any) -> None:
        await tell(self.kafka, self.prefix, *events)

    async def start(self, file: bytes | None, query: str = "", key: str | None = None) -> str:
        """The id of a new run."""
        headers = {"Content-Type": "text/csv"} if file is not None else {}
        headers |= {"Idempotency-Key": key} if key is not None else {}
        return str((await self.must("POST", self.runs + query, data=file, headers=headers))["run_id"])

    async def ended(self, run_id: str) -> dict[str, Any]:
        """The run, once it has ended."""

        async def look() -> Any:
            run = await self.must("GET", f"{self.runs}/{run_id}")
            assert run["finished_at"] is not None, run
            return run

        run: dict[str, Any] = await self.eventually(look, within=60, what="the end of the run")
        return run

    async def report(self, run_id: str, query: str = "") -> str:
        return str(await self.must("GET", f"{self.runs}/{run_id}/report{query}"))

    async def commands(self) -> list[dict[str, Any]]:
        """The commands about this shop, each with its `event` name."""
        records = await records_of(self.kafka, f"{self.prefix}feed-commands")
        values = [value_of(r) | {"event": n} for r, n in zip(records, types_of(records), strict=True)]
        return [value for value in values if value["mini_program_id"] == self.mini_program_id]

    @asynccontextmanager
    async def catalog(
        self, outcome_of: Callable[[dict[str, Any]], Outcome] = lambda command: "accepted"
    ) -> AsyncIterator[None]:
        """Inside, the commands about this shop are answered, each as often as it is sent."""
        ended = asyncio.Event()
        task = asyncio.create_task(self._answer(outcome_of, ended))
        try:
            yield
        finally:
            ended.set()
            await task

    async def _answer(self, outcome_of: Callable[[dict[str, Any]], Outcome], ended: asyncio.Event) -> None:
        answered = Counter[tuple[str, str]]()
        while not ended.is_set():
            sent = Counter[tuple[str, str]]()
            for command in await self.commands():  # in any order: products are spread over partitions
                about = command["run_id"], command["product_id"]
                sent[about] += 1
                if sent[about] <= answered[about]:
                    continue
                outcome: Outcome = (
                    "removed" if command["event"] == "DelistFeedProduct" else outcome_of(command)
                )
                reasons = [
                    {"field": "category_id", "message": "there is no such category"},
                    {"field": "skus[0].sku_id", "message": "another product has it"},
                    {"field": "skus[1].sku_id", "message": "another product has it too"},
                ]
                result = {
                    "version": 1, "outcome": outcome, "reasons": reasons if outcome == "rejected" else [],
                    **{name: command[name] for name in ("run_id", "mini_program_id", "product_id")},
                }  # fmt: skip
                await self.published(FeedProductApplied.model_validate(result))
            answered = sent
            await asyncio.sleep(0.2)
