"""How identity's errors are answered. A refused token is answered as RFC 6749 says: `tokens.py`."""

from __future__ import annotations

from identity.domain.clients import MAX_CLIENTS
from identity.domain.errors import (
    LastAdmin,
    MiniProgramNotFound,
    NameTaken,
    NotFound,
    RegistrationClosed,
    TooManyClients,
    TooManySecrets,
    WrongState,
)
from runtime.web.problems import Problem, ProblemTable, not_found

PROBLEMS: ProblemTable = {
    MiniProgramNotFound: lambda _: not_found("the mini program"),
    NotFound: lambda error: not_found(str(error)),
    WrongState: lambda error: Problem(409, "wrong_state", str(error)),
    NameTaken: lambda error: Problem(
        409,
        "name_taken",
        f"{error} If both shall have it, approve the owner's application and say why: "
        '{"reasons": [{"message": "…"}]}.',
    ),
    TooManyClients: lambda _: Problem(
        409, "too_many_clients", f"At most {MAX_CLIENTS} clients can be had. Remove one first."
    ),
    TooManySecrets: lambda error: Problem(409, "too_many_secrets", str(error)),
    LastAdmin: lambda error: Problem(409, "last_admin", str(error)),
    RegistrationClosed: lambda _: Problem(
        403, "registration_closed", "Owners do not register by themselves here. Ask the platform's operator."
    ),
}
