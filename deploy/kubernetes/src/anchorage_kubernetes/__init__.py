"""The Kubernetes manifests that follow from the services' code: `python -m anchorage_kubernetes.generate`."""
