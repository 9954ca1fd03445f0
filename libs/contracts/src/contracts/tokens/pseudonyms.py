"""Keyed pseudonyms (RFC 2104, HMAC-SHA-256): the host's user id itself is in no event, order or log."""

from __future__ import annotations

import hmac


def keyed(secret: str, *parts: str) -> str:
    """A pseudonym of `parts` that only who has the secret can make; 32 hexadecimal digits."""
    message = "\x1f".join(parts).encode()
    return hmac.new(secret.encode(), message, "sha256").hexdigest()[:32]


def viewer_pseudonym(secret: str, host_id: str, host_user_id: str) -> str:
    """Who looks, for analysts: one for each user of each host."""
    return keyed(secret, "viewer", host_id, host_user_id)


def openid(secret: str, host_id: str, mini_program_id: str, host_user_id: str) -> str:
    """Who buys, for one mini program: another one in each mini program and each host."""
    return "o" + keyed(secret, "openid", host_id, mini_program_id, host_user_id)
