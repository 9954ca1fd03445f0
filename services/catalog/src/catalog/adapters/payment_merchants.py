"""The merchants that can collect, asked of payment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from contracts.payment import MERCHANTS_PATH
from runtime.errors import Unavailable


class PaymentMerchants:
    """Asks payment at each call: operators change terms rarely, and the answer is never stale."""

    def __init__(self, url: str, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._url = url.rstrip("/") + MERCHANTS_PATH
        self._session = session

    async def owners(self) -> Mapping[str, str | None]:
        """The owner of each merchant; None for the platform's own. Raises Unavailable."""
        try:
            async with self._session().get(self._url) as answer:
                answer.raise_for_status()
                document: dict[str, Any] = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("payment, which knows the merchants") from error
        return {item["merchant"]: item["owner_id"] for item in document["items"]}
