"""A mini program with feeds in a running service, and a catalog that answers as it is told."""
