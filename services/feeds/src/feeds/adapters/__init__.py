"""MongoDB, Kafka, and addresses that owners name."""
