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

    @property
    def collectors(self) -> dict[str, Collector]:
        """Who can collect at the moment, by merchant."""
        found: dict[str, Collector] = {}
        for provider in self._providers.values():
            found |= provider.collectors()
        return found

    def billed(self) -> list[Collector]:
        """Every account that may have a bill."""
        return [collector for provider in self._providers.values() for collector in provider.billed()]

    def collector(self, merchant: str | None) -> Collector:
        """Who collects for a merchant; raises UnknownMerchant, also for None."""
        for provider in reversed(self._providers.values()):
            if (collector := provider.collectors().get(merchant or "")) is not None:
                return collector
        raise UnknownMerchant(f"no provider collects for merchant {merchant!r}")

    def of(self, trade: Trade) -> PaymentProvider:
        """The provider that the trade was opened with; raises UnknownMerchant."""
        return self.behind(trade.collector)

    def behind(self, collector: Collector) -> PaymentProvider:
        """The provider of a collector; raises UnknownMerchant."""
        try:
            return self._providers[collector.provider]
        except KeyError:
            raise UnknownMerchant(f"there is no provider {collector.provider!r}") from None
