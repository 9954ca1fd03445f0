"""Turns MongoDB's errors into the one that the use cases know."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pymongo.errors import PyMongoError

from runtime.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


def raises_unavailable(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Raises Unavailable for every error of MongoDB. After a failed write it is unknown whether it took effect."""

    @wraps(call)
    async def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except PyMongoError as error:
            raise Unavailable(f"MongoDB: {type(error).__name__}") from error

    return checked
