"""Gives a buyer a fresh link, or another way to pay an order that is still open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from payment.application.ports import Offers, TradeStore
from payment.application.providers import Providers
from payment.domain.errors import NoLongerPayable, TradeNotOpened, UnknownTrade
from payment.domain.provider import Offer
from payment.domain.trade import Trade
from runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """A viewer's request; `payer` is the viewer's name at the provider, for products that need it."""

    mini_program_id: str
    openid: str
    order_id: str
    product: str
    payer: str | None
    idempotency_key: str


class OfferPayment:
    """Offers a way to pay. The same request under the same key gets the same offer."""

    def __init__(self, trades: TradeStore, offers: Offers, providers: Providers, clock: Clock) -> None:
        self._trades = trades
        self._offers = offers
        self._providers = providers
        self._clock = clock

    async def __call__(self, request: OfferRequest) -> Offer:
        """Raises KeyReused, UnknownTrade, TradeNotOpened, AlreadyPaid, NoLongerPayable, ProviderRefused and
        ProviderUnavailable."""
        key = _sha256(f"payments {request.mini_program_id} {request.openid} {request.idempotency_key}")
        fingerprint = _sha256(f"{request.order_id} {request.product} {request.payer}")
        offer = await self._offers.find(key, fingerprint)
        if offer is not None:
            return offer
        trade = await self._payable_trade(request)
        provider = self._providers.of(trade)
        form = await provider.offer(trade, request.product, request.payer, self._clock())
        offer = Offer(trade.order_id, request.product, form)
        return await self._offers.keep(key, fingerprint, offer, self._clock())

    async def _payable_trade(self, request: OfferRequest) -> Trade:
        trade = await self._trades.get(request.order_id)
        if trade is None:
            raise TradeNotOpened
        if not isinstance(trade, Trade):  # its order ended before it was opened
            raise NoLongerPayable
        if trade.openid != request.openid:
            raise UnknownTrade
        trade.check_payable(self._clock())
        return trade


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
