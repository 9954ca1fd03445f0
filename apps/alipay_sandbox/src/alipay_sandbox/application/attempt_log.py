"""Records the outcomes of deliveries, in batches."""

import asyncio
import logging
from collections.abc import Sequence

from alipay_sandbox.application.ports import Attempt, TradeStore
from runtime.batching import Batcher
from runtime.errors import Unavailable, redacted

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5
_INTERVAL_SECONDS = 0.3
"""Nobody waits for these writes. After a crash, an unrecorded delivery is repeated."""
_MAX_BATCH = 1_000


class AttemptLog:
    """Many attempts share one write."""

    def __init__(self, store: TradeStore) -> None:
        self._store = store
        self._stopped = False
        self._batches = Batcher[Attempt, None](self._write, max_batch=_MAX_BATCH, interval=_INTERVAL_SECONDS)

    async def record(self, attempt: Attempt) -> None:
        """Return once the attempt is durable, however long the database is unavailable."""
        await self._batches(attempt)

    def stop(self) -> None:
        """Stop retrying."""
        self._stopped = True

    async def _write(self, attempts: Sequence[Attempt]) -> Sequence[None]:
        while True:
            try:
                await self._store.record(attempts)
            except Unavailable as error:
                if self._stopped:
                    raise
                _log.warning("attempts not recorded yet: %s", redacted(error))
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return [None] * len(attempts)
