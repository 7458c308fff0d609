"""RL-01, RL-05: somebody on the way, or Docker Hub behind, allows no more requests."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Quote, Remedies, Remedy, Severity, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import authority_of, errors_of, origin_of
from regdoctor.evidence.proxied_answers import refused_by
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import clean, short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_HUB = ("pull rate limit", "toomanyrequests")
"""The words of Docker Hub, which a pull-through cache hands on in the detail of a 500 (RL-01)."""
_GITLAB = ("Gitlab-Container-Registry-Version", "Gitlab-Container-Registry-Features")


@check(
    title="Requests are not too many for anybody on the way",
    severity=Severity.WARNING,
    failure_modes=("RL-01", "RL-05"),
    symptoms=(
        "toomanyrequests: You have reached your pull rate limit",
        "429 Too Many Requests",
        "TOOMANYREQUESTS",
    ),
    reference="https://docs.docker.com/docker-hub/usage/",
)
def rate_limited(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """Docker Hub limits pulls by address and account; GitLab's registry, GitLab itself and proxies may limit requests.

    The answer is 429, with Retry-After where it says when to come again. A pull-through cache that Docker Hub refuses
    answers 500 UNKNOWN instead, with `toomanyrequests` in the detail: the registry is not broken.

    Give a pull-through cache, or each client, a login of Docker Hub (proxy.username and proxy.password); raise the
    limit where it is your own, and except runners from it that share one address.
    """
    return told_by(traffic, "rate_limited")


_LIMITING = (Part.REGISTRY, Part.GITLAB)


@sign(rate_limited, parts=_LIMITING, statuses=(429, 500))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status not in (429, 500) or call.part not in (Part.REGISTRY, Part.GITLAB) or call.recorded.by_recorder:
        return None
    origin, told = origin_of(call), " ".join(str(one) for one in errors_of(call))
    by_hub = any(words in told.lower() for words in _HUB[: None if call.status == 500 else 1]) or _is_hub(origin)
    if call.status == 500 and not any(words in told.lower() for words in _HUB):
        return None
    who, modes, remedy = _who(call, origin, by_hub=by_hub)
    after = call.exchange.header("Retry-After")
    unit = " s" if after and after.strip().isdigit() else ""
    again = f"; it may be asked again after {short(after)}{unit}" if after else ""
    return Fail(
        f"{who} allows no more requests at {origin}{again}",
        evidence=(
            call.exchange.quote(*(["Retry-After"] if after else [])),
            *((Quote(call.exchange.quote().source, clean(told)),) if told else ()),
        ),
        resource=origin,
        failure_modes=modes,
        remedy=remedy,
    )


def _is_hub(origin: str) -> bool:
    host = authority_of(origin).partition(":")[0]
    return host == "docker.io" or host.endswith((".docker.io", ".docker.com"))


def _who(call: Call, origin: str, *, by_hub: bool) -> tuple[str, tuple[str, ...], Remedies]:
    """Who limits, in words that begin a sentence; the failure mode; and what lifts it."""
    if by_hub:
        cache = "" if _is_hub(origin) else " (behind a pull-through cache)"
        return f"Docker Hub{cache}", ("RL-01",), _LOG_IN
    author = refused_by(call.exchange)
    if author is not None:
        return author.opening, (), _RAISE
    if call.part in (Part.TOKEN_SERVICE, Part.GITLAB):
        return "The token service" if call.part is Part.TOKEN_SERVICE else "GitLab", (), _RAISE
    if any(call.exchange.header(name) is not None for name in _GITLAB):
        return "GitLab's registry", ("RL-05",), _RAISE
    return "The registry, or a proxy before it,", (), _RAISE


_LOG_IN: Remedies = {
    Dialect.PLAIN: Remedy(
        "Log in to Docker Hub where the pulls come from; in a pull-through cache write the login into its config.yml, "
        "as proxy.username and proxy.password, and restart it.",
        ("docker login docker.io",),
    )
}
_RAISE: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Raise the limit, or except the addresses that many clients share: GitLab's own are in its admin area under "
        "Network, User and IP rate limits, the registry's in its rate_limiter section.",
        ("sudo grep -n rate_limit /etc/gitlab/gitlab.rb",),
    ),
    Dialect.PLAIN: Remedy(
        "Raise the limit where it is set (limit_req of nginx, a rule of the firewall, rate_limiter of GitLab's "
        "registry), or except the addresses that many clients share."
    ),
}
