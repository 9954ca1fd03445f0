"""What Alipay's servers and the payer's browser bring back. Public: the signature says who speaks."""

from __future__ import annotations

import logging

from aiohttp import web
from opentelemetry import metrics

from payment.application.notices import Notices
from payment.application.ports import BadNotice, PaymentProvider, UnknownTrade
from payment.application.trades import Contended
from payment.domain.trade import NotAsAgreed
from runtime.errors import is_unavailable
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

log = logging.getLogger(__name__)
outcomes = metrics.get_meter("anchorage").create_counter(
    "anchorage.payment.notices", description="notices by outcome"
)

LARGEST_NOTICE = 64 * 1024
"""Bytes; a real one has about two thousand."""


class NoticeRoutes:
    """`notify` answers the bare word that Alipay waits for; anything but `success` brings the notice again."""

    def __init__(self, notices: Notices, provider: PaymentProvider) -> None:
        self._notices = notices
        self._provider = provider

    def routes(self) -> list[Route]:
        """The two calls."""
        return [
            Route("POST", "/v1/payments/alipay/notify", self.notify, PUBLIC, max_body=LARGEST_NOTICE),
            Route("GET", "/v1/payments/alipay/return", self.came_back, PUBLIC),
        ]

    async def notify(self, request: web.Request) -> web.Response:
        """`success` once the notice is verified and its effect durable; `fail` else."""
        outcome = await self._outcome(await request.read())
        outcomes.add(1, {"outcome": outcome})
        return web.Response(text="success" if outcome == "taken" else "fail", content_type="text/plain")

    async def _outcome(self, body: bytes) -> str:
        try:
            await self._notices.take(self._provider.read_notice(body))
        except BadNotice as wrong:
            log.debug("a notice was not taken", extra={"why": str(wrong)})
            return "forged"
        except UnknownTrade:
            return "unknown"
        except NotAsAgreed as differs:
            log.error("a notice differs from our record", extra={"why": str(differs)})
            return "differs"
        except Contended:
            return "later"
        except Exception as fault:
            if not is_unavailable(fault):
                log.exception("a notice could not be taken")
            return "later"
        return "taken"

    async def came_back(self, request: web.Request) -> web.Response:
        """Sends the payer on to the order's own page; believes nothing of what the address says but the order."""
        try:
            order_id = self._provider.read_return(dict(request.query))
            trade = await self._notices.payer_came_back(order_id)
        except BadNotice:
            raise Problem(400, "bad_return", "this is not an address that Alipay sent you to") from None
        except UnknownTrade:
            raise not_found("the order") from None
        if trade.return_url is None:
            return web.Response(text="Thank you. You can go back to the app now. 支付完成，请返回应用。")
        return web.Response(status=302, headers={"Location": trade.return_url})
