"""Real HAProxy, Apache and squid before a real registry with tokens: each refusal is named, and health is silent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome, Quote
from regdoctor.checks.proxy.api_version_header_doubled import api_version_header_doubled
from regdoctor.checks.proxy.authorization_dropped import authorization_dropped
from regdoctor.checks.proxy.basic_auth_before_tokens import basic_auth_before_tokens
from regdoctor.checks.proxy.challenge_rewritten import challenge_rewritten
from regdoctor.checks.proxy.chunked_refused import chunked_refused
from regdoctor.checks.proxy.client_refused import client_refused
from regdoctor.checks.proxy.header_size_limited import header_size_limited
from regdoctor.checks.proxy.method_refused import method_refused
from regdoctor.checks.proxy.post_redirected import post_redirected
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.processes import Processes
from regdoctor.probe import NotApplicableError
from regdoctor.probes.internal_answer import internal_answer
from regdoctor.probes.proxied_answers import proxied_answers
from regdoctor.probes.public_answer import public_answer
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.real_proxies import Proxies

CHECKS = (
    api_version_header_doubled,
    authorization_dropped,
    basic_auth_before_tokens,
    challenge_rewritten,
    chunked_refused,
    client_refused,
    header_size_limited,
    method_refused,
    post_redirected,
)
ABSENT = Absent("not part of this test", applicable=False)


@dataclass(frozen=True)
class Way:
    """The way from clients to the registry, through whichever proxy a test starts."""

    registry: LoneRegistry
    proxies: Proxies

    def blamed(self, url: str) -> dict[str, Fail]:
        """What is found at `url` by every check of this file, by the check's name."""
        door, said = Http(TrustedCAs()), Quote("the test", "said so")
        at = Endpoints(Endpoint(url, said), Endpoint(self.registry.url, said), None, None)
        public = public_answer.gather(at, door)
        known: dict[str, object] = {"public": public, "internal": internal_answer.gather(at, door)}
        # Where the proxy answers a plain GET itself, no more is asked.
        with contextlib.suppress(NotApplicableError):
            known["answers"] = proxied_answers.gather(public, at, door)
        judged = [item for item in CHECKS if "answers" in known or "answers" not in item.inputs]
        found = ((item.name, one) for item in judged for one in said_by(item, known) if isinstance(one, Fail))
        return dict(found)


def said_by(item: Check, known: dict[str, object]) -> Iterable[Outcome]:
    """What a check says of what is known; the rest is absent."""
    told = item.judge(**{name: known.get(name, ABSENT) for name in item.inputs})
    return [told] if isinstance(told, Outcome) else told


@pytest.fixture
def way(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Way]:
    """A registry that asks for tokens, and no proxy yet."""
    bundle = lone_registry.folder / "bundle.crt"
    bundle.write_text(signing_pair().certificate)
    lone_registry.serve(
        "auth: {token: {realm: 'https://gitlab.example.com/jwt/auth', service: container_registry, "
        f"issuer: gitlab-issuer, rootcertbundle: {bundle}}}}}\n"
    )
    processes = Processes()
    yield Way(lone_registry, Proxies(tmp_path, processes))
    processes.stop_all()


def haproxy(way: Way, *rules: str) -> str:
    return way.proxies.haproxy(way.registry.port, *rules)


def apache(way: Way, *lines: str) -> str:
    return way.proxies.apache(way.registry.port, *lines)


def squid(way: Way, *options: str) -> str:
    return way.proxies.squid(way.registry.port, *options)


def passing_squid(way: Way) -> str:
    return squid(way, "login=PASSTHRU")


@pytest.mark.parametrize("start", [haproxy, apache, passing_squid])
def test_a_proxy_that_passes_everything_on_is_blamed_for_nothing(way: Way, start: Callable[..., str]) -> None:
    assert way.blamed(start(way)) == {}


