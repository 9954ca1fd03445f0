"""What every test of the project may use: real Kafka and MongoDB, a prefix of its own, waiting by condition."""

pytest_plugins = ["support.fixtures"]
