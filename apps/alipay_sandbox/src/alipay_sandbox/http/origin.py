"""How the links in answers start."""

from aiohttp import web


class Origin:
    """The configured public address, by default the address that a request came to."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")

    def of(self, request: web.Request) -> str:
        """Scheme and host, without a trailing slash."""
        return self._public_url or f"{request.scheme}://{request.host}"
