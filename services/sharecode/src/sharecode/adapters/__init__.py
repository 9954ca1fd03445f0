"""MongoDB behind the service."""
