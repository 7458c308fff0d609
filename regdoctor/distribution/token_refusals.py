"""What a registry's 401 to a token can mean, by what stands in the token and in the challenge: the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.go_formats import quoted
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.distribution.token_keys import key_id_kind
from regdoctor.distribution.tokens import Token

KNOWN_ISSUERS = {
    "omnibus-gitlab-issuer": "the default of Omnibus GitLab",
    "gitlab-issuer": "the default of source installations and of GitLab's chart",
}
"""Issuers that are nobody's choice: omnibus-gitlab attributes/default.rb; GitLab config/gitlab.yml.example."""
_LONGEST = 80
"""Characters of a foreign text that are shown."""
_KNOWN_TO_ALL = frozenset(f"{kind}{bits}" for kind in ("RS", "ES") for bits in ("256", "384", "512"))
"""Algorithms that docker/libtrust and go-jose verify alike (RFC 7518)."""
_KNOWN_TO_3 = frozenset(("PS256", "PS384", "PS512", "EdDSA"))
"""Those that a public key verifies too, and go-jose alone knows, which distribution 3 reads tokens with."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One cause that a refusal may have."""

    mode: str
    """Of the domain reference."""
    words: str
    """A clause: `the registry does not trust its key`."""
    logged: str
    """What the registry's log has then, as distribution 2.8 writes it (or 3, where it alone does so)."""
    logged_by_gitlab: str
    """The same of GitLab's registry."""
    named: str = ""
    """What follows the words where it is not told elsewhere: `, kid "…"`."""


def meanings(
    token: Token,
    service: str,
    generations: frozenset[Generation],
    *,
    called_invalid: bool,
    names_invalid_tokens: bool | None,
    in_time: bool | None = None,
) -> tuple[Meaning, ...]:
    """The causes that are left, the likeliest first; one alone where that is certain.

    service: as the challenge has it, for which the token was asked. generations: what the registry may be.
    called_invalid: whether the challenge has `error="invalid_token"`; distribution 2 writes that for every token that
    it refuses, and distribution 3 but for one whose signature does not fit the key that it names
    (registry/auth/token/token.go VerifySigningKey, Verify; AUTH-22).
    names_invalid_tokens: whether the same address writes it for a text that is no token; None where that is not known.
    in_time: what `is_in_time` says of the moment of the refusal.
    """
    if not called_invalid:
        return tuple(_unnamed(token, generations, names_invalid_tokens))
    if not knowing(token.algorithm) & generations:
        return (_unknown_algorithm(token, generations),)
    if service and not token.audience_is_list and service not in token.audience:
        return (_another_audience(token, service),)
    if in_time is False:
        return (_OUT_OF_TIME,)
    if not (token.kid or token.x5c or token.jwk):
        return (_NO_KEY_NAMED,)
    return tuple(_key_or_issuer(token, generations))


def knowing(algorithm: str) -> frozenset[Generation]:
    """The products that may verify a signature by this `alg`; none for `none`, and for HS256 and its like, which take
    a secret in place of a public key.
    """
    if algorithm in _KNOWN_TO_ALL:
        return frozenset(Generation)
    return frozenset((Generation.DISTRIBUTION_3,)) if algorithm in _KNOWN_TO_3 else frozenset()


def is_in_time(token: Token, earliest: float, latest: float) -> bool | None:
    """Whether a registry finds the token neither too early nor too late, with its leeway; None where that is too near.

    earliest, latest: seconds since the epoch; its clock was somewhere between the two then. All read a missing exp
    as 1970.
    """
    start, end = (token.not_before or 0.0) - LEEWAY, (token.expires or 0.0) + LEEWAY
    if start > latest or end < earliest:
        return False
    return None if start > earliest or end < latest else True


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
        if knowing(token.algorithm):
            words = "the registry is distribution 3 and trusts the key of that kid, and the signature is by another"
            yield Meaning("AUTH-22", words, line, "", f", kid {shown(token.kid)}" if token.kid else "")
        else:
            words = (
                f"the registry is distribution 3, and the alg is {shown(token.algorithm)}, which needs no private key"
            )
            yield Meaning("AUTH-24", words, line, "")


