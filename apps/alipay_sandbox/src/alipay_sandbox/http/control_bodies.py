"""The JSON bodies of the controls."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from alipay_sandbox.application.cashier import TradeReference
from alipay_sandbox.domain.faults import Fault, FaultKind, Forgery


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ReferenceBody(_Body):
    """Exactly one of four references to a trade."""

    cashier_url: str = ""
    order_string: str = ""
    qr_code: str = ""
    out_trade_no: str = ""

    @model_validator(mode="after")
    def _one_reference(self) -> Self:
        if sum(map(bool, (self.cashier_url, self.order_string, self.qr_code, self.out_trade_no))) != 1:
            raise ValueError("give one of cashier_url, order_string, qr_code and out_trade_no")
        return self

    def reference(self) -> TradeReference:
        """The reference given."""
        return TradeReference(self.cashier_url or self.order_string, self.qr_code, self.out_trade_no)


class PayBody(_ReferenceBody):
    """`POST /sandbox/pay`."""

    buyer_id: Annotated[str, StringConstraints(pattern=r"^(2088[0-9]{12})?$")] = ""
    result: Literal["success", "fail"] = "success"


class ForgeBody(_ReferenceBody):
    """`POST /sandbox/forged-notices`: by default the kinds take turns."""

    forgery: Forgery | None = None
    count: int = Field(1, ge=1, le=100_000)
    at_once: int = Field(20, ge=1, le=200)


class FaultBody(_Body):
    """`POST /sandbox/faults`."""

    kind: FaultKind = Field(alias="fault")
    count: int = Field(1, ge=1, le=1_000_000)
    out_trade_no: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{1,64}$")
    method: str | None = None
    seconds: float = Field(30.0, ge=0, le=86_400)
    copies: int = Field(2, ge=2, le=1_000)
    applied: bool | None = None
    signed: bool = True
    forgery: Forgery | None = None

    def fault(self, fault_id: str) -> Fault:
        """The fault under this id."""
        # by default a call that times out takes effect, and one that fails does not
        applied = self.kind is FaultKind.GATEWAY_TIMEOUT if self.applied is None else self.applied
        return Fault(
            fault_id, self.kind, self.count, self.out_trade_no, self.method,
            self.seconds, self.copies, applied, self.signed, self.forgery,
        )  # fmt: skip


class ClockBody(_Body):
    """`POST /sandbox/clock`."""

    speed: float = Field(gt=0, le=1_000_000)


class WithdrawalBody(_Body):
    """`POST /sandbox/sellers/{seller_id}/withdrawals`, in yuan."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$")]
