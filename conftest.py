"""What every test of the project may use: real Kafka and MongoDB, a prefix of its own, waiting by condition."""

from hypothesis import settings

pytest_plugins = ["support.fixtures"]

# No deadline for an example: how long one takes says how busy the machine is.
settings.register_profile("anchorage", deadline=None)
settings.load_profile("anchorage")
