"""Makes false notices, each false in one way."""

from collections.abc import Callable, Mapping
from itertools import cycle

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.domain.faults import Forgery
from alipay_sandbox.domain.signing import notice_text

_EVERY_KIND = tuple(Forgery)


class Forger:
    """Forges with a key of its own, and with Alipay's where that is the point. Keys are made when first needed."""

    def __init__(self, alipay_key: SigningKey, notify_id: Callable[[], str]) -> None:
        self._alipay_key = alipay_key
        self._notify_id = notify_id
        self._own_key: SigningKey | None = None
        self._kinds = cycle(_EVERY_KIND)

    def next_kind(self) -> Forgery:
        """The kinds in turn."""
        return next(self._kinds)

    def forge(self, kind: Forgery, fields: Mapping[str, str], charset: str) -> dict[str, str]:
        """A false notice of a successful payment, made from the fields of a true one."""
        forged = {
            **fields,
            "notify_id": self._notify_id(),
            "trade_status": "TRADE_SUCCESS",
            "sign_type": "RSA2",
        }
        forged.pop("sign", None)
        match kind:
            case Forgery.WRONG_KEY:
                sign = self._stranger().sign(notice_text(forged), charset)
            case Forgery.ALTERED_AMOUNT:
                sign = self._alipay_key.sign(notice_text(forged), charset)
                forged["total_amount"] = "0.02" if forged["total_amount"] == "0.01" else "0.01"
            case Forgery.OTHER_MERCHANT:
                forged |= {"app_id": "2021999999999999", "auth_app_id": "2021999999999999"}
                forged["seller_id"] = "2088999999999999"
                sign = self._alipay_key.sign(notice_text(forged), charset)
            case Forgery.SHA1:
                sign = self._alipay_key.sign(notice_text(forged), charset, weak=True)
            case Forgery.UNSIGNED:
                sign = ""
        return {**forged, "sign": sign}

    def _stranger(self) -> SigningKey:
        if self._own_key is None:
            self._own_key = SigningKey.generate()
        return self._own_key
