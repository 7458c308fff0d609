"""What a registry's 401 to a token can mean, by what stands in the token and in the challenge: the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.go_formats import quoted
from regdoctor.distribution.token_keys import key_id_kind
from regdoctor.distribution.tokens import Token

KNOWN_ISSUERS = {
    "omnibus-gitlab-issuer": "the default of Omnibus GitLab",
    "gitlab-issuer": "the default of source installations and of GitLab's chart",
}
"""Issuers that are nobody's choice: omnibus-gitlab attributes/default.rb; GitLab config/gitlab.yml.example."""
_LONGEST = 80
"""Characters of a foreign text that are shown."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One cause that a refusal may have."""

    mode: str
    """Of the domain reference."""
    words: str
    """A clause: `the registry does not trust the key …`."""
    logged: str
    """What the registry's log has then, as distribution 2.8 writes it (or 3, where it alone does so)."""
    logged_by_gitlab: str
    """The same of GitLab's registry."""


def meanings(
    token: Token,
    service: str,
    generations: frozenset[Generation],
    *,
    called_invalid: bool,
    names_invalid_tokens: bool | None,
) -> tuple[Meaning, ...]:
    """The causes that are left, the likeliest first; the times of the token are judged elsewhere.

    service: as the challenge has it, for which the token was asked. generations: what the registry may be.
    called_invalid: whether the challenge has `error="invalid_token"`; distribution 2 writes that for every token that
    it refuses, and distribution 3 but for one whose signature does not fit the key that it names
    (registry/auth/token/token.go VerifySigningKey, Verify; AUTH-22).
    names_invalid_tokens: whether the same address writes it for a text that is no token; None where that is not known.
    """
    if not called_invalid:
        return tuple(_unnamed(token, generations, names_invalid_tokens))
    if service and not token.audience_is_list and service not in token.audience:
        return (_another_audience(token, service),)
    return tuple(_key_or_issuer(token, generations))


def shown(text: str) -> str:
    """A foreign text in quotes, as Go writes it, and not longer than a line bears."""
    return quoted(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _unnamed(token: Token, generations: frozenset[Generation], names_invalid_tokens: bool | None) -> Iterator[Meaning]:
    """The challenge is that to a request without a token: none came, or distribution 3 leaves its reason unsaid.

    Of a text that is no token every generation says `invalid_token`: where it does not, no token comes through.
    """
    if names_invalid_tokens is not True:
        line = "error authorizing context: authorization token required"
        words = (
            "a proxy seems to take the Authorization header away, for the challenge is that to a request without one"
        )
        yield Meaning("AUTH-21", words, line, "authorization token required")
    if names_invalid_tokens is not False and Generation.DISTRIBUTION_3 in generations:
        line = "error authorizing context: go-jose/go-jose: error in cryptographic primitive"
        kid = f" of the ID {shown(token.kid)}" if token.kid else ""
        words = f"the registry is distribution 3 and trusts a key{kid}, and the signature is by another key"
        yield Meaning("AUTH-22", words, line, "")


def _another_audience(token: Token, service: str) -> Meaning:
    audience = " ".join(token.audience)
    line = "token intended for another audience"
    words = f"it is made for {shown(audience)}, and the registry is {shown(service)}"
    return Meaning("AUTH-06", words, f"{line}: {shown(audience)}", line)


def _key_or_issuer(token: Token, generations: frozenset[Generation]) -> Iterator[Meaning]:
    kid = token.kid or ""
    untrusted = f"token signed by untrusted key with ID: {shown(kid)}"
    of_fork = "error verifying that signing key is trusted"
    libtrust_alone = {Generation.DISTRIBUTION_2, Generation.GITLAB} & generations
    # Where it names its key itself, the kid counts for nothing.
    kind = "" if token.x5c or token.jwk else key_id_kind(kid)
    if kind == "RFC 7638 thumbprint" and libtrust_alone:
        words = "the registry is distribution 2 or GitLab's, which do not know a key by an RFC 7638 thumbprint"
        yield Meaning("AUTH-03", words, untrusted, of_fork)
    if kind in ("hex", "other"):
        words = f"the registry knows no key by the name {shown(kid)}"
        yield Meaning("AUTH-04", words, untrusted, of_fork)
    key = "its certificate" if not kind else f"its key, kid {shown(kid)}"
    yield Meaning("AUTH-01", f"the registry does not trust {key}", untrusted, of_fork)
    default = KNOWN_ISSUERS.get(token.issuer)
    issuer = f"{shown(token.issuer)}{f', {default}' if default else ''}"
    line = "token from untrusted issuer"
    yield Meaning("AUTH-05", f"it does not trust its issuer, iss {issuer}", f"{line}: {shown(token.issuer)}", line)
    if kind == "libtrust" and Generation.DISTRIBUTION_3 in generations:
        words = "the registry is distribution 3, which does not know a key by a libtrust ID"
        yield Meaning("AUTH-02", words, f"failed to verify token: {untrusted}", "")
