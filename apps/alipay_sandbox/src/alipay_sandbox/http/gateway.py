"""`/gateway.do`: GET and POST, parameters in the query, in the body, or split between them."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import Counter

from alipay_sandbox.application.answers import ERROR_EXTRAS, Answer, render
from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.calls import Call, Verifier
from alipay_sandbox.application.cashier import read_parameters
from alipay_sandbox.application.methods import Methods
from alipay_sandbox.application.ports import Signer
from alipay_sandbox.domain.errors import GatewayFailure, business
from alipay_sandbox.domain.faults import FaultKind
from alipay_sandbox.domain.order import PRODUCT_CODES
from alipay_sandbox.http.cashier import CashierRoutes
from alipay_sandbox.http.origin import Origin
from runtime.errors import Unavailable, redacted

_log = logging.getLogger(__name__)
CALLS = Counter("alipay_sandbox_calls", "Calls of the gateway, by method and code", ["method", "code"])


class GatewayRoutes:
    """Answers merchants' calls, and shows the cashier for payment links."""

    def __init__(
        self,
        *,
        verifier: Verifier,
        methods: Methods,
        cashier: CashierRoutes,
        faults: ArmedFaults,
        key: Signer,
        cert_sn_for: Callable[[str], str],
        origin: Origin,
    ) -> None:
        self._verifier = verifier
        self._methods = methods
        self._cashier = cashier
        self._faults = faults
        self._key = key
        self._cert_sn_for = cert_sn_for
        self._origin = origin

    def routes(self) -> list[web.RouteDef]:
        """GET and POST."""
        return [web.get("/gateway.do", self.handle), web.post("/gateway.do", self.handle)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call. Every answer is HTTP 200, as Alipay's are; its code tells the outcome."""
        try:
            params = read_parameters(request.rel_url.raw_query_string, await _body(request))
        except GatewayFailure as failure:
            return self._answer({}, failure.fields(), signed=False)
        if params.get("method") in PRODUCT_CODES:
            return await self._cashier.show(params)
        try:
            call = self._verifier.verify(params)
            answer = await self._perform(request, call)
        except GatewayFailure as failure:
            return self._refused(params, failure)
        except Unavailable as error:
            _log.warning("unavailable: %s", redacted(error))
            return self._refused(params, GatewayFailure("20000", "isp.unknow-error", "系统繁忙"))
        return self._answer(params, answer, signed=True)

    async def _perform(self, request: web.Request, call: Call) -> Answer:
        """Perform a call, unless a fault strikes it. A fault may strike before or after the call takes effect."""
        if fault := await self._faults.strike(FaultKind.GATEWAY_TIMEOUT, call.out_trade_no, call.method):
            if fault.applied:
                await self._without_answer(request, call)
            await asyncio.sleep(fault.seconds)
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPGatewayTimeout
        if fault := await self._faults.strike(FaultKind.GATEWAY_ERROR, call.out_trade_no, call.method):
            if fault.applied:
                await self._without_answer(request, call)
            raise GatewayFailure("20000", "isp.unknow-error", "系统繁忙", signed=fault.signed)
        return await self._methods.answer(call, self._origin.of(request))

    async def _without_answer(self, request: web.Request, call: Call) -> None:
        """Perform the call and drop its answer."""
        try:
            await self._methods.answer(call, self._origin.of(request))
        except GatewayFailure:
            return

    def _refused(self, params: Mapping[str, str], failure: GatewayFailure) -> web.Response:
        extras = ERROR_EXTRAS.get(params.get("method", ""), {})
        return self._answer(params, {**failure.fields(), **extras}, signed=failure.signed)

    def _answer(
        self, params: Mapping[str, str], answer: Mapping[str, object], *, signed: bool
    ) -> web.Response:
        method = params.get("method", "")
        CALLS.labels(method if signed else "", str(answer["code"])).inc()
        charset = params.get("charset", "").lower()
        charset = charset if charset in ("utf-8", "gbk", "gb2312") else "utf-8"
        cert_sn = self._cert_sn_for(params.get("app_id", ""))
        body = render(method if signed else "", answer, self._key if signed else None, charset, cert_sn)
        # Alipay labels its JSON as text/html, which exposes clients that insist on a JSON content type
        return web.Response(body=body, headers={"Content-Type": f"text/html;charset={charset}"})


async def _body(request: web.Request) -> str:
    """The raw form body. Percent-encoding is ASCII, so the charset is applied later."""
    if request.method != "POST":
        return ""
    if request.content_type not in ("application/x-www-form-urlencoded", "application/octet-stream"):
        raise business("ACQ.INVALID_PARAMETER", "a POST is application/x-www-form-urlencoded")
    return (await request.read()).decode("latin-1")
