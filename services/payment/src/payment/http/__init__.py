"""Routes: each maps a request, calls one use case and maps the answer."""
