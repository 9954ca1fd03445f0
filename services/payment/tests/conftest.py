"""Puts `payment_support` on the import path of payment's tests, and names the Hypothesis profile of `make check-money`."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile(
    "money", max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck)
)
