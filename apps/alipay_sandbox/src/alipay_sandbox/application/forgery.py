"""Forges notices, each false in one way."""

from collections.abc import Callable, Mapping
from itertools import cycle

from alipay_sandbox.application.ports import Signer
from alipay_sandbox.domain.faults import Forgery
from alipay_sandbox.domain.signing import notice_text

_EVERY_KIND = tuple(Forgery)


class Forger:
    """Signs with a stranger's key, made when first needed, or with Alipay's where the forgery lies elsewhere."""

    def __init__(
        self, alipay_key: Signer, new_key: Callable[[], Signer], notify_id: Callable[[], str]
    ) -> None:
        self._alipay_key = alipay_key
        self._new_key = new_key
        self._notify_id = notify_id
        self._strangers_key: Signer | None = None
        self._kinds = cycle(_EVERY_KIND)

    def next_kind(self) -> Forgery:
        """The next kind, in turn."""
        return next(self._kinds)

    def forge(self, kind: Forgery, fields: Mapping[str, str], charset: str) -> dict[str, str]:
        """A false notice of a payment, made from the fields of a true one."""
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

    def _stranger(self) -> Signer:
        if self._strangers_key is None:
            self._strangers_key = self._new_key()
        return self._strangers_key
