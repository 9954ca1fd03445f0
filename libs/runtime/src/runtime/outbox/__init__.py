"""State and events in one write, then from the database to Kafka."""
