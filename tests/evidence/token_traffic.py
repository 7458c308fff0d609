"""Recorded logins, pulls and pushes in which a token plays a part, and what all signs say of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from regdoctor import catalogue
from regdoctor.causes import Finding
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded, Shown
from regdoctor.evidence.story import Story
from regdoctor.sign import EndSign
from regdoctor.traffic.telling import Telling

REGISTRY = "https://registry.example.com"
REALM = "https://gitlab.example.com/jwt/auth"
SERVICE = "container_registry"
START = 1_700_000_000.0
API = ("Docker-Distribution-Api-Version", "registry/2.0")
JSON = ("Content-Type", "application/json")
KID = ":".join(["ABCD"] * 12)
LOGIN = Shown("Basic", "f" * 12)


def jwt_of(*access: Access, **other: Any) -> Token:
    """A token as GitLab gives it at START, for five minutes."""
    plain = Token(
        *("RS256", KID, False, False, "omnibus-gitlab-issuer", (SERVICE,), False, "u", access),
        *(START + 300, START - 5, START, ""),
    )
    return replace(plain, **other)


def may(repository: str, *actions: str) -> Access:
    """An entry of a token."""
    return Access("repository", repository, actions)


def body(code: str, message: str = "no") -> bytes:
    """The registry's envelope."""
    return f'{{"errors":[{{"code":"{code}","message":"{message}","detail":null}}]}}'.encode()


def challenge(error: str = "", scope: str = "", realm: str = REALM) -> tuple[str, str]:
    """The header of a 401."""
    more = "".join(f',{name}="{value}"' for name, value in (("scope", scope), ("error", error)) if value)
    return ("WWW-Authenticate", f'Bearer realm="{realm}",service="{SERVICE}"{more}')


@dataclass
class Traffic:
    """What one client and its servers said, a second apart; every server's clock is right unless `ahead` says else."""

    now: float = START
    shown: Shown | None = None
    said: list[Recorded] = field(default_factory=list)
    ahead: dict[str, float] = field(default_factory=dict)
    """By the beginning of an address: seconds that the clock there is ahead."""
    dated: bool = True

    def ask(
        self, request: str, status: int | None, *headers: tuple[str, str], content: bytes = b"", **more: Any
    ) -> Recorded:
        """`GET /v2/` and its answer, with the credentials that the client has by now; more: of Recorded."""
        method, _, target = request.partition(" ")
        url = target if "://" in target else f"{REGISTRY}{target}"
        seconds = more.pop("seconds", 0.1)
        shown = more.pop("shown", self.shown if url.startswith(REGISTRY) else None)
        ahead = next((skew for start, skew in self.ahead.items() if url.startswith(start)), 0.0)
        moment = datetime.fromtimestamp(int(self.now + seconds + ahead), UTC)
        date = (("Date", format_datetime(moment, usegmt=True)),) if status is not None and self.dated else ()
        api = (API,) if url.startswith(REGISTRY) and status is not None else ()
        sent: tuple[tuple[str, str], ...] = (("User-Agent", more.pop("agent", "docker/29.0")),)
        sent += (("Authorization", f"{shown.scheme} [redacted]"),) if shown is not None else ()
        failure = more.pop("failure", None)
        exchange = Exchange(
            *(method, url, sent, status, (*api, *date, *headers), content),
            started=self.now,
            seconds=seconds,
            failure=failure,
        )
        recorded = Recorded(exchange, str(len(self.said)), self.now + seconds, client="10.0.0.1", shown=shown, **more)
        self.now += seconds + 1
        self.said.append(recorded)
        return recorded

    def sent_away(self, realm: str = REALM) -> None:
        """The first 401, as everybody gets it."""
        self.shown = None
        self.ask("GET /v2/", 401, challenge(realm=realm), JSON, content=body("UNAUTHORIZED"))

    def given(self, content: Token | None, *scopes: str, login: bool = True, mark: str = "a" * 12) -> None:
        """A token from the token service, which the client has from now on."""
        query = "".join(f"&scope={scope}" for scope in scopes)
        told = Shown("", mark, content)
        text = b'{"token":"[redacted token]"}'
        self.ask(
            *(f"GET {REALM}?service={SERVICE}{query}", 200, JSON),
            content=text,
            given=told,
            shown=LOGIN if login else None,
        )
        self.shown = Shown("Bearer", mark, content)

    def invalid(self, request: str = "GET /v2/", **more: Any) -> None:
        """A 401 that calls the token invalid."""
        self.ask(request, 401, challenge("invalid_token"), JSON, content=body("UNAUTHORIZED"), **more)

    def findings(self) -> list[Finding]:
        """What every sign of the catalogue says of it; none of them may break."""
        telling = Telling(Story())
        found = [one for recorded in self.said for one in telling.take(recorded).findings]
        listed = {(one.check.name, one.fail.resource) for one in found}
        diagnosis = telling.end()
        assert diagnosis.bugs == ()
        for one in (one for one in catalogue.signs() if isinstance(one, EndSign)):
            told = one.judge(telling.story)
            fails = () if told is None else (told,) if not hasattr(told, "__iter__") else tuple(told)
            found += [Finding(one.check, fail) for fail in fails if (one.check.name, fail.resource) not in listed]
        return found

    def names(self) -> set[str]:
        """The checks that were recognised."""
        return {one.check.name for one in self.findings()}

    def only(self, name: str) -> Finding:
        """The finding of this check, complete, where it is the only one that was recognised."""
        found = self.findings()
        assert {one.check.name for one in found} == {name}, [(one.check.name, one.fail.message) for one in found]
        fail = found[0].fail
        assert fail.message.strip()
        assert "\n" not in fail.message
        assert not fail.message.endswith(".")
        assert fail.resource
        assert fail.evidence
        assert set(fail.failure_modes or ()) <= set(found[0].check.failure_modes)
        return found[0]
