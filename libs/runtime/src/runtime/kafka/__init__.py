"""Publishing to Kafka, and its topics."""
