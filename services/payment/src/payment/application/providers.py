"""The payment providers of this installation, and who collects for which merchant."""

from __future__ import annotations

from collections.abc import Mapping

from payment.application.ports import PaymentProvider
from payment.domain.errors import UnknownMerchant
from payment.domain.trade import Collector, Trade


class Providers:
    """Providers by name, collectors by merchant."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers = dict(providers)
        self.collectors: dict[str, Collector] = {}
        for provider in self._providers.values():
            self.collectors |= provider.collectors()

    def collector(self, merchant: str | None) -> Collector:
        """Who collects for a merchant; raises UnknownMerchant, also for None."""
        collector = self.collectors.get(merchant or "")
        if collector is None:
            raise UnknownMerchant(f"no provider collects for merchant {merchant!r}")
        return collector

    def of(self, trade: Trade) -> PaymentProvider:
        """The provider that the trade was opened with; raises UnknownMerchant."""
        return self.behind(trade.collector)

    def behind(self, collector: Collector) -> PaymentProvider:
        """The provider of a collector; raises UnknownMerchant."""
        try:
            return self._providers[collector.provider]
        except KeyError:
            raise UnknownMerchant(f"there is no provider {collector.provider!r}") from None
