"""Which tokens are refused before they expire, and who is suspended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

CLIENT: Final = "client"
OWNER: Final = "owner"
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Concerns tokens of this removed client, or of this suspended owner, host or creator, that were issued before this time."""

    kind: Literal["client", "owner", "host", "creator"]
    revoked_id: str
    before: datetime
