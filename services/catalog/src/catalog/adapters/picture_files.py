"""Uploaded pictures in a folder, or in a bucket that speaks S3."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from runtime.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

RETRIES: RetryConfig = {"max_retries": 2, "retry_timeout": timedelta(seconds=5)}
CLIENT: ClientConfig = {"timeout": "5s", "connect_timeout": "2s", "allow_http": True}
"""Shorter than the deadline of a call, which is answered 503 while the bucket is away. Without TLS only if the operator's
AWS_ENDPOINT_URL says so."""


class StoredFiles:
    """Implements `PictureFiles`. `place` is a folder, or an address such as `s3://bucket/prefix`."""

    def __init__(self, place: str) -> None:
        self._folder = None if "://" in place else Path(place).resolve()
        self._bucket = (
            from_url(place, retry_config=RETRIES, client_options=CLIENT) if self._folder is None else None
        )

    @cached_property
    def _store(self) -> ObjectStore:
        """A folder is made when it is needed first."""
        return self._bucket or LocalStore(self._folder, mkdir=True)

    async def put(self, name: str, data: bytes) -> None:
        """Store the file whole or not at all; idempotent. Raises Unavailable."""
        try:
            await self._store.put_async(name, data)
        except (BaseError, OSError) as error:
            raise Unavailable("the storage of pictures") from error

    async def get(self, name: str) -> bytes | None:
        """The file, None if there is none. Raises Unavailable."""
        try:
            found = await self._store.get_async(name)
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise Unavailable("the storage of pictures") from error
