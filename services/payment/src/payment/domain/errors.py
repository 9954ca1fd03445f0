"""Why a request is refused. `http/errors.py` maps these to problem documents; the text never holds personal data."""

from __future__ import annotations

from typing import ClassVar


class NotAsAgreed(Exception):
    """Money or a refund does not fit the trade; the text says how. Nothing was changed.

    An event that is not as agreed becomes a dead letter at once: repeating it helps as little as with FactMismatch.
    """

    loggable: ClassVar[bool] = True

    retry_helps: ClassVar[bool] = False


class UnknownTrade(Exception):
    """Payment has no trade for this order."""


class TradeNotOpened(Exception):
    """The order's trade is not open yet: the reservation of its stock has not arrived."""


class AlreadyPaid(Exception):
    """The order is paid."""


class NoLongerPayable(Exception):
    """The order's time to pay is over, or it is being closed."""


class KeyReused(Exception):
    """The idempotency key was used for another request."""


class UnknownMerchant(Exception):
    """No provider collects for this merchant: it is missing in the settings."""

    loggable: ClassVar[bool] = True


class UnknownPayout(Exception):
    """There is no such payout."""


class UnknownOwner(Exception):
    """The owner has no mini program here."""


class MoreThanOwed(Exception):
    """An owner's payment is more than is owed; the argument is what is owed, in fen."""


class NotPaidYet(Exception):
    """An owner's payment is said to arrive on a day that has not begun."""


class ReferenceUsed(Exception):
    """Another transfer has this reference; the text is the reference."""


class AlreadySettled(Exception):
    """The payout was settled by another transfer; the text is its reference."""


class BadNotice(Exception):
    """The provider did not sign this message, or it cannot be read; the text says why."""

    loggable: ClassVar[bool] = True


class ProviderUnavailable(Exception):
    """The provider does not answer at the moment."""


class ProviderRefused(Exception):
    """The provider refuses the request; the text is its reason."""


class NoBill(Exception):
    """The provider has no bill for that day and will not make one, because no money moved."""


class BillNotReady(Exception):
    """The provider has not made that day's bill yet; the text says when it will."""

    loggable: ClassVar[bool] = True


class FutureDay(Exception):
    """The day has not begun."""


class DayNotReady(Exception):
    """The day cannot be settled at the moment; the text says why."""

    loggable: ClassVar[bool] = True
