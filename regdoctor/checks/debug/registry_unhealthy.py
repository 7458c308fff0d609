"""CFG-01, S3-25: the registry's own health check fails, and every request is answered 503."""

from collections.abc import Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.errors import parse_errors
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, ping_of
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.story import Story
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign


@check(
    title="The registry is healthy by its own health check",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-01", "S3-25"),
    symptoms=("health check failed: please see /debug/health", "503 Service Unavailable", "Path not found: /"),
    explains=("login_unauthorized", "health_lies"),
    reference="https://distribution.github.io/distribution/about/configuration/#health",
)
def registry_unhealthy(
    public: PublicAnswer | Absent, internal: InternalAnswer | Absent, debug: DebugServer | Absent
) -> Outcome:
    """The registry looks after its storage, every 10 s unless told otherwise.

    After `threshold` failures in a row it answers 503 to every request, on every URL, with UNAVAILABLE. The reason is
    told by its debug server alone, at /debug/health: one entry for each check that fails, `storagedriver_s3` with the
    words of the store, for example.

    `Path not found: /` is told by releases up to 2.6 of a bucket with nothing in it: they take the missing root for a
    failure, and so never take the first push. Newer ones let it pass.

    Mend what the reason names; the registry recovers by itself with the next check.

    Only the report proves that the registry is healthy. Where no debug server is configured, an answer of 200 or 401
    proves no more than that the health check, which may be off, does not make the registry answer 503.
    """
    problems = debug.problems if isinstance(debug, DebugServer) else None
    unavailable = next((ping for ping in _pings(public, internal) if _unavailable(ping)), None)
    if problems:
        report = f"{_url(debug)}/debug/health"
        quotes = [Quote(report, f"{name}: {' '.join(reason.split())}") for name, reason in problems.items()]
        if unavailable:
            quotes.append(unavailable.exchange.quote())
        return Fail(
            f"The registry's health check fails: {_first(problems)}",
            evidence=tuple(quotes),
            resource=next(iter(problems)),
            failure_modes=("S3-25",) if _is_empty_root(problems) else ("CFG-01",),
            remedy=_mend(problems),
        )
    if unavailable:
        return Fail(
            _words(unavailable, green=problems is not None),
            evidence=tuple(_said(unavailable)),
            resource=unavailable.endpoint.url,
            failure_modes=("CFG-01",),
            remedy=_ask(),
        )
    if problems is not None:
        return Pass(f"{_url(debug)}/debug/health is green")
    return _without_report(public, internal, debug)


def _without_report(
    public: PublicAnswer | Absent, internal: InternalAnswer | Absent, debug: DebugServer | Absent
) -> Outcome:
    if isinstance(debug, DebugServer):
        return Unknown(f"{_url(debug)}/debug/health gives no health report: {debug.health.quote().quote}")
    serving = [ping for ping in _pings(public, internal) if ping.is_registry and ping.exchange.status in (200, 401)]
    if serving and debug.applicable:
        return Unknown(f"no health report could be had: {debug.reason}")
    if serving:
        return Pass(
            f"{serving[0].endpoint.url} answers {serving[0].exchange.status}: its health check does not make it answer "
            "503; no debug server is known here that could tell more"
        )
    asked = [look for look in (public, internal, debug) if not isinstance(look, Absent) or look.applicable]
    if not asked and isinstance(public, Absent):
        return Skip(public.reason)
    return Unknown("neither the registry nor its debug server gave an answer that tells its health")


def _pings(public: PublicAnswer | Absent, internal: InternalAnswer | Absent) -> list[Ping]:
    looks = [public.best] if isinstance(public, PublicAnswer) else []
    return looks + ([internal.ping] if isinstance(internal, InternalAnswer) else [])


def _unavailable(ping: Ping) -> bool:
    codes = {error.code for error in parse_errors(ping.exchange.body)}
    return ping.exchange.status == 503 and "UNAVAILABLE" in codes


def _said(ping: Ping) -> list[Quote]:
    errors = parse_errors(ping.exchange.body)
    return [ping.exchange.quote(), *(Quote(ping.exchange.quote().source, str(error)) for error in errors)]


def _words(ping: Ping, *, green: bool) -> str:
    if not any("health" in str(error.detail) for error in parse_errors(ping.exchange.body)):
        return f"The registry at {ping.endpoint.url} answers 503 UNAVAILABLE"
    if green:
        return (
            f"The registry at {ping.endpoint.url} answers 503 because its health check fails, while the debug server "
            "here is green: another node answers there, or it is just recovering"
        )
    return "The registry answers 503 to everything, because its health check fails; its debug server knows why"


def _url(debug: DebugServer | Absent) -> str:
    return debug.endpoint.url if isinstance(debug, DebugServer) else ""


def _first(problems: Mapping[str, str]) -> str:
    name, reason = next(iter(problems.items()))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{name}: {' '.join(reason.split())}{more}"


def _is_empty_root(problems: Mapping[str, str]) -> bool:
    """Whether the root is not found: the words of PathNotFoundError (distribution/distribution#2292)."""
    name, reason = next(iter(problems.items()))
    return name.startswith("storagedriver") and reason.strip().endswith("Path not found: /")


def _mend(problems: Mapping[str, str]) -> Remedies:
    name, reason = next(iter(problems.items()))
    store = "storage" if name.startswith("storagedriver") else "thing"
    if _is_empty_root(problems):
        text = (
            "Upgrade the registry: releases up to 2.6 take an empty bucket for a broken one. Until then put any object "
            "below its root directory."
        )
    elif any(words in reason for words in ("refused", "no such host", "timeout", "unreachable", "reset")):
        text = (
            f"The {store} that {name} names is not reached from the registry's host: start it, or mend the way there."
        )
    elif "AccessDenied" in reason or "403" in reason:
        text = f"The {store} that {name} names refuses the registry's identity; `regdoctor check storage` says why."
    else:
        text = f"Mend what {name} says; the registry recovers by itself with its next check."
    return {Dialect.PLAIN: Remedy(text)}


def _ask() -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "Ask the debug server on the registry's host. If it is off, switch it on: put the first line into "
            "/etc/gitlab/gitlab.rb.",
            (
                "registry['debug_addr'] = \"localhost:5001\"",
                "sudo gitlab-ctl reconfigure",
                "curl localhost:5001/debug/health",
            ),
        ),
        Dialect.HELM: Remedy(
            "Ask the debug server in the registry's pod.",
            (
                "kubectl port-forward deployment/gitlab-registry 5001:5001 &",
                "curl localhost:5001/debug/health",
            ),
        ),
        Dialect.PLAIN: Remedy(
            "Ask the debug server on the registry's host; http.debug.addr in config.yml switches it on.",
            ("curl localhost:5001/debug/health",),
        ),
    }


@sign(registry_unhealthy, parts=(Part.REGISTRY,), statuses=(503,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status != 503 or not answered_by_registry_or_proxy(call):
        return None
    ping = ping_of(call)
    if not _unavailable(ping):
        return None
    return Fail(
        _words(ping, green=False),
        evidence=tuple(_said(ping)),
        resource=ping.endpoint.url,
        # Where the same address served before, an instance is just being replaced, or recovers by itself.
        severity=Severity.WARNING if ping.endpoint.url in story.registries and not _is_first(call, story) else None,
        failure_modes=("CFG-01",),
        remedy=_ask(),
    )


def _is_first(call: Call, story: Story) -> bool:
    """Whether what is known as the first answer of this registry is itself one of 503."""
    first = story.registries[ping_of(call).endpoint.url]
    return first.number == call.number or first.status == call.status
