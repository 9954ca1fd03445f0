"""The payment providers of this installation, by name and by the merchant that collects."""

from __future__ import annotations

from collections.abc import Mapping

from payment.application.ports import PaymentProvider
from payment.domain.trade import Payee


class UnknownMerchant(Exception):
    """No provider collects for this merchant: the settings lack it."""


class Providers:
    """Finds the provider of a merchant, or of a trade that was opened with it."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers = dict(providers)
        self.payees: dict[str, Payee] = {}
        for provider in self._providers.values():
            self.payees |= provider.payees()

    def payee(self, merchant: str | None) -> Payee:
        """Who collects for a merchant; raises UnknownMerchant, also where none is named."""
        payee = self.payees.get(merchant or "")
        if payee is None:
            raise UnknownMerchant(f"no provider collects for merchant {merchant!r}")
        return payee

    def of(self, payee: Payee) -> PaymentProvider:
        """The provider behind a payee; raises UnknownMerchant."""
        return self.named(payee.provider)

    def named(self, name: str) -> PaymentProvider:
        """The provider of that name; raises UnknownMerchant."""
        try:
            return self._providers[name]
        except KeyError:
            raise UnknownMerchant(f"there is no provider {name!r}") from None
