"""Alipay's notices, and payers who return from Alipay. Public: the signature says who sent it."""

from __future__ import annotations

import logging

from aiohttp import web

from payment.application.notices import Notices
from payment.domain.errors import BadNotice, NotAsAgreed, UnknownTrade
from runtime.errors import WriteConflict, is_unavailable, redacted
from runtime.metrics import Counter
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

log = logging.getLogger(__name__)
outcomes = Counter(
    "anchorage.payment.notices",
    "{notice}",
    "Alipay's notices: taken, forged, unknown, differs, or later",
    ("anchorage.outcome",),
)

MAX_NOTICE = 64 * 1024
"""Bytes; a real notice has about two thousand."""


class NoticeRoutes:
    """`notify` answers the bare word that Alipay expects; after any other word Alipay repeats the notice."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/v1/payments/alipay/notify", self.notify, PUBLIC, max_body=MAX_NOTICE),
            Route("GET", "/v1/payments/alipay/return", self.payer_returned, PUBLIC),
        ]

    async def notify(self, request: web.Request) -> web.Response:
        """`success` once the notice is verified and its effect durable, `fail` otherwise."""
        outcome = await self._outcome(await request.read())
        outcomes.add(1, outcome)
        return web.Response(text="success" if outcome == "taken" else "fail", content_type="text/plain")

    async def _outcome(self, body: bytes) -> str:
        try:
            await self._notices.take(body)
        except BadNotice as error:
            log.debug("a notice was not taken", extra={"why": redacted(error)})
            return "forged"
        except UnknownTrade:
            return "unknown"
        except NotAsAgreed as difference:
            log.error("a notice differs from our record", extra={"why": redacted(difference)})
            return "differs"
        except WriteConflict:
            return "later"
        except Exception as error:
            if not is_unavailable(error):
                log.exception("a notice could not be taken")
            return "later"
        return "taken"

    async def payer_returned(self, request: web.Request) -> web.Response:
        """Redirects the payer to the order's own page; of the address, only the order id is used."""
        trade = await self._notices.payer_returned(_raw_query(request))
        if trade.return_url is None:
            return web.Response(text="Thank you. You can go back to the app now. 支付完成，请返回应用。")
        return web.Response(status=302, headers={"Location": trade.return_url})


def _raw_query(request: web.Request) -> bytes:
    """The query as it was sent: its signature covers bytes, in whichever charset."""
    return request.raw_path.partition("?")[2].encode("utf-8", "surrogateescape")
