"""
Conditions are checked once for each text, and not for each item again: a query of a long partition is several times as
fast.
"""

from functools import lru_cache
from typing import Any

from ministack.services import dynamodb

TEXTS = 4_096


def install() -> None:
    """Remember what only depends on the text of a condition, in this process."""
    dynamodb._tokenize = lru_cache(TEXTS)(dynamodb._tokenize)
    dynamodb._condition_syntax_error = lru_cache(TEXTS)(dynamodb._condition_syntax_error)
    for name in ("_check_redundant_parens", "_check_reserved_keyword_usage"):
        setattr(dynamodb, name, _remembered(getattr(dynamodb, name)))


def _remembered(check: Any) -> Any:
    @lru_cache(TEXTS)
    def known(tokens: tuple[Any, ...], *more: Any) -> Any:
        return check(list(tokens), *more)

    def checked(tokens: list[Any], *more: Any) -> Any:
        return known(tuple(tokens), *more)

    return checked
