"""Fields of JSON bodies that take exactly what the document says: pydantic alone would also take `false` for 0 and 1 for true."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, Strict

LARGEST = 2**31 - 1


def _number(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("应为整数 / must be a number")  # noqa: TRY004 - pydantic tells ValueError alone to the caller
    return value


def _written(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise ValueError("应为 ISO 8601 文本 / must be text as in ISO 8601, not a number")  # noqa: TRY004 - as above
    return value


NUMBER = BeforeValidator(_number)
"""For a number of a JSON body: neither a truth value nor text."""
Truth = Annotated[bool, Strict()]
"""True or false, and nothing that resembles them."""
Version = Annotated[int, Field(ge=0, le=LARGEST), NUMBER]
"""The version that the caller has seen; another present one is a conflict."""
LocalMoment = Annotated[datetime, BeforeValidator(_written)]
"""An instant written out; where it has no offset, its reader says which."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""An instant with its offset."""
