"""Models of bodies and answers that only the gateway's documents need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from contracts.api.common import Answer, Request


class TokenForm(Request):
    """OAuth 2 client credentials. The client id and secret can be sent as HTTP Basic instead."""

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
    """The public keys that verify tokens."""

    keys: list[Jwk]


class Liveness(Answer):
    """Whether the process makes progress; `stuck` names the parts that do not."""

    status: str
    stuck: list[str] = []


class Readiness(Answer):
    """Whether the process is ready to answer calls."""

    status: str
    started: bool


class OpenApiDocument(Answer):
    """OpenAPI 3.1."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, str]


class AlipayReturn(Request):
    """What Alipay adds to the return address. Its signature covers all parameters."""

    model_config = ConfigDict(extra="ignore")

    out_trade_no: str | None = None


class LedgerBalances(Answer):
    """The balances of the double-entry ledger, in fen."""

    currency: str
    balances: dict[str, int]
    sum: int


class SearchRebuild(Answer):
    """Progress of a search replica that rebuilds its index from the streams; `none` if it has not since its start."""

    status: Literal["none", "rebuilding", "done", "failed"]
    read: int = Field(default=0, ge=0, description="records read so far")
    to_read: int = Field(
        default=0, ge=0, description="records in the streams when the rebuild began; 0 until this is known"
    )
    products: int = Field(default=0, ge=0, description="products in the index that answers searches now")
    reason: str | None = Field(default=None, description="why the rebuild failed")


class AlipayNotice(Request):
    """Alipay's asynchronous notice, with Alipay's own fields. Its signature covers all of them."""

    model_config = ConfigDict(extra="allow")

    out_trade_no: str | None = None
    sign: str | None = None


class ScanForm(Request):
    """A picture as a file in a form."""

    image: Annotated[str, Field(json_schema_extra={"contentMediaType": "image/*"})]
