"""What the links given out start with."""

from aiohttp import web


class Origin:
    """The configured public address, or the one that a request came to."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")

    def of(self, request: web.Request) -> str:
        """Scheme and host without a slash at the end."""
        return self._public_url or f"{request.scheme}://{request.host}"
