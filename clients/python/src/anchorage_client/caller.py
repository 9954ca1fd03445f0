"""Makes calls as one client, as a viewer, or as nobody."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Iterator
from typing import Any, Protocol, Self, TypeVar, cast

import httpx

from anchorage_client.client import AuthenticatedClient
from anchorage_client.sending import Sender, content_type
from anchorage_client.tokens import ClientCredentials
from anchorage_client.types import File, Response

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
TRIES = 4
PATIENCE_SECONDS = 30.0
TIMEOUT_SECONDS = 40.0
"""Longer than the longest wait of a call, which is 30 s."""


class Operation(Protocol[T_co]):
    """A module of `anchorage_client.api`."""

    def sync_detailed(self, *args: Any, **kwargs: Any) -> Response[T_co]:
        """Make the call."""


class Caller:
    """Calls the gateway. Every error answer raises Problem. One caller can be used by several threads.

    `gateway` is its address; `tries` is how often a call is tried in all, where a repeat can do no harm.
    """

    def __init__(
        self,
        gateway: str,
        auth: httpx.Auth | None = None,
        *,
        token: str = "",
        timeout: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
    ) -> None:
        self.gateway = gateway
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sender = Sender(
            base_url=gateway,
            auth=auth,
            headers=headers,
            timeout=timeout,
            tries=tries,
            patience=PATIENCE_SECONDS,
        )
        self._client = AuthenticatedClient(base_url=gateway, token=token, raise_on_unexpected_status=True)
        self._client.set_httpx_client(sender)

    @classmethod
    def for_client(cls, gateway: str, client_id: str, client_secret: str, **options: Any) -> Self:
        """Acts for a host, owner, creator or operator. It gets its token by itself and renews it."""
        return cls(gateway, ClientCredentials(f"{gateway}/v1/token", client_id, client_secret), **options)

    @classmethod
    def for_viewer(cls, gateway: str, session_token: str, **options: Any) -> Self:
        """Acts for a viewer in one mini program, with the token that `open_session` gave to the host."""
        return cls(gateway, token=session_token, **options)

    @classmethod
    def for_anybody(cls, gateway: str, **options: Any) -> Self:
        """Makes public calls only."""
        return cls(gateway, **options)

    def call(self, operation: Operation[T], *args: Any, **kwargs: Any) -> T:
        """The answer to a call of `anchorage_client.api`.

        An Idempotency-Key is made up where the call takes one: give `idempotency_key` if a repeat can come from another
        process of yours. A File that is sent says its `mime_type`.
        """
        if "idempotency_key" in inspect.signature(operation.sync_detailed).parameters:
            kwargs.setdefault("idempotency_key", secrets.token_hex(16))
        body = kwargs.get("body")
        sent = content_type.set(body.mime_type if isinstance(body, File) else None)
        try:
            return cast(T, operation.sync_detailed(*args, client=self._client, **kwargs).parsed)
        finally:
            content_type.reset(sent)

    def pages(self, operation: Operation[Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
        """All items of a list, page by page. `read_owner_events` has no last page: it goes on with what happens next."""
        while True:
            page = self.call(operation, *args, **kwargs)
            yield from page.items
            if not page.next_cursor:
                return
            kwargs["cursor"] = page.next_cursor

    def close(self) -> None:
        """Close the connections."""
        self._client.get_httpx_client().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
