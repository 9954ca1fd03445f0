"""The sandbox's own controls: a program is the buyer, sets clock and faults, and reads trades."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from alipay_sandbox.application.controls import Controls
from alipay_sandbox.domain.errors import GatewayFailure
from alipay_sandbox.domain.faults import Fault
from alipay_sandbox.domain.money import fen_of, yuan_of
from alipay_sandbox.http.control_bodies import ClockBody, FaultBody, ForgeBody, PayBody, WithdrawalBody
from alipay_sandbox.http.origin import Origin
from runtime.errors import Unavailable
from runtime.web.bodies import MalformedJson, RepeatedKey, load_json

Model = TypeVar("Model", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[object]]


class ControlRoutes:
    """`/sandbox/…`"""

    def __init__(self, controls: Controls, origin: Origin) -> None:
        self._controls = controls
        self._origin = origin

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
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
        return await self._controls.pay(
            body.reference(), body.buyer_id, origin, succeed=body.result == "success"
        )

    async def _forge(self, request: web.Request) -> object:
        body = await _read(request, ForgeBody)
        return await self._controls.forge(body.reference(), body.forgery, body.count, body.at_once)

    async def _trade(self, request: web.Request) -> object:
        return await self._controls.trade(request.match_info["out_trade_no"])

    async def _return(self, request: web.Request) -> object:
        address = await self._controls.return_address(
            request.query.get("seller_id", ""), request.match_info["out_trade_no"]
        )
        # not HTTPFound, which would encode the signed address again
        return web.Response(status=302, headers={"Location": address})

    async def _close(self, request: web.Request) -> object:
        return await self._controls.close(request.match_info["out_trade_no"])

    async def _finish(self, request: web.Request) -> object:
        return await self._controls.finish(request.match_info["out_trade_no"])

    async def _faults(self, request: web.Request) -> object:
        return {"items": [_fault_view(fault) for fault in self._controls.faults.all()]}

    async def _arm(self, request: web.Request) -> object:
        return _fault_view(await self._controls.arm((await _read(request, FaultBody)).fault))

    async def _disarm(self, request: web.Request) -> object:
        await self._controls.faults.disarm_all()
        return {"items": []}

    async def _clock(self, request: web.Request) -> object:
        return self._controls.clock_view()

    async def _set_clock(self, request: web.Request) -> object:
        return await self._controls.set_speed((await _read(request, ClockBody)).speed)

    async def _seller(self, request: web.Request) -> object:
        seller_id = request.match_info["seller_id"]
        return {"seller_id": seller_id, "balance": yuan_of(self._controls.balances.of(seller_id))}

    async def _withdraw(self, request: web.Request) -> object:
        seller_id = request.match_info["seller_id"]
        body = await _read(request, WithdrawalBody)
        left = await self._controls.balances.withdraw(seller_id, fen_of(body.amount))
        return {"seller_id": seller_id, "balance": yuan_of(left)}


def _json(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer with the result or the refusal of a control as JSON. A response is passed on as it is."""

    async def handle(request: web.Request) -> web.Response:
        try:
            answer = await handler(request)
            return answer if isinstance(answer, web.Response) else _response(answer)
        except GatewayFailure as failure:
            return _response({"code": failure.sub_code, "message": failure.sub_msg}, _status(failure))
        except ValidationError as error:
            detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            return _response({"code": "invalid_request", "message": detail}, 422)
        except (MalformedJson, RepeatedKey) as error:
            return _response({"code": "invalid_request", "message": str(error)}, 422)
        except Unavailable:
            return _response({"code": "unavailable", "message": "the database does not answer"}, 503)

    return handle


async def _read(request: web.Request, model: type[Model]) -> Model:
    body = await request.read()
    load_json(body)
    return model.model_validate_json(body, strict=True)


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
