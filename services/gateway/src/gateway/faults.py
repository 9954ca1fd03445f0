"""Every documented error answer, defined once, with its stable code."""

from __future__ import annotations

from gateway.calls import Call, Fault
from runtime.web.tokens import CREATOR, EVERY_ROLE, HOST, OWNER, VIEWER

NO_TOKEN = Fault(401, "no_token", "no access token was sent")
BAD_TOKEN = Fault(401, "bad_token", "the token is invalid or has expired; get a new one")
WRONG_SCOPE = Fault(403, "wrong_scope", "the token's scope does not allow this call")
NOT_YOUR_ROLE = Fault(
    403, "not_your_role", "the client's role does not allow this call; `detail` names those that do"
)
NOT_FOUND = Fault(404, "not_found", "it does not exist, or the caller may not see it")
MALFORMED_REQUEST = Fault(
    400,
    "malformed_request",
    "not a valid HTTP request, its request line or a header is too long, or a header with one value was sent twice",
)
MALFORMED_JSON = Fault(400, "malformed_json", "the body is not valid JSON")
TOO_LARGE = Fault(413, "too_large", "the body is larger than this call allows")
INVALID_CONTENT = Fault(
    422, "invalid_content", "fields, parameters or headers are wrong; `errors` names them"
)
UNAVAILABLE = Fault(
    503, "unavailable", "a part of the platform is not available at the moment; try again after Retry-After"
)
BUSY = Fault(
    429, "busy", "too many calls of this host or viewer are in progress; try again after Retry-After"
)

RATE_LIMITED = Fault(
    429,
    "rate_limited",
    "more calls of this class than the caller's limit allows; try again after Retry-After",
)

KEY_MISSING = Fault(400, "idempotency_key_missing", "the header Idempotency-Key is missing")
KEY_INVALID = Fault(
    400, "idempotency_key_invalid", "Idempotency-Key must have 1 to 255 printable ASCII characters"
)
KEY_REUSED = Fault(422, "idempotency_key_reused", "this Idempotency-Key was used with another request")

MALFORMED_VERSION = Fault(400, "malformed_version", "If-Match must be one version in quotes, or *")
VERSION_CONFLICT = Fault(
    412,
    "version_conflict",
    "it has another version than If-Match; the problem has the present one as `version`",
)
NOT_YOUR_FIELD = Fault(403, "not_your_field", "somebody else decides on these fields; `errors` names them")

WRONG_STATE = Fault(409, "wrong_state", "the current status does not allow this; `detail` says why")
REFUSED = Fault(409, "refused", "this is not possible now; `detail` says why")
CONFLICT = Fault(409, "conflict", "another request changed this at the same time; try again")
INVALID_CURSOR = Fault(
    422, "invalid_cursor", "the cursor is not one of this list; send `next_cursor` of the answer before"
)
QUERY_TOO_LONG = Fault(422, "query_too_long", "the query is too long")
EMPTY_QUERY = Fault(422, "empty_query", "the query is empty")
EMPTY_PRICE_RANGE = Fault(422, "empty_price_range", "`min_price` is greater than `max_price`")

