"""Keyed pseudonyms (RFC 2104, HMAC-SHA-256). No event, order or log holds the host's own user id."""

from __future__ import annotations

import hmac


def _keyed(secret: str, *parts: str) -> str:
    """A pseudonym of `parts`, 32 hexadecimal digits; it cannot be computed without the secret."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret.encode(), message, "sha256").hexdigest()[:32]


def viewer_pseudonym(secret: str, host_id: str, host_user_id: str) -> str:
    """The viewer as analysts see them: one pseudonym for each user of each host."""
    return _keyed(secret, "viewer", host_id, host_user_id)


def openid(secret: str, host_id: str, mini_program_id: str, host_user_id: str) -> str:
    """The buyer as one mini program sees them: a different id in every mini program and host."""
    return "o" + _keyed(secret, "openid", host_id, mini_program_id, host_user_id)
