"""How identity's errors are answered. A refused token is answered as RFC 6749 says: `tokens.py`."""

from __future__ import annotations

from identity.domain.errors import MiniProgramNotFound
from runtime.web.problems import ProblemTable, not_found

PROBLEMS: ProblemTable = {MiniProgramNotFound: lambda _: not_found("the mini program")}
