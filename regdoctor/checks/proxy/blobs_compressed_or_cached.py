"""PROXY-20: nginx compresses or keeps what clients check by its digest and may read with a token only."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_BLOB_TYPES = ("*", "application/octet-stream", "application/vnd.docker.image.rootfs.diff.tar.gzip")
"""Content types of layers; the registry sends all of them as application/octet-stream."""


@check(
    title="nginx passes layers on as they are, and keeps none",
    severity=Severity.WARNING,
    failure_modes=("PROXY-20",),
    symptoms=("filesystem layer verification failed for digest",),
    reference="https://nginx.org/en/docs/http/ngx_http_gzip_module.html#gzip_types",
)
def blobs_compressed_or_cached(
    nginx: NginxConfig, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """Layers are compressed already, and clients check their size and digest.

    With gzip on and gzip_types that take in application/octet-stream (or `*`), nginx compresses them once more: it
    costs time, takes Content-Length away, and a client that does not undo it finds another digest.

    With proxy_cache nginx keeps answers by their URL, whoever asked, for the registry calls its layers cacheable: who
    has no token gets what somebody with a token has fetched before. An answer that redirects to a bucket is kept
    beyond the time that its signature holds.

    Switch gzip and proxy_cache off where nginx passes the registry's requests on.
    """

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

    return each_route(nginx, config, gitlab, judge)


def _compression(route: Route) -> tuple[Directive, ...]:
    """The directives that make nginx compress layers; none where it does not."""
    gzip, types = route.location.scope.setting("gzip"), route.location.scope.setting("gzip_types")
    if gzip is None or gzip.args[:1] != ("on",) or types is None:
        return ()
    return (gzip, types) if set(_BLOB_TYPES) & set(types.args) else ()
