"""Settings of the webhook service."""

from __future__ import annotations

from pydantic import Field, field_validator

from egress.allowance import read_allowances
from runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of this service, in addition to those that every service has."""

    egress_allow: str = Field(
        default="",
        description="for development: internal addresses that webhooks may name, such as 127.0.0.1:9000-9999",
    )

    @field_validator("egress_allow")
    @classmethod
    def _check(cls, value: str) -> str:
        read_allowances(value)
        return value