@pytest.mark.parametrize(
    ("start", "lines", "check", "who"),
    [
        (haproxy, ["http-request deny if { method PATCH }"], "method_refused", "HAProxy answers 403 to PATCH"),
        (apache, ["AllowMethods GET HEAD POST"], "method_refused", "Apache answers 405 to PATCH"),
        (haproxy, ["http-request deny if { method HEAD }"], "method_refused", "A proxy answers 403 to HEAD"),
        (
            haproxy,
            ["http-request deny if { req.hdr(User-Agent) -m beg docker/ }"],
            "client_refused",
            "HAProxy answers 403 to docker",
        ),
        (haproxy, ["http-request del-header Authorization"], "authorization_dropped", "is lost between"),
        (apache, ["RequestHeader unset Authorization"], "authorization_dropped", "is lost between"),
        (squid, [], "authorization_dropped", "is lost between"),
        (
            haproxy,
            ["http-request redirect location /elsewhere code 302 if METH_POST"],
            "post_redirected",
            "redirected with 302",
        ),
        (
            haproxy,
            ["http-request deny deny_status 400 if { req.hdr(Authorization) -m len gt 4000 }"],
            "header_size_limited",
            "HAProxy refuses a token of 6,000 bytes",
        ),
        (
            haproxy,
            ["http-request deny deny_status 501 if { req.hdr(Transfer-Encoding) -m found }"],
            "chunked_refused",
            "HAProxy answers 501",
        ),
        (
            haproxy,
            ["http-response add-header Docker-Distribution-Api-Version registry/2.0"],
            "api_version_header_doubled",
            "comes twice",
        ),
        (
            haproxy,
            ['http-response set-header WWW-Authenticate \'Bearer realm="https://a.example.com/t",service="b"\''],
            "challenge_rewritten",
            "https://a.example.com/t",
        ),
        (apache, ["Header always unset WWW-Authenticate", "Header unset WWW-Authenticate"], "challenge_rewritten", ""),
        (
            apache,
            ["AuthType Basic", "AuthName here", "Require valid-user"],
            "basic_auth_before_tokens",
            "Apache asks for a password",
        ),
    ],
)
def test_what_a_proxy_does_to_requests_is_named(
    way: Way, start: Callable[..., str], lines: list[str], check: str, who: str
) -> None:
    blamed = way.blamed(start(way, *lines))

    assert list(blamed) == [check]
    assert who in blamed[check].message


@pytest.mark.parametrize(
    ("broken", "mended", "check"),
    [
        ("http-request deny unless { method GET HEAD POST }", " or registry_api", "method_refused"),
        ("http-request deny if { req.hdr(User-Agent) -m beg docker/ }", " !registry_api", "client_refused"),
    ],
)
def test_haproxy_refuses_no_more_with_the_exception_in_its_rule(way: Way, broken: str, mended: str, check: str) -> None:
    remedy = way.blamed(haproxy(way, broken))[check].remedy[Dialect.PLAIN]
    assert mended.strip() in remedy.text

    assert way.blamed(haproxy(way, remedy.commands[1], broken + mended)) == {}


def test_haproxys_other_rules_hold_beside_the_exception(way: Way) -> None:
    broken = "http-request deny if { req.hdr(User-Agent) -m beg docker/ }"
    lines = way.blamed(haproxy(way, broken))["client_refused"].remedy[Dialect.PLAIN].commands[1]

    behind = haproxy(way, lines, f"{broken} !registry_api", "http-request deny if { method PATCH }")
    assert list(way.blamed(behind)) == ["method_refused"]


def test_apache_lets_docker_through_with_the_exception_above_its_rule(way: Way) -> None:
    rule = ("RewriteEngine on", "RewriteCond %{HTTP_USER_AGENT} ^docker/", "RewriteRule .* - [F]")
    remedy = way.blamed(apache(way, *rule))["client_refused"].remedy[Dialect.PLAIN]

    assert way.blamed(apache(way, *rule[:2], remedy.commands[1], rule[2])) == {}


def test_squid_with_the_remedy_serves_the_registry_by_every_method(way: Way) -> None:
    def blamed(rules: str) -> dict[str, Fail]:
        # Squid itself calls the site so (defaultsite), and dstdomain is about that name.
        url = way.proxies.squid(way.registry.port, "login=PASSTHRU", rules=rules)
        return way.blamed(url.replace("127.0.0.1", "localhost"))

    deny = "acl patch method PATCH\nhttp_access deny patch"
    lines = blamed(deny)["method_refused"].remedy[Dialect.PLAIN].commands[0]

    assert blamed(f"{lines}\n{deny}") == {}


def test_apache_with_the_remedy_takes_every_method(way: Way) -> None:
    remedy = way.blamed(apache(way, "AllowMethods GET"))["method_refused"].remedy[Dialect.PLAIN]
    line = next(line.strip() for line in remedy.commands[0].splitlines() if "AllowMethods" in line)

    assert way.blamed(apache(way, line)) == {}
