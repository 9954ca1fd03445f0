"""What every test of the project may use: real Kafka and MongoDB, a prefix of its own, waiting by condition."""

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = ["support.fixtures"]

# No deadline for an example: how long one takes says how busy the machine is.
settings.register_profile("anchorage", deadline=None)
settings.load_profile("anchorage")


class OnePlatform(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests stay together, and all end-to-end tests too: they share a running platform, which takes long to start."""

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/e2e/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OnePlatform | None:
    """How the tests are shared out among the processes of `make test`."""
    return OnePlatform(config, log) if config.getvalue("dist") == "loadfile" else None