PRICE_CHANGED = Fault(
    409, "price_changed", "the total is not `expected_total`; show the new total to the buyer"
)
SUSPENDED = Fault(409, "suspended", "the mini program is suspended and accepts no orders")
DELISTED = Fault(409, "delisted", "a product of the order is no longer sold")
UNKNOWN_SKU = Fault(422, "unknown_sku", "this mini program has no such SKU")
UNKNOWN_ADDRESS = Fault(422, "unknown_address", "the viewer has no address with this id")
UNKNOWN_COUPON = Fault(422, "unknown_coupon", "the mini program has no coupon with this code")
COUPON_NOT_STARTED = Fault(409, "coupon_not_started", "the coupon applies later; `detail` says when")
COUPON_EXPIRED = Fault(409, "coupon_expired", "the coupon's time has passed")
COUPON_USED_UP = Fault(409, "coupon_used_up", "as many orders use the coupon as its stock allows")
COUPON_LIMIT_REACHED = Fault(
    409, "coupon_limit_reached", "the viewer has used the coupon as often as allowed"
)
COUPON_MINIMUM = Fault(
    409, "coupon_minimum", "the goods cost less than the coupon's minimum; `detail` names it"
)
COUPON_REFUSED = (
    UNKNOWN_COUPON, COUPON_NOT_STARTED, COUPON_EXPIRED, COUPON_USED_UP, COUPON_LIMIT_REACHED, COUPON_MINIMUM,
)  # fmt: skip
"""Why a coupon does not apply to an order."""
INVALID_CLICK = Fault(422, "invalid_click", "the click is forged, older than seven days, or another viewer's")
WRONG_TOTAL = Fault(422, "wrong_total", "the total is below 1 fen or too high for one payment")
NOT_TAKING_ORDERS = Fault(503, "not_ready", "the mini program cannot accept orders yet; try again")
RETURN_NOT_ALLOWED = Fault(
    422,
    "return_not_allowed",
    "`return_url` is not at one of the origins that the host stated; `detail` names them",
)
TOO_MANY_UNPAID_ORDERS = Fault(
    409, "too_many_unpaid_orders", "the viewer must pay or cancel one of the orders in `errors` first"
)
TOO_MANY_ADDRESSES = Fault(
    409, "too_many_addresses", "the viewer has the maximum number of addresses; delete one first"
)
PAYMENT_NOT_READY = Fault(
    409, "not_ready", "payment has not processed the order yet; try again after Retry-After"
)

TOO_MANY_WEBHOOKS = Fault(
    409, "too_many_webhooks", "the owner has the maximum number of webhooks; delete one first"
)
TOO_MANY_FEEDS = Fault(
    409, "too_many_feeds", "the mini program has the maximum number of feeds; change one of them instead"
)
TOO_MANY_RUNS = Fault(
    409,
    "too_many_runs",
    "as many runs of the mini program wait as may wait; wait for their end or cancel some",
)
WEBHOOK_DISABLED = Fault(409, "webhook_disabled", "the webhook is disabled; set `enabled` to true first")
GONE = Fault(410, "gone", "another call replaced this one; `detail` names it")
OWNER_NOT_VERIFIED = Fault(409, "owner_not_verified", "an operator has not approved the owner's application")
OWNER_SUSPENDED = Fault(409, "owner_suspended", "the owner is suspended; `detail` says why")
OWNER_REFUSED = Fault(
    403,
    "owner_suspended",
    "the calling owner is suspended: it may read, and do what its orders need; an operator can lift the suspension, and "
    "`GET /v1/owner` says why",
)
HOST_REFUSED = Fault(
    403,
    "host_suspended",
    "the host, or the host of the session, is suspended; an operator can lift the suspension",
)
CREATOR_REFUSED = Fault(
    403, "creator_suspended", "the creator is suspended; an operator can lift the suspension"
)
NOT_WHILE_SUSPENDED = Fault(409, "suspended", "the mini program is suspended; `detail` says why")
ALREADY_ACCEPTED = Fault(409, "already_accepted", "the host has already accepted this mini program")
NOTHING_TO_ROLL_BACK = Fault(
    409, "nothing_to_roll_back", "nothing was live before, or this release was rolled back already"
)
CONTENT_REFUSED = Fault(422, "content_refused", "viewers must not be shown a text; `errors` names the fields")
CONTENT_WAITS = Fault(
    409, "content_waits", "an operator looks at the texts first; send the same again once they have passed"
)
NAME_TAKEN = Fault(409, "name_taken", "a verified brand holds one of the names; `detail` says which")
PRODUCT_ID_TAKEN = Fault(409, "product_id_taken", "another mini program has a product with this id")
SKU_TAKEN = Fault(409, "sku_taken", "another product has a SKU with this id")
COUPON_EXISTS = Fault(409, "coupon_exists", "the mini program has another coupon with this code")
NOT_ENOUGH_STOCK = Fault(
    409, "not_enough_stock", "fewer are available than `change` would remove; `detail` gives both numbers"
)

