"""What a call of the registry's API meant."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.distribution.api_calls import ApiCall, ApiKind
from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.page_authors import is_page
from regdoctor.distribution.store_links import store_link
from regdoctor.evidence.call import Call
from regdoctor.traffic.normality import asks_first, is_fallback_tag
from regdoctor.traffic.refusals import refusal, refused_credentials
from regdoctor.traffic.registry_successes import success
from regdoctor.traffic.wording import digest_or_tag, repository_name, shown

_ASKED = "the registry"
_READ = frozenset((ApiKind.BLOB_HEAD, ApiKind.BLOB_GET, ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET))


def meaning(call: Call, status: int, normal: bool) -> str:
    """What the registry answered: `the registry has no such blob, as is normal before a push`."""
    api = call.api
    if api is None:
        return f"the registry answered {status}"
    if status < 300:
        if not normal:
            return "a page for people in the place of the registry's answer"
        return success(call, api)
    if status < 400:
        return _sent_on(call, api, status)
    if asks_first(call):
        challenges = call.exchange.header_all("WWW-Authenticate")
        # Nearly all challenges are one bearer challenge, which need not be taken apart to be told.
        bearer = challenges[0][:7].lower() == "bearer " or any(
            found.is_bearer for found in parse_challenges(challenges)
        )
        return f"the registry asks for a {'token' if bearer else 'login'} first, as it does of everybody"
    if status == 401 and not is_page(call.exchange.headers, call.exchange.body):
        return refused_credentials(call)
    if status == 404 and (absent := _absent(call, api, normal)):
        return absent
    return refusal(call, status, _ASKED, _THINGS[api.kind])


def _sent_on(call: Call, api: ApiCall, status: int) -> str:
    if status == 304:
        return "the registry says that the client's own copy is still good"
    location = call.exchange.header("Location") or ""
    if not location:
        return f"the registry sends the client elsewhere with {status}, and does not say where"
    link = store_link(location)
    host = location.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    where = f" at {shown(host)}" if host else ""
    if link is not None:
        return f"the registry sends the client to the {link.kind.value}{where} for the blob"
    if api.kind in _READ:
        return f"the registry sends the client on with {status}{where} for the {_thing(api)}"
    return f"the client is sent elsewhere with {status}{where or ', on the same host'}"


def _absent(call: Call, api: ApiCall, normal: bool) -> str:
    """What a 404 of the registry means; empty where nothing more is known than its own words."""
    if is_page(call.exchange.headers, call.exchange.body):
        return ""
    match api.kind:
        case ApiKind.BLOB_HEAD:
            return "the registry has no such blob, as is normal before a push"
        case ApiKind.BLOB_GET:
            return "the registry has no such blob"
        case ApiKind.MANIFEST_HEAD | ApiKind.MANIFEST_GET if is_fallback_tag(api.reference):
            return "the registry has nothing that refers to the image, as is normal"
        case ApiKind.MANIFEST_HEAD:
            return f"the registry has no {digest_or_tag(api.reference)} yet, as is normal before a push"
        case ApiKind.MANIFEST_GET:
            return f"the registry has no {digest_or_tag(api.reference)} in {repository_name(api.repository)}"
        case ApiKind.REFERRERS:
            return "the registry keeps no list of referrers, as many do not"
        case ApiKind.GITLAB if normal:
            return "the registry has none of it: it is not GitLab's, or keeps no metadata database"
        case _:
            return ""


def _thing(api: ApiCall) -> str:
    return "blob" if api.kind in (ApiKind.BLOB_HEAD, ApiKind.BLOB_GET) else "manifest"


_THINGS: Mapping[ApiKind, str] = {
    ApiKind.PING: "the first call",
    ApiKind.CATALOG: "the list of repositories",
    ApiKind.TAGS: "the list of tags",
    ApiKind.TAG_DELETE: "the deletion of the tag",
    ApiKind.REFERRERS: "the list of referrers",
    ApiKind.MANIFEST_HEAD: "the question for a manifest",
    ApiKind.MANIFEST_GET: "the manifest",
    ApiKind.MANIFEST_PUT: "the manifest",
    ApiKind.MANIFEST_DELETE: "the deletion of the manifest",
    ApiKind.BLOB_HEAD: "the question for a blob",
    ApiKind.BLOB_GET: "the blob",
    ApiKind.BLOB_DELETE: "the deletion of the blob",
    ApiKind.UPLOAD_START: "a new upload",
    ApiKind.UPLOAD_MOUNT: "the mount of the blob",
    ApiKind.UPLOAD_WHOLE: "the blob",
    ApiKind.UPLOAD_CHUNK: "a piece of the upload",
    ApiKind.UPLOAD_FINISH: "the end of the upload",
    ApiKind.UPLOAD_STATUS: "the question for an upload",
    ApiKind.UPLOAD_CANCEL: "the cancelling of the upload",
    ApiKind.GITLAB: "a call of GitLab's own API",
    ApiKind.UNKNOWN: "a path that its API does not have",
}
