"""Reads a token request: a form or JSON, the client in the body or as HTTP Basic (RFC 6749, sections 2.3.1 and 3.2)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from pydantic import ValidationError

from contracts.api.access import TokenRequest
from identity.domain.errors import TokenRefused
from runtime.web.bodies import JSON, MalformedJson, RepeatedKey, load_json

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 20


def token_request(content_type: str, body: bytes, authorization: str | None) -> TokenRequest:
    """The request; raises TokenRefused with the error of RFC 6749, section 5.2."""
    fields = _json(body) if content_type == JSON else _form(content_type, body)
    client = _basic(authorization) if authorization is not None else {}
    if client and (
        "client_secret" in fields or fields.get("client_id", client["client_id"]) != client["client_id"]
    ):
        raise TokenRefused("invalid_request", "authenticate the client in one way only")
    fields = {**fields, **client}
    grant = fields.get("grant_type")
    if not grant:
        raise TokenRefused("invalid_request", "grant_type is missing")
    if grant != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "grant_type must be client_credentials")
    if not fields.get("client_id") or not fields.get("client_secret"):
        raise TokenRefused("invalid_client", "send client_id and client_secret")
    try:
        return TokenRequest.model_validate(fields)
    except ValidationError as wrong:
        names = sorted({str(error["loc"][0]) for error in wrong.errors(include_input=False)})
        raise TokenRefused("invalid_request", f"wrong: {', '.join(names)}"[:200]) from None


def _json(body: bytes) -> Mapping[str, object]:
    try:
        fields = load_json(body)
    except MalformedJson:
        raise TokenRefused("invalid_request", "the body is not JSON") from None
    except RepeatedKey:
        raise TokenRefused("invalid_request", "a field is given twice") from None
    if not isinstance(fields, dict):
        raise TokenRefused("invalid_request", "the body must be a JSON object")
    return fields


def _form(content_type: str, body: bytes) -> Mapping[str, object]:
    """Unknown fields are ignored, as section 3.2 demands; a repeated field is an error."""
    if content_type != FORM:
        raise TokenRefused("invalid_request", f"send {FORM} or {JSON}")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise TokenRefused("invalid_request", "the form cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRefused("invalid_request", "a field is given twice")
    return {name: value for name, value in fields.items() if name in TokenRequest.model_fields and value}


def _basic(authorization: str) -> dict[str, str]:
    kind, _, encoded = authorization.partition(" ")
    try:
        if kind.lower() != "basic":
            raise ValueError(kind)
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise TokenRefused("invalid_client", "the Authorization header is not HTTP Basic") from None
    if not colon:
        raise TokenRefused("invalid_client", "the Authorization header has no secret")
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}
