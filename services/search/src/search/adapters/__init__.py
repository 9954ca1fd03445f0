"""Implementations of the ports: index engines, SQLite, Kafka."""
