"""Every answer that is not a success, once, with its stable code."""

from __future__ import annotations

from gateway.calls import Call, Fault

NO_TOKEN = Fault(401, "no_token", "no bearer token was sent")
BAD_TOKEN = Fault(401, "bad_token", "the token is not valid, or no longer; get a new one")
WRONG_SCOPE = Fault(403, "wrong_scope", "the token's scope is not one of this call's")
NOT_FOUND = Fault(404, "not_found", "there is no such thing, or the caller may not see it")
MALFORMED_REQUEST = Fault(
    400, "malformed_request", "no HTTP that can be read, or a line or header that is too long"
)
MALFORMED_JSON = Fault(400, "malformed_json", "the body is not JSON")
TOO_LARGE = Fault(413, "too_large", "the body is too large")
INVALID_CONTENT = Fault(422, "invalid_content", "fields are wrong; `errors` names them")
UNAVAILABLE = Fault(503, "unavailable", "a part of the platform is away for the moment; try again")

KEY_MISSING = Fault(400, "idempotency_key_missing", "the header Idempotency-Key is missing")
KEY_INVALID = Fault(400, "idempotency_key_invalid", "Idempotency-Key is longer than 255 printable characters")
KEY_REUSED = Fault(422, "idempotency_key_reused", "the key was used with another body")

WRONG_STATE = Fault(409, "wrong_state", "the present state does not allow this")
REFUSED = Fault(409, "refused", "this cannot be done now; `detail` says why")
BUSY = Fault(503, "busy", "others are changing the same thing; try again")
INVALID_CURSOR = Fault(422, "invalid_cursor", "the cursor is not one of this list")
BAD_CURSOR = Fault(422, "bad_cursor", "the cursor is not one of an earlier answer to this query")
QUERY_TOO_LONG = Fault(422, "query_too_long", "the query is too long")
EMPTY_QUERY = Fault(422, "empty_query", "there is nothing to search for")
EMPTY_PRICE_RANGE = Fault(422, "empty_price_range", "`min_price` is above `max_price`")

PRICE_CHANGED = Fault(409, "price_changed", "the total is not the expected one; show it to the buyer again")
SUSPENDED = Fault(409, "suspended", "the mini program is suspended and takes no orders")
DELISTED = Fault(409, "delisted", "a SKU is no longer sold")
UNKNOWN_SKU = Fault(422, "unknown_sku", "a SKU is not known in this mini program")
UNKNOWN_ADDRESS = Fault(422, "unknown_address", "no address of the viewer has this id")
INVALID_CLICK = Fault(422, "invalid_click", "the click is forged, too old, or another viewer's")
WRONG_TOTAL = Fault(422, "wrong_total", "the total is less than 1 fen or too much for one payment")
NOT_TAKING_ORDERS = Fault(503, "not_ready", "the mini program cannot take orders yet; try again")
TOO_MANY_ADDRESSES = Fault(409, "too_many_addresses", "delete an address first")
PAYMENT_NOT_READY = Fault(409, "not_ready", "payment has not seen the order yet; try again after Retry-After")

OPERATORS_ONLY = Fault(403, "operators_only", "after the review only an operator changes these fields")
PRODUCT_ID_TAKEN = Fault(409, "product_id_taken", "another mini program has a product of this id")
SKU_TAKEN = Fault(409, "sku_taken", "the SKU is another product's")
NOT_ENOUGH_STOCK = Fault(409, "not_enough_stock", "so many cannot be taken away")
CONFLICT = Fault(409, "conflict", "somebody else changes this at the same time; try again")

ALREADY_PAID = Fault(409, "already_paid", "the order is paid")
PAYMENT_CLOSED = Fault(409, "payment_closed", "the order can no longer be paid")
PAYMENT_REFUSED = Fault(409, "payment_refused", "the provider refuses; `detail` has its reason")
NOT_YET = Fault(
    409, "not_yet", "the day is not over yet, or not all of it is in; `detail` says what is awaited"
)
BAD_RETURN = Fault(400, "bad_return", "this is not an address that Alipay sent the buyer to")

SHARING_NOT_ALLOWED = Fault(409, "sharing_not_allowed", "this product may not be shared")
MALFORMED_FORM = Fault(422, "malformed_form", "the multipart form cannot be read")
NO_CODE_FOUND = Fault(422, "no_code_found", "no code can be read; `detail` says what would help")
UNREADABLE_IMAGE = Fault(422, "unreadable_image", "the picture cannot be opened")
TOO_MANY_SCANS = Fault(429, "busy", "too many pictures are being read; try again after Retry-After")
TOO_MANY_PICTURES = Fault(429, "busy", "too many pictures are being drawn; try again after Retry-After")
TOO_MANY_CODES = Fault(429, "quota_reached", "no more new codes for now; try again after Retry-After")
WITHDRAWN = Fault(410, "withdrawn", "the code was withdrawn")
UNSUPPORTED_MEDIA = Fault(415, "unsupported_media_type", "this content type is not taken here")


def faults_of(call: Call) -> tuple[Fault, ...]:
    """All documented faults of a call: those that its shape brings with it, and its own."""
    faults = [MALFORMED_REQUEST]
    if call.scopes:
        faults += [NO_TOKEN, BAD_TOKEN, WRONG_SCOPE]
    if call.parameters:
        faults.append(NOT_FOUND)
    if call.body is not None:
        faults.append(MALFORMED_JSON)
    for header in call.headers:
        faults += [fault for fault in (header.missing, header.invalid) if fault is not None]
    if call.service != "gateway" or call.scopes:
        faults += [TOO_LARGE, INVALID_CONTENT, UNAVAILABLE]
    return tuple(dict.fromkeys([*faults, *call.faults]))
