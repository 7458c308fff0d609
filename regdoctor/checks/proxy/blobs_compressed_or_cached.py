"""PROXY-20: a proxy compresses or keeps what clients check by its digest and may read with a token only."""

from collections.abc import Iterable
from urllib.parse import urljoin

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.public_reads import PublicReads, cache_sign
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_BLOB_TYPES = ("*", "application/octet-stream", "application/vnd.docker.image.rootfs.diff.tar.gzip")
"""Content types of layers; the registry sends all of them as application/octet-stream."""


@check(
    title="Layers pass as they are, and no proxy keeps answers",
    severity=Severity.WARNING,
    failure_modes=("PROXY-20",),
    symptoms=("filesystem layer verification failed for digest",),
    reference="https://nginx.org/en/docs/http/ngx_http_gzip_module.html#gzip_types",
)
def blobs_compressed_or_cached(
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    reads: PublicReads | Absent,
) -> Iterable[Outcome]:
    """Layers are compressed already, and clients check their size and digest.

    With gzip on and gzip_types that take in application/octet-stream (or `*`), nginx compresses them once more: it
    costs time, takes Content-Length away, and a client that does not undo it finds another digest.

    With proxy_cache nginx keeps answers by their URL, whoever asked, for the registry calls its layers cacheable: who
    has no token gets what somebody with a token has fetched before. An answer that redirects to a bucket is kept
    beyond the time that its signature holds.

    Delivery networks do both likewise. nginx's configuration is judged, and what a manifest and its configuration blob
    at the public address show: Content-Encoding on a blob; a manifest by its tag, or a redirect to the bucket, that a
    cache says it had already (X-Cache, CF-Cache-Status, Age).

    Switch gzip and proxy_cache off where nginx passes the registry's requests on; in a delivery network let /v2/ bypass
    both.
    """
    if isinstance(nginx, Absent):
        yield _by_answers(reads) if isinstance(reads, PublicReads) else _nothing(nginx, reads)
        return

    def judge(route: Route) -> Outcome:
        scope = route.location.scope
        compressed, cached = _compression(route), scope.setting("proxy_cache")
        kept = cached if cached is not None and cached.args[:1] not in (("off",), ()) else None
        if not compressed and kept is None:
            return Pass("nginx neither compresses nor keeps layers")
        case = " and ".join(
            [*(["compresses layers"] if compressed else []), *(["keeps answers for whoever asks next"] if kept else [])]
        )
        lines = [*(["gzip off;"] if compressed else []), *(["proxy_cache off;"] if kept else [])]
        quotes: list[Quote] = [one.quote() for one in (*compressed, *((kept,) if kept else ()))]
        return Fail(
            f"nginx ({route.name}) {case}",
            evidence=(*quotes, *route.quotes()),
            resource=route.name,
            remedy=change_nginx("Pass layers on as they are.", *lines),
        )

    configured = tuple(each_route(nginx, config, gitlab, judge))
    seen = _by_answers(reads) if isinstance(reads, PublicReads) else None
    found = any(isinstance(one, Fail) for one in configured)
    nothing = all(isinstance(one, Skip) for one in configured)
    if seen is not None and (nothing or (isinstance(seen, Fail) and not found)):
        yield seen
    else:
        yield from configured


def _nothing(nginx: Absent, reads: PublicReads | Absent) -> Outcome:
    """Where neither is there: unknown where looking failed, and where nginx is not, why nothing was read."""
    reason = reads if isinstance(reads, Absent) and not nginx.applicable else nginx
    return Unknown(reason.reason) if reason.applicable else Skip(reason.reason)


def _by_answers(reads: PublicReads) -> Outcome:
    kept = [(one, header) for one in _by_tag_or_redirect(reads) if (header := cache_sign(one))]
    coding = reads.compressed_blob
    if not coding and not kept:
        return Pass("neither compression of a blob nor a cache shows at the public address")
    case = " and ".join([*([f"blobs arrive compressed ({coding})"] if coding else []), *_kept_in_words(kept)])
    blob = (reads.blob.quote("Content-Encoding"),) if coding and reads.blob is not None else ()
    lines = [*(["gzip off;"] if coding else []), *(["proxy_cache off;"] if kept else [])]
    return Fail(
        f"A proxy before the registry alters answers: {case}",
        evidence=(*blob, *(one.quote(header) for one, header in kept)),
        resource=urljoin(reads.manifest.url, "/v2/"),
        remedy=change_nginx(
            "Pass layers and manifests on as they are: in a delivery network let /v2/ bypass cache and compression.",
            *lines,
        ),
    )


def _by_tag_or_redirect(reads: PublicReads) -> tuple[Exchange, ...]:
    """The answers that no cache may keep: what a tag means changes, and a signature in a redirect ends."""
    redirect = (reads.blob,) if reads.blob is not None and reads.blob.status in (302, 307) else ()
    return (reads.manifest, *redirect)


def _kept_in_words(kept: list[tuple[Exchange, str]]) -> Iterable[str]:
    for one, header in kept:
        what = "a manifest by its tag" if one.status == 200 else "a redirect to the bucket"
        yield f"{what} comes out of a cache ({header})"


def _compression(route: Route) -> tuple[Directive, ...]:
    """The directives that make nginx compress layers; none where it does not."""
    gzip, types = route.location.scope.setting("gzip"), route.location.scope.setting("gzip_types")
    if gzip is None or gzip.args[:1] != ("on",) or types is None:
        return ()
    return (gzip, types) if set(_BLOB_TYPES) & set(types.args) else ()


@sign(blobs_compressed_or_cached, kinds=(ApiKind.BLOB_GET, ApiKind.MANIFEST_GET))
def _in_traffic(call: Call, story: Story) -> Seen:
    is_blob = call.kind is ApiKind.BLOB_GET
    if not (is_blob or call.kind is ApiKind.MANIFEST_GET) or not answered_by_registry_or_proxy(call):
        return None
    exchange = call.exchange
    coding = PublicReads(exchange, exchange).compressed_blob if is_blob else ""
    kept = cache_sign(exchange) if _may_not_be_kept(call) else ""
    if not (coding or kept):
        return None
    cases = [f"blobs arrive compressed ({coding})"] if coding else list(_kept_in_words([(exchange, kept)]))
    return Fail(
        f"A proxy before the registry alters answers: {' and '.join(cases)}",
        evidence=(exchange.quote("Content-Encoding") if coding else exchange.quote(kept),),
        resource=f"{origin_of(call)}/v2/",
        remedy=change_nginx(
            "Pass layers and manifests on as they are: in a delivery network let /v2/ bypass cache and compression.",
            "gzip off;" if coding else "proxy_cache off;",
        ),
    )


def _may_not_be_kept(call: Call) -> bool:
    """Whether no cache may have this answer: it was asked for with credentials, and is true for a moment only.

    Whose registry says that anybody may keep it (RFC 9111 section 3.5) has a cache on purpose.
    """
    if call.recorded.shown is None or call.api is None:
        return False
    by_tag = call.kind is ApiKind.MANIFEST_GET and call.status == 200 and ":" not in call.api.reference
    if not by_tag and not (call.kind is ApiKind.BLOB_GET and call.status in (302, 307)):
        return False
    control = ",".join(call.exchange.header_all("Cache-Control")).lower()
    return "public" not in control and "s-maxage" not in control
