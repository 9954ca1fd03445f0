"""Which tokens are refused before they expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

CLIENT: Final = "client"
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Tokens of this client, host or creator that were issued before this time are refused."""

    kind: Literal["client", "host", "creator"]
    revoked_id: str
    before: datetime
