"""Anchorage on one machine: a real Kafka, a real MongoDB and every service, started and stopped in order.

For development and tests only. No image of a service depends on this package.
"""
