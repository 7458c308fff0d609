"""What a token service gave for the scopes that were asked, and what the registry answers to the token."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.scopes import Access, parse_scopes
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_trials import Trial, refuses_login
from regdoctor.redaction import Secret


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the realm gave, and what the registry said to it."""

    realm: Exchange
    token: Secret | None
    ping: Exchange | None
    """GET /v2/ with the token; None where there was none to show."""
    by_get: Exchange | None = None
    """What the realm answers to GET without a login, where it seems to know no POST; None where that was not asked."""

    @property
    def granted(self) -> tuple[Access, ...] | None:
        """What the service says that it granted (docs/spec/auth/oauth.md, `scope`); None where it does not say."""
        answer = self.realm.json()
        scope = answer.get("scope") if self.token and isinstance(answer, dict) else None
        return parse_scopes(scope) if isinstance(scope, str) else None

    @property
    def has_refresh_token(self) -> bool:
        """Whether a refresh token came with the token; it is remembered as a secret, and kept nowhere."""
        answer = self.realm.json()
        return self.token is not None and isinstance(answer, dict) and bool(answer.get("refresh_token"))

    @property
    def login_refused(self) -> bool:
        """Whether the token service refused it to this login, or to one without a login."""
        return refuses_login(self.realm)

    @property
    def accepted(self) -> bool | None:
        """Whether GET /v2/ takes the token; None where its answer does not say so, by the rule of `Trial.refused`."""
        if self.ping is not None and self.ping.status == 200:
            return True
        return False if Trial("from the realm", True, self.realm, None, self.ping).refused else None


@dataclass(frozen=True, slots=True)
class GrantedRead:
    """One request that the token should open."""

    scope: Access
    answer: Exchange

    @property
    def refused(self) -> bool:
        """Whether the registry does not let the token read what it grants."""
        return self.answer.status in (401, 403)

    @property
    def accepted(self) -> bool:
        """Whether the registry took the token for it: what it answers then, it answers to nobody without one."""
        unknown = any(error.code == "NAME_UNKNOWN" for error in parse_errors(self.answer.body)[:1])
        return self.answer.status == 200 or (self.answer.status == 404 and unknown)
