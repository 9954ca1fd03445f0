"""Fixtures for every test: a real Kafka and MongoDB, a prefix of its own, waiting by condition."""

import pytest
from hypothesis import settings
from xdist.remote import Producer

from support.distribution import LongestFirst

pytest_plugins = ["support.fixtures"]

# No deadline for an example: how long one takes says how busy the machine is.
settings.register_profile("anchorage", deadline=None)
settings.load_profile("anchorage")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst | None:
    """How the tests are distributed among the processes of `make test`."""
    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None
