"""CFG-01, S3-11: nothing that is an object store answers where the registry keeps its images."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.s3_bucket import BucketSettings, StoreAnswer
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_inside_name, is_loopback
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies.object_store import in_the_store

_JUDGED_ELSEWHERE = (200, 404, 405, 410, 429)
"""Statuses that s3_endpoint_is_no_store and s3_slow_down judge."""


@check(
    title="The object store answers on the registry's host",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-01", "S3-11"),
    symptoms=("s3aws: RequestError: send request failed", "storage driver health check"),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_unreachable(bucket: BucketSettings, config: RegistryConfig, debug: DebugServer | Absent) -> Outcome:
    """The registry keeps nothing itself: without its object store it can neither store nor read anything.

    Nobody listens at regionendpoint, the name of the bucket's host does not resolve, a firewall drops the way there,
    something that does not speak HTTP answers, or a proxy in front of the store answers in its place. The registry's
    health check fails, and after some tries every URL answers 503; without a health check each pull and push waits, and
    then ends in 500 or 503. The request is sent from here with the registry's own settings; where the registry's report
    says that it gets through, it takes another way, as by a proxy of its environment, and nothing is said here.

    Start the store, correct regionendpoint, or open the way between both.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    head, listing = bucket.answer("HeadBucket"), bucket.answer("ListObjects")
    asked = listing or head
    problem = _problem(asked) if asked is not None else ""
    if asked is None or not problem:
        return Pass("it lists the bucket") if bucket.listed else Unknown(bucket.unanswered)
    failure = asked.exchange.failure
    if failure is not None and failure.kind is FailureKind.NAME and _may_be_known_elsewhere(bucket.endpoint.url):
        return Unknown(f"{failure.message}: a name of one word may mean something to the registry's process alone")
    if isinstance(debug, DebugServer) and debug.problems == {} and _looks_after_itself(config):
        return Unknown(f"{problem}, while the registry's own health check of its storage is green")
    named = parameters.value("regionendpoint")
    slow = failure is not None and failure.kind is FailureKind.TIMEOUT
    return Fail(
        f"The object store at {short(bucket.endpoint.url)} does not serve the registry: {problem}",
        evidence=(*((named.quote(),) if named is not None else ()), bucket.named_by, asked.quote()),
        resource=short(bucket.endpoint.url),
        severity=Severity.ERROR if slow else None,
        failure_modes=("S3-11",) if failure is not None and failure.kind is FailureKind.NAME else ("CFG-01",),
        remedy=in_the_store(
            f"Start the store, correct {parameters.setting('regionendpoint')}, or open the way from the registry's "
            "host to it; where a proxy stands before the store, let it pass on what the registry asks."
        ),
    )


def _problem(answer: StoreAnswer) -> str:
    """Why it is no answer of a store; empty for one, and for what another check judges."""
    failure = answer.exchange.failure
    if failure is not None:
        known = failure.kind is FailureKind.SCHEME or (failure.kind is FailureKind.TLS and not failure.not_tls)
        return "" if known else failure.message
    status = answer.exchange.status
    if status in _JUDGED_ELSEWHERE or answer.error is not None or answer.region:
        return ""
    return f"it answers {status}, without a word of an object store"


def _may_be_known_elsewhere(url: str) -> bool:
    parts = endpoint_address(url)
    return parts is not None and is_inside_name(parts.host) and not is_loopback(parts.host)


def _looks_after_itself(config: RegistryConfig) -> bool:
    """Whether a green report says anything of the storage: its check is on."""
    enabled = config.at("health", "storagedriver", "enabled")
    return enabled is not None and enabled.switch() is True
