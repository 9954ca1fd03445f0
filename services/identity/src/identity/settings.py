"""Settings of identity."""

from __future__ import annotations

from pydantic import Field

from runtime.settings import ServiceSettings

SECRET_LENGTH = 32
"""Characters: at least the 32 bytes that RFC 2104, section 3, wants for a SHA-256 key."""


class Settings(ServiceSettings):
    """Settings of this service, in addition to those that every service has."""

    viewer_secret: str = Field(min_length=SECRET_LENGTH, description="key of the viewers' pseudonyms")
    openid_secret: str = Field(min_length=SECRET_LENGTH, description="key of the openids")
    ops_client_id: str | None = Field(default=None, description="client of the first operator")
    ops_client_secret: str | None = Field(default=None, min_length=24)
    open_registration: bool = Field(default=True, description="whether owners may register by themselves")
    token_seconds: int = Field(
        default=900, ge=1, le=900, description="life of an access token: 15 min at most"
    )
    session_seconds: int = Field(default=7200, ge=1, le=86_400, description="life of a session token")
    signing_key_days: int = Field(default=90, ge=1, description="age at which the signing key is replaced")
