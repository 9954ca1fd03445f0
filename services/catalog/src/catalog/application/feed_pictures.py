"""Pictures of feeds: fetched in the background, a few at a time, re-encoded, and put on their products."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.application.contracts_out import picture_tried, product_event
from catalog.application.picture_ports import (
    Asked,
    Claimed,
    FetchedFile,
    PictureFailed,
    PictureFetcher,
    PictureResults,
    RemotePictures,
)
from catalog.application.picture_turns import Turns
from catalog.application.pictures import Pictures
from catalog.application.ports import ProductStore
from catalog.domain import feed as rules
from catalog.domain.errors import PictureWorkerDied, TooManyPictures, UnreadablePicture
from catalog.domain.picture import Picture, is_here
from catalog.domain.product import Product
from catalog.domain.remote_picture import RemotePicture
from contracts.feeds import PictureOutcome
from runtime.batching import Batcher
from runtime.clock import Clock
from runtime.errors import Unavailable, is_unavailable, redacted
from runtime.metrics import Counter
from runtime.outbox.changes import Change, Command

log = logging.getLogger(__name__)

pictures_tried = Counter(
    "anchorage.feeds.pictures", "{picture}",
    "pictures of feeds by outcome: fetched, unchanged (as at the last fetch), failed (tried again), or given_up",
    ("anchorage.outcome",),
)  # fmt: skip

LEASE = timedelta(minutes=1)
"""After this time another replica tries the pictures that a killed process had claimed."""
RENEW_SECONDS = 5.0
"""How often claims are renewed: on a busy machine, rendering can take longer than the lease."""
POLL_INTERVAL_SECONDS = 30.0
"""How often an idle replica asks for pictures that other replicas, and processes that ended, have left."""
GATHER_SECONDS = 1.0
"""Pictures that arrive within this time change their products in one write; those of one product mostly do."""
MAX_BATCH = 200
"""Products that are changed in one write."""
MAX_PRODUCTS_NAMED = 100
"""Products that are named in reports for one picture that failed."""


@dataclass(frozen=True, slots=True)
class _Tried:
    picture: RemotePicture
    outcome: PictureOutcome
    message: str = ""
    again: datetime | None = None


class FeedPictures:
    """Queues pictures, and fetches those that are due. At least once: a claim that expires makes its picture due again."""

    def __init__(
        self,
        remote: RemotePictures,
        products: ProductStore,
        pictures: Pictures,
        fetcher: PictureFetcher,
        news: PictureResults,
        clock: Clock,
    ) -> None:
        self._remote = remote
        self._products = products
        self._pictures = pictures
        self._fetcher = fetcher
        self._news = news
        self._clock = clock
        self._woken = asyncio.Event()
        self._turns = Turns()
        self._tasks: dict[asyncio.Task[None], RemotePicture] = {}
        self._settle = Batcher[RemotePicture, None](
            self._settle_all, max_batch=MAX_BATCH, interval=GATHER_SECONDS
        )

    async def known(self, wanted: Mapping[str, set[str]]) -> dict[str, Mapping[str, RemotePicture]]:
        """What is known of addresses, by mini program."""
        return {program: await self._remote.known(program, urls) for program, urls in wanted.items()}

    async def check(self, owner_id: str, addresses: Sequence[str], kept: Collection[str]) -> None:
        """Raises WrongContent for addresses of this installation that the owner may not show, unless they are `kept`."""
        here = [(f"images[{number}]", url) for number, url in enumerate(addresses) if is_here(url)]
        await self._pictures.check(owner_id, here, kept)

    async def ask(self, asked: Sequence[Asked]) -> None:
        """Have pictures fetched soon."""
        if asked:
            await self._remote.ask(asked, self._clock())
            self._woken.set()

    async def run(self) -> None:
        """Fetch pictures that are due, as long as the service runs."""
        keeping = asyncio.create_task(self._keep_claims())
        try:
            while True:
                self._woken.clear()
                await self._take_up()
                with suppress(TimeoutError):
                    async with asyncio.timeout(await self._pause()):
                        await self._woken.wait()
        finally:
            tasks, self._tasks = [keeping, *self._tasks], {}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_claims(self) -> None:
        """Renew the claims of the pictures in progress."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                if self._tasks:
                    await self._remote.renew(list(self._tasks.values()), self._clock() + LEASE)
            except Exception as error:  # claims outlast some missed renewals
                log.warning("claims of pictures are not renewed: %s", redacted(error))

    async def _take_up(self) -> None:
        """Claim pictures while there is room."""
        waiting = set(await self._remote.owners(self._clock())) if self._turns.has_room else set()
        self._turns.keep(waiting)
        while self._turns.has_room and (owner := self._turns.next_owner(waiting)) is not None:
            last, busy = self._turns.last_host(owner), self._turns.busy_hosts
            taken = await self._remote.claim(owner, last, busy, self._clock(), LEASE)
            if taken is None:
                waiting.remove(owner)
                continue
            self._turns.begin(owner, taken.host)
            task = asyncio.create_task(self._work(owner, taken))
            self._tasks[task] = taken.picture
            task.add_done_callback(lambda ended: self._tasks.pop(ended, None))

    async def _pause(self) -> float:
        """Seconds until there may be something to do. The end of a fetch wakes the loop earlier."""
        if not self._turns.is_idle:
            return POLL_INTERVAL_SECONDS
        due = await self._remote.next_due()
        if due is None:
            return POLL_INTERVAL_SECONDS
        return min(POLL_INTERVAL_SECONDS, max(0.0, (due - self._clock()).total_seconds()))

    async def _work(self, owner_id: str, claimed: Claimed) -> None:
        picture = claimed.picture
        try:
            try:
                tried = await self._try(picture)
            finally:
                self._turns.end(owner_id, claimed.host)
                self._woken.set()
            pictures_tried.add(1, tried.outcome)
            await self._end(tried)
        except Exception as error:  # the claim runs out, and the picture is tried again
            log.warning("a picture of a feed waits: %s", redacted(error), exc_info=not is_unavailable(error))
            if isinstance(error, Unavailable):
                await self._put_off(picture)

    async def _put_off(self, picture: RemotePicture) -> None:
        """Try it again soon, without counting this attempt."""
        soon = self._clock() + timedelta(seconds=POLL_INTERVAL_SECONDS)
        try:
            await self._remote.end([picture.untried()], soon)
        except Exception as error:
            log.warning("a picture of a feed waits longer: %s", redacted(error))

    async def _try(self, picture: RemotePicture) -> _Tried:
        if picture.is_spent:
            message = "The picture could not be read, however often it was tried."
            return _Tried(picture.as_failed(), "given_up", message)
        now = self._clock()
        try:
            file = await self._fetcher.fetch(picture)
            if file is None:
                return _Tried(picture.unchanged(now), "unchanged")
            made = await self._make(picture, file)
        except PictureFailed as error:
            return self._failed(picture, str(error), for_good=error.for_good)
        except UnreadablePicture as error:
            return self._failed(picture, str(error), for_good=True)
        same = made.sha256 == picture.sha256
        return _Tried(
            picture.fetched(made.sha256, file.etag, file.last_modified, now),
            "unchanged" if same else "fetched",
        )

    async def _make(self, picture: RemotePicture, file: FetchedFile) -> Picture:
        """The picture in all widths; a file that is stored already is not rendered again."""
        try:
            return await self._pictures.upload(picture.owner_id, file.data)
        except PictureWorkerDied:
            raise PictureFailed("The picture needs too much memory or time. Send a smaller one.") from None
        except TooManyPictures as error:
            raise Unavailable("the rendering of pictures") from error

    def _failed(self, picture: RemotePicture, message: str, *, for_good: bool) -> _Tried:
        again = None if for_good else picture.next_attempt(self._clock())
        if again is None:
            end = "" if for_good else f" It was tried {picture.attempts} times; the next run tries it again."
            return _Tried(picture.as_failed(), "given_up", message + end)
        message = f"{message} It is tried again at {again:%Y-%m-%d %H:%M} UTC."
        return _Tried(picture.as_failed(), "failed", message, again)

    async def _end(self, tried: _Tried) -> None:
        picture = tried.picture
        if tried.outcome in ("fetched", "unchanged"):
            await self._remote.save(picture)
            await self._settle(picture)
            return
        await self._tell(tried)
        await self._remote.end([picture], tried.again)

    async def _settle_all(self, pictures: Sequence[RemotePicture]) -> list[Exception | None]:
        """Put the pictures on their products, take earlier failures out of reports, and end the claims."""
        by_program: dict[str, list[RemotePicture]] = defaultdict(list)
        for picture in pictures:
            by_program[picture.mini_program_id].append(picture)
        errors: dict[tuple[str, str], Exception] = {}
        for program, fetched in by_program.items():
            failed = await self._show(program, [picture.url for picture in fetched])
            errors |= {(program, url): error for url, error in failed.items()}
        outcomes = [errors.get((picture.mini_program_id, picture.url)) for picture in pictures]
        shown = [picture for picture, error in zip(pictures, outcomes, strict=True) if error is None]
        for picture in shown:
            if picture.attempts > 1:
                await self._tell(_Tried(picture, "fetched"))
        if shown:
            await self._remote.end(shown)
        return outcomes

    async def _show(self, mini_program_id: str, urls: Sequence[str]) -> dict[str, Exception]:
        """Put pictures from these addresses on all products that name them. Returns the errors of failed writes, by address."""
        errors: dict[str, Exception] = {}
        after = ""
        while found := await self._products.with_feed_images(mini_program_id, urls, after, MAX_BATCH):
            named = {address for product in found for address in product.feed_images}
            known = await self._remote.known(mini_program_id, named)
            ours = shown_from(known)

            def take(current: Product | None, ours: Mapping[str, str] = ours) -> Change[Product] | None:
                changed = rules.take_pictures(current, ours) if current is not None else None
                return Change(changed[0], [product_event(*changed)]) if changed is not None else None

            commands = [Command(product.product_id, take) for product in found]
            outcomes = await self._products.change_many(commands)
            for product, outcome in zip(found, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    errors |= dict.fromkeys(product.feed_images, outcome)
            after = found[-1].product_id
        return errors

    async def _tell(self, tried: _Tried) -> None:
        """Publish the outcome to the runs that asked for the picture, for each product that names it."""
        picture = tried.picture
        found = await self._products.with_feed_images(
            picture.mini_program_id, [picture.url], "", MAX_PRODUCTS_NAMED
        )
        news = [
            picture_tried(picture, run_id, product.product_id, tried.outcome, tried.message)
            for run_id in picture.runs
            for product in found
        ]
        if news:
            await self._news.publish_pictures(news)


def shown_from(known: Mapping[str, RemotePicture]) -> dict[str, str]:
    """Our copies of pictures, by the addresses from which they were fetched."""
    return {url: Picture(one.sha256, 0, 0).url for url, one in known.items() if one.sha256 is not None}
