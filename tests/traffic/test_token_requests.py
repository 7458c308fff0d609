"""What a request for a token asks for."""

from __future__ import annotations

from regdoctor.distribution.scopes import Access
from regdoctor.traffic.token_requests import asked_access


def test_every_scope_of_the_query_counts() -> None:
    url = (
        "https://h/jwt/auth?service=s&scope=repository%3Aa%2Fb%3Apull%2Cpush&scope=repository:c:pull+registry:catalog:*"
    )
    assert asked_access(url) == (
        Access("repository", "a/b", ("pull", "push")),
        Access("repository", "c", ("pull",)),
        Access("registry", "catalog", ("*",)),
    )


def test_a_login_alone_asks_for_nothing() -> None:
    assert asked_access("https://h/jwt/auth?service=s&account=u") == ()
    assert asked_access("https://h/jwt/auth") == ()


def test_a_query_too_long_to_be_remembered_is_read_as_well() -> None:
    assert asked_access(f"https://h/?x={'a' * 10000}&scope=repository:c:pull") == (
        Access("repository", "c", ("pull",)),
    )
