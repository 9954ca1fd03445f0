"""Calls receivers as the Standard Webhooks specification says (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import secrets as random_bytes
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from standardwebhooks.webhooks import Webhook as Signer

from egress.client import EgressClient, read_start
from egress.policy import EgressPolicy, EgressRefused
from webhooks.domain.delivery import Attempt
from webhooks.domain.errors import UrlRefused

SECONDS = 15.0
"""A receiver that has not answered by then has failed."""
MAX_ANSWER = 1024
"""Bytes of an answer that are kept."""
SECRET_BYTES = 32
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class HttpReceivers:
    """Implements the port Receivers. No redirect is followed; internal addresses are never called."""

    def __init__(self, client: EgressClient, policy: EgressPolicy) -> None:
        self._client = client
        self._policy = policy

    def check(self, url: str) -> None:
        try:
            self._policy.check_url(url)
        except EgressRefused as refused:
            raise UrlRefused(str(refused)) from None

    async def post(
        self, url: str, event_id: str, body: bytes, secrets: Sequence[str], at: datetime
    ) -> Attempt:
        headers = {"Content-Type": "application/json", **signed(event_id, body, secrets, at)}
        started = time.perf_counter()
        status, answer, error, retry_after = None, b"", None, None
        try:
            async with self._client.request("POST", url, headers=headers, data=body) as response:
                status, retry_after = response.status, _pause(response.headers.get("Retry-After"), at)
                answer = await read_start(response, MAX_ANSWER)
        except EgressRefused as refused:
            error = str(refused)
        except TimeoutError:
            error = f"There was no complete answer within {SECONDS:.0f} s."
        except (aiohttp.ClientError, OSError, ValueError) as failed:
            error = f"The connection failed: {_cause(failed)}."
        milliseconds = round((time.perf_counter() - started) * 1000)
        return Attempt(at, milliseconds, status, _text(answer), error, retry_after)


def signed(event_id: str, body: bytes, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of a call; one signature for each secret."""
    text = body.decode()
    signatures = [Signer(secret).sign(event_id, at.astimezone(UTC), text) for secret in secrets]
    return {ID: event_id, TIMESTAMP: str(int(at.timestamp())), SIGNATURE: " ".join(signatures)}


def new_secret() -> str:
    """A signing secret of 256 random bits."""
    return "whsec_" + base64.b64encode(random_bytes.token_bytes(SECRET_BYTES)).decode()


def _pause(value: str | None, now: datetime) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date (RFC 9110, section 10.2.3); None for anything else."""
    if value is None:
        return None
    try:
        if value.strip().isdigit():
            return timedelta(seconds=int(value))
        return parsedate_to_datetime(value).astimezone(UTC) - now
    except (ValueError, OverflowError):
        return None


def _text(answer: bytes) -> str:
    """Text that can be stored and shown, whatever the bytes are."""
    return answer.decode("utf-8", "replace").replace("\x00", "\ufffd")


def _cause(error: BaseException) -> str:
    """What went wrong, without addresses of this network."""
    return type(error).__name__
