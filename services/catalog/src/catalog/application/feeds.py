"""Carries out the commands of feeds: a batch is decided and written together, and each command gets an outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalog.application.caller import may_prepare
from catalog.application.content_checks import ContentChecks
from catalog.application.contracts_out import feed_result, product_event
from catalog.application.feed_pictures import FeedPictures, shown_from
from catalog.application.picture_ports import Asked
from catalog.application.ports import HistoryStore, MiniProgramStore, OwnerRegister, ProductStore, StockStore
from catalog.application.stock_keeping import StockKeeping
from catalog.domain import feed as rules
from catalog.domain import product as products
from catalog.domain.errors import ContentRefused, ContentWaits, NotFound, Refused, WrongContent
from catalog.domain.feed import FeedContent
from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Changed, Product
from catalog.domain.remote_picture import RemotePicture
from contracts.feeds import DelistFeedProduct, FeedCommand, FeedProductApplied, Outcome
from runtime.clock import Clock
from runtime.outbox.changes import Change, Command, Decide

REFUSALS = (NotFound, WrongContent, Refused, ContentRefused, ContentWaits)
Reasons = Sequence[tuple[str, str]]


class FeedResults(Protocol):
    """Publishes outcomes."""

    async def publish(self, results: Sequence[FeedProductApplied]) -> None:
        """Returns once they are durable."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A command with the content that it brings; None takes the product off sale."""

    command: FeedCommand
    content: FeedContent | None


@dataclass(frozen=True, slots=True)
class _Shops:
    """The facts on which the commands of a batch are decided. `suspended` has the refusal of each owner that is suspended."""

    suspended: Mapping[str, Refused]
    programs: Mapping[str, MiniProgram]
    categories: Mapping[str, Sequence[str]]
    present: Mapping[str, Product]
    pictures: Mapping[str, Mapping[str, RemotePicture]]
    """By mini program and address."""


