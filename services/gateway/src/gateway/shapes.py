"""Answers and bodies that no other part of the platform shares."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from contracts.api.common import Answer, Request


class TokenForm(Request):
    """OAuth 2 client credentials; the client may also come as HTTP Basic."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["client_credentials"]
    client_id: Annotated[str, Field(max_length=128)] | None = None
    client_secret: Annotated[str, Field(max_length=256)] | None = None
    scope: Annotated[str, Field(max_length=200)] | None = None


class Jwk(Answer):
    """A public RSA key (RFC 7517)."""

    kty: Literal["RSA"]
    n: str
    e: str
    kid: str
    alg: Literal["RS256"]
    use: Literal["sig"]


class JwkSet(Answer):
    """The keys that sign tokens."""

    keys: list[Jwk]


class Liveness(Answer):
    """Whether the process moves."""

    status: str
    stuck: list[str] = []


class Readiness(Answer):
    """Whether the process can answer."""

    status: str
    started: bool


class OpenApiDocument(Answer):
    """OpenAPI 3.1."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, str]


class AlipayReturn(Request):
    """What Alipay puts in the address that it sends the buyer back to; all of it is under its signature."""

    model_config = ConfigDict(extra="ignore")

    out_trade_no: str | None = None


class LedgerBalances(Answer):
    """The double-entry ledger's accounts, in fen."""

    currency: str
    balances: dict[str, int]
    sum: int


class SearchRebuild(Answer):
    """How far the rebuild of a search replica's index from the streams is; `none` when there was none since its start."""

    status: Literal["none", "rebuilding", "done", "failed"]
    read: int = Field(default=0, ge=0, description="records read so far")
    to_read: int = Field(
        default=0, ge=0, description="records in the streams when it began; 0 until that is known"
    )
    products: int = Field(default=0, ge=0, description="products that can be found in the index that answers")
    reason: str | None = Field(default=None, description="why it failed")


class AlipayNotice(Request):
    """Alipay's asynchronous notice; its fields are Alipay's own, and all are under its signature."""

    model_config = ConfigDict(extra="allow")

    out_trade_no: str | None = None
    sign: str | None = None


class ScanForm(Request):
    """A picture as a file of a form."""

    image: Annotated[str, Field(json_schema_extra={"contentMediaType": "image/*"})]
