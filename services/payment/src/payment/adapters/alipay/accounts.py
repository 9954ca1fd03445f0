"""Alipay's accounts in use: the merchants in force, and those that were removed while payment runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

import aiohttp

from payment.adapters.alipay.gateway import AlipayGateway
from payment.adapters.alipay.merchants import Merchant
from payment.adapters.alipay.notices import Signed
from payment.domain.errors import UnknownMerchant
from payment.domain.trade import Collector
from runtime.clock import Clock

log = logging.getLogger(__name__)


class Accounts:
    """`collectors` can collect now; `known` also has the closed and the removed ones; both by merchant. `apps` verify what
    Alipay sends, by app id."""

    def __init__(
        self, merchants: Sequence[Merchant], http: Callable[[], aiohttp.ClientSession], clock: Clock
    ) -> None:
        self._http, self._clock = http, clock
        self._gateways: dict[tuple[str, str], AlipayGateway] = {}
        self.collectors: dict[str, Collector] = {}
        self.known: dict[str, Collector] = {}
        self.apps: dict[str, Signed] = {}
        self.replace(merchants)

    def replace(self, merchants: Sequence[Merchant]) -> None:
        """These are the merchants from now on.

        An account that is not among them collects for no new order. Its trades go on as long as this process lives.
        """
        named = {_account(merchant.collector): merchant for merchant in merchants}
        for account, gateway in self._gateways.items():
            if account not in named:
                log.warning(
                    "a merchant was removed; its trades stop when payment starts again, unless it is put back as closed",
                    extra={"merchant": gateway.merchant.collector.merchant, "app_id": account[0]},
                )
        self._gateways |= {
            account: AlipayGateway(one, self._http, self._clock) for account, one in named.items()
        }
        self.collectors = {one.collector.merchant: one.collector for one in merchants if not one.closed}
        self.known |= {one.collector.merchant: one.collector for one in merchants}
        self.apps = {
            app: partial(gateway.signed_by_alipay, notice=True)
            for (app, _), gateway in self._gateways.items()
        }

    def behind(self, collector: Collector) -> AlipayGateway:
        """The gateway of an account; raises UnknownMerchant."""
        gateway = self._gateways.get(_account(collector))
        if gateway is None:
            log.error(
                "a trade's merchant is not in the merchants' file: put it back as closed",
                extra={"merchant": collector.merchant, "app_id": collector.app},
            )
            raise UnknownMerchant(
                f"merchant {collector.merchant!r} with app {collector.app} is not in the merchants' file"
            )
        return gateway


def _account(collector: Collector) -> tuple[str, str]:
    """A merchant may get another app under the same name: its older trades stay with the app that opened them."""
    return collector.app, collector.account
