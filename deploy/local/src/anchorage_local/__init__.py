"""Runs Anchorage on one machine: Kafka, MongoDB and every service, started and stopped in order.

For development and tests only. No image of a service depends on this package.
"""
