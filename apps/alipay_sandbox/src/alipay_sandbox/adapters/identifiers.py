"""Fresh numbers in Alipay's forms."""

import secrets
from datetime import datetime

from alipay_sandbox.domain.beijing import BEIJING


class RandomIdentifiers:
    """Numbers that are not guessable and do not meet."""

    def trade_no(self, at: datetime) -> str:
        """28 digits that begin with the day."""
        return f"{at.astimezone(BEIJING):%Y%m%d}22001{secrets.randbelow(10**15):015d}"

    def notify_id(self) -> str:
        """34 digits and letters."""
        return secrets.token_hex(17)
