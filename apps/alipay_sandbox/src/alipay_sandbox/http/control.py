"""The controls of the sandbox: a program is the buyer, time and faults are set, and things can be looked into."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, Self, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pymongo.errors import PyMongoError

from alipay_sandbox.application.cashier import Means
from alipay_sandbox.application.controls import Controls
from alipay_sandbox.domain.failures import GatewayFailure
from alipay_sandbox.domain.faults import Fault, FaultKind, Forgery
from alipay_sandbox.domain.money import fen_of, yuan_of
from alipay_sandbox.http.origin import Origin

Model = TypeVar("Model", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[object]]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _MeansBody(_Body):
    """Exactly one of the four ways to a trade."""

    cashier_url: str = ""
    order_string: str = ""
    qr_code: str = ""
    out_trade_no: str = ""

    @model_validator(mode="after")
    def _one_means(self) -> Self:
        if sum(map(bool, (self.cashier_url, self.order_string, self.qr_code, self.out_trade_no))) != 1:
            raise ValueError("give one of cashier_url, order_string, qr_code and out_trade_no")
        return self

    def means(self) -> Means:
        """The way that was given."""
        return Means(self.cashier_url or self.order_string, self.qr_code, self.out_trade_no)


class PayBody(_MeansBody):
    """`POST /sandbox/pay`."""

    buyer_id: Annotated[str, StringConstraints(pattern=r"^(2088\d{12})?$")] = ""
    result: Literal["success", "fail"] = "success"


class ForgeBody(_MeansBody):
    """`POST /sandbox/forged-notices`: without `forgery` the kinds come in turn."""

    forgery: Forgery | None = None
    count: int = Field(1, ge=1, le=100_000)
    at_once: int = Field(20, ge=1, le=200)


class FaultBody(_Body):
    """`POST /sandbox/faults`."""

    fault: FaultKind
    count: int = Field(1, ge=1, le=1_000_000)
    out_trade_no: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{1,64}$")
    method: str | None = None
    seconds: float = Field(30.0, ge=0, le=86_400)
    copies: int = Field(2, ge=2, le=1_000)
    applied: bool | None = None
    signed: bool = True
    forgery: Forgery | None = None


class ClockBody(_Body):
    """`POST /sandbox/clock`."""

    speed: float = Field(gt=0, le=1_000_000)


class WithdrawalBody(_Body):
    """`POST /sandbox/sellers/{seller_id}/withdrawals`; yuan."""

    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,9}(\.\d{1,2})?$")]


class ControlRoutes:
    """`/sandbox/…`"""

    def __init__(self, controls: Controls, origin: Origin) -> None:
        self._controls = controls
        self._origin = origin

    def routes(self) -> list[web.RouteDef]:
        """All controls."""
        return [
            web.post("/sandbox/pay", _json(self._pay)),
            web.get("/sandbox/trades/{out_trade_no}", _json(self._trade)),
            web.get("/sandbox/trades/{out_trade_no}/return", _json(self._return)),
            web.post("/sandbox/trades/{out_trade_no}/close", _json(self._close)),
            web.post("/sandbox/trades/{out_trade_no}/finish", _json(self._finish)),
            web.post("/sandbox/forged-notices", _json(self._forge)),
            web.get("/sandbox/faults", _json(self._faults)),
            web.post("/sandbox/faults", _json(self._arm)),
            web.delete("/sandbox/faults", _json(self._disarm)),
            web.get("/sandbox/clock", _json(self._clock)),
            web.post("/sandbox/clock", _json(self._set_clock)),
            web.get("/sandbox/sellers/{seller_id}", _json(self._seller)),
            web.post("/sandbox/sellers/{seller_id}/withdrawals", _json(self._withdraw)),
        ]

    async def _pay(self, request: web.Request) -> object:
        body = await _read(request, PayBody)
        origin = self._origin.of(request)
        return await self._controls.pay(body.means(), body.buyer_id, origin, succeed=body.result == "success")

    async def _forge(self, request: web.Request) -> object:
        body = await _read(request, ForgeBody)
        return await self._controls.forge(body.means(), body.forgery, body.count, body.at_once)

    async def _trade(self, request: web.Request) -> object:
        return await self._controls.trade(request.match_info["out_trade_no"])

    async def _return(self, request: web.Request) -> object:
        address = await self._controls.way_back(
            request.query.get("seller_id", ""), request.match_info["out_trade_no"]
        )
        # Not HTTPFound: it would encode anew what was signed.
        return web.Response(status=302, headers={"Location": address})

    async def _close(self, request: web.Request) -> object:
        return await self._controls.close(request.match_info["out_trade_no"])

    async def _finish(self, request: web.Request) -> object:
        return await self._controls.finish(request.match_info["out_trade_no"])

    async def _faults(self, request: web.Request) -> object:
        return {"items": [_fault_view(fault) for fault in self._controls.faults.armed()]}

    async def _arm(self, request: web.Request) -> object:
        body = await _read(request, FaultBody)
        # A call that times out has usually taken effect; one that fails has not.
        applied = body.fault is FaultKind.GATEWAY_TIMEOUT if body.applied is None else body.applied
        fault = await self._controls.arm(
            lambda fault_id: Fault(
                fault_id,
                body.fault,
                body.count,
                body.out_trade_no,
                body.method,
                body.seconds,
                body.copies,
                applied,
                body.signed,
                body.forgery,
            )
        )
        return _fault_view(fault)

    async def _disarm(self, request: web.Request) -> object:
        await self._controls.faults.disarm_all()
        return {"items": []}

    async def _clock(self, request: web.Request) -> object:
        return self._controls.clock_view()

    async def _set_clock(self, request: web.Request) -> object:
        return await self._controls.set_speed((await _read(request, ClockBody)).speed)

    async def _seller(self, request: web.Request) -> object:
        seller_id = request.match_info["seller_id"]
        return {"seller_id": seller_id, "balance": yuan_of(self._controls.accounts.balance(seller_id))}

    async def _withdraw(self, request: web.Request) -> object:
        seller_id = request.match_info["seller_id"]
        body = await _read(request, WithdrawalBody)
        left = await self._controls.accounts.withdraw(seller_id, fen_of(body.amount))
        return {"seller_id": seller_id, "balance": yuan_of(left)}


def _json(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Turns what a control returns or refuses into JSON; a response of its own stays as it is."""

    async def handle(request: web.Request) -> web.Response:
        try:
            answer = await handler(request)
            return answer if isinstance(answer, web.Response) else _response(answer)
        except GatewayFailure as failure:
            return _response({"code": failure.sub_code, "message": failure.sub_msg}, _status(failure))
        except ValidationError as error:
            detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            return _response({"code": "invalid_request", "message": detail}, 422)
        except PyMongoError:
            return _response({"code": "unavailable", "message": "the database is away"}, 503)

    return handle


async def _read(request: web.Request, model: type[Model]) -> Model:
    return model.model_validate_json(await request.read())


def _status(failure: GatewayFailure) -> int:
    if failure.sub_code == "ACQ.TRADE_NOT_EXIST":
        return 404
    return 409 if failure.code == "40004" and failure.sub_code != "ACQ.INVALID_PARAMETER" else 400


def _response(content: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def _fault_view(fault: Fault) -> dict[str, object]:
    return {
        "fault_id": fault.fault_id,
        "fault": fault.kind.value,
        "count": fault.count,
        "out_trade_no": fault.out_trade_no,
        "method": fault.method,
    }