ALREADY_REVIEWED = Fault(
    409, "already_reviewed", "the line has a review already, with another rating or text"
)

REGISTRATION_CLOSED = Fault(
    403, "registration_closed", "owners do not register by themselves here; ask the operator"
)
TOO_MANY_CLIENTS = Fault(409, "too_many_clients", "there are as many clients as can be had; remove one first")
TOO_MANY_SECRETS = Fault(409, "too_many_secrets", "the client has two live secrets; `detail` says until when")
LAST_ADMIN = Fault(409, "last_admin", "this is the only client with the role admin; add another one first")

ALREADY_PAID = Fault(409, "already_paid", "the order is already paid")
PAYMENT_CLOSED = Fault(409, "payment_closed", "the order can no longer be paid")
PAYMENT_REFUSED = Fault(409, "payment_refused", "the payment provider refused; `detail` gives its reason")
ALREADY_SETTLED = Fault(409, "already_settled", "another transfer settled this payout; `detail` names it")
MORE_THAN_OWED = Fault(409, "more_than_owed", "the owner owes less; `detail` says how much")
REFERENCE_USED = Fault(
    409, "reference_used", "a transfer with this reference was recorded for another owner, amount or day"
)
NOT_YET = Fault(409, "not_yet", "the day has not ended, or some of its data is missing; `detail` says what")
BAD_RETURN = Fault(400, "bad_return", "this is not a return address signed by Alipay")

SHARING_NOT_ALLOWED = Fault(409, "sharing_not_allowed", "this product may not be shared")
MALFORMED_FORM = Fault(422, "malformed_form", "the body is not a valid multipart form")
NO_CODE_FOUND = Fault(422, "no_code_found", "no code was recognised; `detail` says what would help")
UNREADABLE_IMAGE = Fault(422, "unreadable_image", "the picture cannot be decoded; `detail` says why")
TOO_MANY_SCANS = Fault(429, "busy", "too many pictures are being read; try again after Retry-After")
TOO_MANY_PICTURES = Fault(429, "busy", "too many pictures are being drawn; try again after Retry-After")
TOO_MANY_CODES = Fault(429, "quota_reached", "the quota of new codes is used up; try again after Retry-After")
WITHDRAWN = Fault(410, "withdrawn", "the code was withdrawn")
UNSUPPORTED_MEDIA = Fault(415, "unsupported_media_type", "this content type is not accepted")


def faults_of(call: Call) -> tuple[Fault, ...]:
    """All documented faults of a call: those that follow from its declaration, and its own."""
    faults = [MALFORMED_REQUEST]
    if call.scopes:
        faults += [NO_TOKEN, BAD_TOKEN, WRONG_SCOPE]
    if call.is_limited:
        faults.append(RATE_LIMITED)
    if call.scopes - {VIEWER} and call.admitted_roles != EVERY_ROLE:
        faults.append(NOT_YOUR_ROLE)
    faults += _of_suspended(call)
    if call.parameters:
        faults.append(NOT_FOUND)
    if call.body is not None:
        faults += [MALFORMED_JSON, UNSUPPORTED_MEDIA]
    for header in call.headers:
        faults += header.faults
    if call.service != "gateway" or call.scopes:
        faults += [TOO_LARGE, INVALID_CONTENT, BUSY, UNAVAILABLE]
    return tuple(dict.fromkeys([*faults, *call.faults]))


def _of_suspended(call: Call) -> list[Fault]:
    """Of calls by owners, hosts, creators, and viewers of hosts, that are suspended."""
    faults = []
    if OWNER in call.scopes and call.method != "GET" and not call.while_suspended:
        faults.append(OWNER_REFUSED)
    if call.scopes & {HOST, VIEWER}:
        faults.append(HOST_REFUSED)
    if CREATOR in call.scopes:
        faults.append(CREATOR_REFUSED)
    return faults
