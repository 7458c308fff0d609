"""What a client asks a token service for."""

from __future__ import annotations

import functools

from regdoctor.distribution.query_values import query_values
from regdoctor.distribution.scopes import Access, parse_scopes

_LONGEST_KEPT = 1 << 12
"""Characters of a query that is remembered."""


def asked_access(url: str) -> tuple[Access, ...]:
    """The scopes in the query of a request for a token; none where it asks for none (a bare login)."""
    query = url.partition("?")[2]
    if "scope=" not in query:
        return ()
    return _known_scopes(query) if len(query) <= _LONGEST_KEPT else _scopes(query)


def _scopes(query: str) -> tuple[Access, ...]:
    return parse_scopes(" ".join(value for name, value in query_values(query) if name == "scope"))


_known_scopes = functools.lru_cache(maxsize=256)(_scopes)
"""Clients ask for the same again and again, and one request is looked at more than once."""