def _unknown_algorithm(token: Token, generations: frozenset[Generation]) -> Meaning:
    """Where none of the products that it may be verifies signatures by its `alg` (2: after all else; 3: at first)."""
    alg = f"its alg is {shown(token.algorithm)}" if token.algorithm else "it has no alg"
    if knowing(token.algorithm):
        return Meaning("AUTH-24", f"{alg}, which distribution 3 alone knows", _UNVERIFIED, _UNVERIFIED)
    if generations <= {Generation.DISTRIBUTION_3} and not token.algorithm.startswith("HS"):
        return Meaning("AUTH-24", f"{alg}, which distribution 3 does not read", "malformed token", "")
    return Meaning("AUTH-24", f"{alg}, and registries take only what a private key has signed", "", "")


def _another_audience(token: Token, service: str) -> Meaning:
    audience = " ".join(token.audience)
    line = "token intended for another audience"
    words = f"it is made for {shown(audience)}, and the registry is {shown(service)}"
    return Meaning("AUTH-06", words, f"{line}: {shown(audience)}", line)


def _key_or_issuer(token: Token, generations: frozenset[Generation]) -> Iterator[Meaning]:
    kid = token.kid or ""
    untrusted = f"{_UNTRUSTED}: {shown(kid)}"
    of_fork = "error verifying that signing key is trusted"
    libtrust_alone = {Generation.DISTRIBUTION_2, Generation.GITLAB} & generations
    # Where it names its key itself, the kid counts for nothing.
    kind = "" if token.x5c or token.jwk else key_id_kind(kid)
    if kind == "RFC 7638 thumbprint" and libtrust_alone:
        words = "the registry is distribution 2 or GitLab's, which do not know a key by an RFC 7638 thumbprint"
        yield Meaning("AUTH-03", words, untrusted, of_fork)
    if kind in ("hex", "other"):
        yield Meaning("AUTH-04", "the registry knows no key by that name", untrusted, of_fork, f", kid {shown(kid)}")
    if Generation.DISTRIBUTION_3 in knowing(token.algorithm) and libtrust_alone - knowing(token.algorithm):
        alg = shown(token.algorithm)
        yield Meaning("AUTH-24", f"its alg is {alg}, which distribution 3 alone knows", _UNVERIFIED, _UNVERIFIED)
    if kind:
        yield Meaning("AUTH-01", "the registry does not trust its key", untrusted, of_fork, f", kid {shown(kid)}")
    else:
        yield _untrusted_of_its_own(token)
    default = KNOWN_ISSUERS.get(token.issuer)
    issuer = f", iss {shown(token.issuer)}{f', {default}' if default else ''}"
    line = "token from untrusted issuer"
    yield Meaning("AUTH-05", "it does not trust its issuer", f"{line}: {shown(token.issuer)}", line, issuer)
    if kind == "libtrust" and Generation.DISTRIBUTION_3 in generations:
        words = "the registry is distribution 3, which does not know a key by a libtrust ID"
        yield Meaning("AUTH-02", words, f"failed to verify token: {untrusted}", "")


def _untrusted_of_its_own(token: Token) -> Meaning:
    """The header carries certificates, which come before a key, or a key (token.go, VerifySigningKey)."""
    of_fork = "error verifying that signing key is trusted"
    if token.x5c:
        words = "the certificates in its header (x5c) do not lead to one that the registry trusts"
        return Meaning("AUTH-01", words, "unable to verify certificate chain", of_fork)
    words = "the registry does not trust the key in its header (jwk)"
    return Meaning("AUTH-01", words, "untrusted JWK with no certificate chain", of_fork)


_UNTRUSTED = "token signed by untrusted key with ID"
_UNVERIFIED = "unable to verify token signature"
_OUT_OF_TIME = Meaning("AUTH-08", "it was shown before or after its time (nbf, exp)", "token not to be used", "")
_NO_KEY_NAMED = Meaning(
    "AUTH-04",
    "its header names no key: it has no kid, x5c or jwk",
    "unable to get token signing key",
    "error verifying that signing key is trusted",
)