class FollowFeeds:
    """Idempotent: a product keeps the run that wrote it last, so a repeated command gets the same outcome."""

    def __init__(
        self,
        store: ProductStore,
        programs: MiniProgramStore,
        histories: HistoryStore,
        stock: StockStore,
        owners: OwnerRegister,
        keeping: StockKeeping,
        pictures: FeedPictures,
        checks: ContentChecks,
        results: FeedResults,
        clock: Clock,
    ) -> None:
        self._store = store
        self._programs = programs
        self._histories = histories
        self._stock = stock
        self._owners = owners
        self._keeping = keeping
        self._pictures = pictures
        self._checks = checks
        self._results = results
        self._clock = clock

    async def __call__(self, batch: Sequence[Wanted]) -> None:
        """Write what differs, in one bulk, and publish the outcomes. An unchanged product costs no write."""
        shops = await self._shops(batch)
        refused: dict[int, Reasons] = {}
        decisions: dict[int, Decide[Product]] = {}
        for number, wanted in enumerate(batch):
            try:
                decisions[number] = await self._prepare(wanted, shops)
            except REFUSALS as refusal:
                refused[number] = _reasons(refusal)
        commands = [Command(batch[n].command.product_id, decide) for n, decide in decisions.items()]
        outcomes = await self._store.change_many(commands)
        after: dict[int, Product | None] = {}
        for number, outcome in zip(decisions, outcomes, strict=True):
            if isinstance(outcome, REFUSALS):
                refused[number] = _reasons(outcome)
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                after[number] = outcome.aggregate
        written = [batch[number] for number in after]
        adjusted = await self._set_levels(written)
        await self._pictures.ask(self._to_ask(written, shops))
        await self._results.publish(
            [
                _rejected(wanted, refused[number])
                if number in refused
                else _applied(wanted, after[number], adjusted)
                for number, wanted in enumerate(batch)
            ]
        )

    async def _shops(self, batch: Sequence[Wanted]) -> _Shops:
        program_ids = {wanted.command.mini_program_id for wanted in batch}
        programs = await self._programs.get_many(program_ids)
        histories = await self._histories.get_many(program_ids)
        present = await self._store.get_many({wanted.command.product_id for wanted in batch})
        categories = {
            program_id: [
                category.category_id
                for category in (
                    *program.details.categories,
                    *(histories[program_id].draft.categories if program_id in histories else ()),
                )
            ]
            for program_id, program in programs.items()
        }
        suspended: dict[str, Refused] = {}
        for owner_id in {wanted.command.owner_id for wanted in batch if wanted.content is not None}:
            try:
                await may_prepare(owner_id, self._owners)
            except Refused as refusal:
                suspended[owner_id] = refusal
        addresses: dict[str, set[str]] = defaultdict(set)
        for wanted in batch:
            if wanted.content is not None:
                addresses[wanted.command.mini_program_id].update(wanted.content.images_elsewhere)
        pictures = await self._pictures.known(addresses)
        return _Shops(suspended, programs, categories, present, pictures)

    def _to_ask(self, written: Sequence[Wanted], shops: _Shops) -> list[Asked]:
        """The pictures to fetch once their products are written."""
        now = self._clock()
        asked: dict[tuple[str, str, str], Asked] = {}
        for command, content in ((wanted.command, wanted.content) for wanted in written):
            known = shops.pictures.get(command.mini_program_id, {})
            for url in content.images_elsewhere if content is not None else ():
                found = known.get(url)
                if found is None or found.is_due(now):
                    is_known = found is not None and found.sha256 is not None
                    asked[command.mini_program_id, command.run_id, url] = Asked(
                        command.mini_program_id, command.owner_id, command.run_id, url, is_known
                    )
        return list(asked.values())

    async def _prepare(self, wanted: Wanted, shops: _Shops) -> Decide[Product]:
        """Check the command's content, and claim its new SKUs; returns the decision about the product."""
        command, content = wanted.command, wanted.content
        program = shops.programs.get(command.mini_program_id)
        if program is None or program.details.owner_id != command.owner_id:
            raise NotFound("this mini program")
        if content is not None and command.owner_id in shops.suspended:
            raise shops.suspended[command.owner_id]
        found, terms = program, program.terms
        pictures = shown_from(shops.pictures.get(command.mini_program_id, {}))

        def decide(current: Product | None) -> Change[Product] | None:
            if current is not None and current.mini_program_id != command.mini_program_id:
                raise Refused("product_id_taken", "Another mini program has a product with this id.")
            if content is None:
                return self._change(rules.leave(current, command.run_id) if current is not None else None)
            return self._change(
                rules.follow(
                    current,
                    content,
                    command.run_id,
                    command.product_id,
                    found.mini_program_id,
                    terms,
                    pictures,
                )
            )

        present = shops.present.get(command.product_id)
        change = decide(present)  # a refused product claims no SKU
        if content is not None and change is not None:
            kept = present.feed_images if present is not None else ()
            await self._pictures.check(command.owner_id, content.images, kept)
            await self._check(change.after, present, shops.categories[command.mini_program_id])
            if new := content.new_skus(present):
                await self._stock.claim(command.product_id, command.mini_program_id, new)
        return decide

    async def _check(self, after: Product, present: Product | None, categories: Sequence[str]) -> None:
        products.check(after.details)
        products.check_category(after.details, categories)
        shown = present.details.texts() if present is not None else {}
        await self._checks.must_pass(
            "product", after.product_id, after.mini_program_id, after.details.texts(), shown
        )

    async def _set_levels(self, batch: Sequence[Wanted]) -> set[tuple[str, str]]:
        """Set the stock that feeds give; returns each (run, SKU) whose stock changed by this, now or at an earlier delivery."""
        levels: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for wanted in batch:
            if wanted.content is not None:
                levels[wanted.command.mini_program_id, wanted.command.run_id].update(wanted.content.levels)
        return {
            (run_id, sku_id)
            for (program_id, run_id), wanted_levels in levels.items()
            for sku_id in await self._keeping.set_levels(program_id, run_id, wanted_levels)
        }

    def _change(self, changed: Changed | None) -> Change[Product] | None:
        if changed is None:
            return None
        return Change(changed[0], [product_event(*changed)], {"created_at": self._clock()})


def _applied(wanted: Wanted, after: Product | None, adjusted: set[tuple[str, str]]) -> FeedProductApplied:
    command, content = wanted.command, wanted.content
    is_ours = after is not None and after.feed_run == command.run_id
    if content is not None:
        is_ours = is_ours or any((command.run_id, sku_id) in adjusted for sku_id in content.levels)
    changed: Outcome = "removed" if isinstance(command, DelistFeedProduct) else "accepted"
    return feed_result(
        command, changed if is_ours else "unchanged", after.version if after is not None else 0
    )


def _rejected(wanted: Wanted, reasons: Reasons) -> FeedProductApplied:
    return feed_result(wanted.command, "rejected", 0, reasons)


def _reasons(refusal: Exception) -> Reasons:
    match refusal:
        case WrongContent() | ContentRefused():
            return refusal.errors
        case Refused():
            field = "id" if refusal.code in ("product_id_taken", "sku_taken") else ""
            return [(field, refusal.detail)]
        case ContentWaits():
            return [
                (
                    "",
                    f"An operator decides about these texts first ({refusal.check_id}). Send them again afterwards.",
                )
            ]
        case _:
            return [("", f"There is no such thing: {refusal}.")]
