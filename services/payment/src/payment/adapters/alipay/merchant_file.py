"""The merchants' file while payment runs: it is read again when it changes, and its certificates' ends are watched."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from payment.adapters.alipay.merchants import Merchant, read_entries, read_merchants
from runtime.clock import Clock
from runtime.metrics import Gauge

log = logging.getLogger(__name__)
days_left = Gauge(
    "anchorage.payment.certificate.days_left",
    "{day}",
    "days until a merchant's certificate expires: `app`, `alipay` or `root`; below 0 it has expired",
    ("anchorage.merchant", "anchorage.certificate"),
)
file_refused = Gauge(
    "anchorage.payment.merchants_file.refused",
    "{file}",
    "1 while the merchants' file on disk is refused and the merchants read before are in force",
)

LOOK_SECONDS = 5.0
"""Between two looks at the files: a change is in force within this time."""
WARN_WITHIN = timedelta(days=30)
WARN_AGAIN = timedelta(days=1)

State = tuple[tuple[int, int, int, int] | None, ...]
Take = Callable[[Sequence[Merchant]], None]


class MerchantFile:
    """The merchants in force. A changed file is checked as a whole; if anything in it is wrong, nothing of it is taken."""

    def __init__(self, file: Path, clock: Clock) -> None:
        """Reads the file now; raises OSError or ValueError."""
        self._file = file
        self._clock = clock
        self._state = self._look()
        self.merchants = read_merchants(file)
        self.fault: str | None = None
        """Why the file on disk is refused."""
        self._warned: datetime | None = None
        self._measured: set[tuple[str, str]] = set()

    async def watch(self, take: Take) -> None:
        """Give `take` the merchants of each changed file, and warn of certificates that expire; ends only by cancellation."""
        while True:
            await self.look(take)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, take: Take) -> None:
        """Read the file again if it or a file that it names has changed."""
        state = await asyncio.to_thread(self._look)
        if state != self._state:
            self._state = state
            await self._read(take)
        self._watch_certificates()

    async def _read(self, take: Take) -> None:
        try:
            merchants = await asyncio.to_thread(read_merchants, self._file)
        except (OSError, ValueError) as wrong:
            self.fault = _said(wrong)
            log.error(
                "the merchants' file is refused; the merchants read before stay", extra={"why": self.fault}
            )
        else:
            self.merchants, self.fault, self._warned = merchants, None, None
            take(merchants)
            names = sorted(one.collector.merchant for one in merchants)
            log.info("the merchants' file was read again", extra={"merchants": names})
        file_refused.set(int(self.fault is not None))

    def _look(self) -> State:
        """What changes whenever the file or one that it names does, also behind a link that is switched."""
        named: list[Path] = []
        with suppress(OSError, ValueError):  # its own state tells when a broken file has changed
            named = [self._file.parent / file for entry in read_entries(self._file) for file in entry.files()]
        return tuple(map(_state, [self._file, *named]))

    def _watch_certificates(self) -> None:
        now = self._clock()
        ends = {
            (merchant.collector.merchant, kind): end
            for merchant in self.merchants
            for kind, end in merchant.expiries()
        }
        for gone in self._measured - set(ends):
            days_left.set(math.nan, *gone)
        self._measured = set(ends)
        for (merchant, kind), end in ends.items():
            days_left.set((end - now).total_seconds() / 86400, merchant, kind)
        if self._warned is not None and now < self._warned + WARN_AGAIN:
            return
        self._warned = now
        for (merchant, kind), end in ends.items():
            if end - now < WARN_WITHIN:
                log.warning(
                    "a certificate has expired" if end <= now else "a certificate expires soon",
                    extra={"merchant": merchant, "certificate": kind, "expires": end.isoformat()},
                )


def _said(wrong: OSError | ValueError) -> str:
    """What is wrong, without the values in the file."""
    if isinstance(wrong, ValidationError):
        faults = wrong.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
    return str(wrong)


def _state(file: Path) -> tuple[int, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
