"""What a token grants on one repository, and what on the one that layers are mounted from."""

from __future__ import annotations

import pytest

from regdoctor.distribution.tokens import Access, Token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.scope_trial import MountTrial, ScopeTrial

REALM = Exchange("GET", "https://gitlab.example.com/jwt/auth", status=200)


def _token(*access: Access) -> Token:
    times = {"expires": None, "not_before": None, "issued": None}
    named = {"issuer": "", "audience": (), "audience_is_list": False, "subject": "", "token_id": ""}
    return Token(algorithm="RS256", kid=None, x5c=False, jwk=False, access=access, **named, **times)  # type: ignore[arg-type]


def test_what_is_granted_is_read_by_the_repository_and_whatever_its_class() -> None:
    token = _token(
        Access("repository", "g/p", ("pull",)),
        Access("repository(plugin)", "g/p", ("push",)),
        Access("repository", "g/base", ("delete",)),
        Access("registry", "g/p", ("*",)),
    )
    trial = ScopeTrial("bob", "g/p", ("pull", "delete"), REALM, token, None)
    assert trial.granted == {"pull", "push"}
    assert trial.missing == ("delete",)
    assert ScopeTrial("bob", "g/other", ("pull",), REALM, token, None).granted == frozenset()
    assert ScopeTrial("bob", "g/p", ("pull",), REALM, None, None).missing == ("pull",)


@pytest.mark.parametrize(
    ("actions", "opens"), [(("pull",), True), (("*",), True), (("push",), False), ((), False), (("delete",), False)]
)
def test_pull_or_all_opens_the_source_of_a_mount(actions: tuple[str, ...], opens: bool) -> None:
    token = _token(Access("repository", "g/base", actions))
    assert MountTrial("g/base", REALM, token, None).opens_source is opens
