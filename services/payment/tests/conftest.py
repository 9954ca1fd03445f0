"""The Hypothesis profile of `make check-money`: `pytest --hypothesis-profile=money services/payment/tests/unit/test_shares.py`."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "money", max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck)
)
