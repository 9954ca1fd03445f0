"""The parameters of paths: their types, and what a right value looks like."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from contracts.api.common import MEDIA_PATH, Id, MiniProgramId, OrderId
from contracts.api.settlements import Day
from gateway.calls import Call
from runtime.web.problems import Problem, wrong_fields

MediaPath = Annotated[str, Field(max_length=1000, pattern=f"^{MEDIA_PATH}$")]


class PathParameter:
    """`form` completes the sentence "must be …"."""

    def __init__(self, name: str, kind: Any, form: str) -> None:
        self.name = name
        self.form = form
        self._type: TypeAdapter[str] = TypeAdapter(kind)

    def schema(self) -> dict[str, Any]:
        """As OpenAPI writes it."""
        return self._type.json_schema()

    def check(self, call: Call, value: str) -> None:
        """Raises Problem for a value of another form: 404 for a call that reads, because nothing can be there; otherwise 422."""
        try:
            self._type.validate_python(value)
        except ValidationError:
            wrong = [(self.name, f"must be {self.form}")]
            if call.method != "GET":
                raise wrong_fields(wrong) from None
            detail = f"Nothing was found: {self.name} must be {self.form}."
            raise Problem(404, "not_found", detail, errors=wrong) from None


_KNOWN = {
    parameter.name: parameter
    for parameter in (
        PathParameter(
            "mini_program_id", MiniProgramId, "8 to 32 small letters and digits, such as demoshop01"
        ),
        PathParameter(
            "order_id", OrderId, "at most 64 letters, digits and underscores, such as demoshop01_01kb3v8w5r"
        ),
        PathParameter("day", Day, "a day in Beijing, such as 2026-11-22"),
        PathParameter(
            "path", MediaPath, "names of letters, digits and . _ - between slashes, such as demo/tea.png"
        ),
    )
}
_ID = "at most 64 letters, digits and _ - : . without a dot at the start, such as p-12"


def path_parameter(name: str) -> PathParameter:
    """The parameter with this name: one that is not known by name is an Id."""
    return _KNOWN.get(name) or PathParameter(name, Id, _ID)
