"""Access tokens: got for a client's secret, and renewed before they end."""

from __future__ import annotations

import time
from collections.abc import Generator

import httpx

from anchorage_client.problems import Problem

EARLY = 30.0
"""Seconds before its end at which a token is renewed, so that no call arrives with one that has just ended."""


class ClientCredentials(httpx.Auth):
    """Authorizes the calls of one client (RFC 6749, section 4.4). Raises Problem if its secret is refused."""

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._token = ""
        self._renew_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, and once more with a new one if that was refused."""
        if time.monotonic() >= self._renew_at:
            yield from self._renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._renew()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _renew(self) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield httpx.Request("POST", self._url, data=self._form)
        response.read()
        if response.is_error:
            raise Problem(response)
        answer = response.json()
        self._token = answer["access_token"]
        self._renew_at = time.monotonic() + answer["expires_in"] - EARLY
