"""What happens to a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CodeCreated:
    """A viewer shared a product for the first time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CodeWithdrawn:
    """The code opens nothing from `at` on."""

    at: datetime


CodeEvent = CodeCreated | CodeWithdrawn
