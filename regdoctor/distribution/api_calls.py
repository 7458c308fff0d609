"""Which call of the registry's API a request is, by its method and its path."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from regdoctor.distribution.gitlab_calls import GitLabKind, gitlab_call
from regdoctor.distribution.query_values import first_values
from regdoctor.distribution.upload_states import UploadState, read_upload_state

_V2 = "/v2/"
_GITLAB = "/gitlab/v1/"


class ApiKind(enum.StrEnum):
    """The calls (distribution-spec, End-1 to End-13; registry/api/v2/descriptors.go; GitLab's docs/spec/gitlab/api.md).

    The value is what a person calls it.
    """

    PING = "ping"
    CATALOG = "list repositories"
    TAGS = "list tags"
    TAG_DELETE = "delete tag"
    """GitLab's registry before 4.0 (docs/spec/docker/v2/api.md, Deleting a Tag)."""
    REFERRERS = "list referrers"
    MANIFEST_HEAD = "ask for manifest"
    MANIFEST_GET = "get manifest"
    MANIFEST_PUT = "put manifest"
    MANIFEST_DELETE = "delete manifest"
    BLOB_HEAD = "ask for blob"
    BLOB_GET = "get blob"
    BLOB_DELETE = "delete blob"
    UPLOAD_START = "start upload"
    UPLOAD_MOUNT = "mount blob"
    UPLOAD_WHOLE = "upload blob in one request"
    UPLOAD_CHUNK = "upload chunk"
    UPLOAD_FINISH = "finish upload"
    UPLOAD_STATUS = "ask for upload"
    UPLOAD_CANCEL = "cancel upload"
    GITLAB = "GitLab's own API"
    UNKNOWN = "unknown to the registry's API"


class ApiCall(NamedTuple):
    """One call, with what its address names; a text is empty where the call has no such thing.

    A tuple, since a long recording makes many of them, and a frozen dataclass takes three times as long to make.
    """

    kind: ApiKind
    repository: str = ""
    reference: str = ""
    """A tag or a digest, of manifests; the digest of a blob; whatever stands there where it is neither."""
    upload: str = ""
    """The UUID, as the path has it."""
    digest: str = ""
    """The query's `digest`: what a finished upload must be."""
    mount_from: str = ""
    """The query's `from`; with it `reference` is the digest to be mounted."""
    state: UploadState | None = None
    """What `_state` holds, without its signature; None where there is none that can be read."""
    before: str = ""
    """What stands before /v2/ in the path: empty, or the path that a proxy serves the registry under."""
    gitlab: GitLabKind | None = None
    """With the kind GITLAB: which of its calls."""


_READING = {"GET": ApiKind.PING, "HEAD": ApiKind.PING}
_MANIFEST = {
    "HEAD": ApiKind.MANIFEST_HEAD,
    "GET": ApiKind.MANIFEST_GET,
    "PUT": ApiKind.MANIFEST_PUT,
    "DELETE": ApiKind.MANIFEST_DELETE,
}
_BLOB = {"HEAD": ApiKind.BLOB_HEAD, "GET": ApiKind.BLOB_GET, "DELETE": ApiKind.BLOB_DELETE}
_UPLOAD = {
    "PATCH": ApiKind.UPLOAD_CHUNK,
    "PUT": ApiKind.UPLOAD_FINISH,
    "GET": ApiKind.UPLOAD_STATUS,
    "HEAD": ApiKind.UPLOAD_STATUS,
    "DELETE": ApiKind.UPLOAD_CANCEL,
}


_USUAL = re.compile(
    r"(?:https?://[^/?#%]*)?/v2/((?:[a-z0-9._-]+/)+)"
    r"(?:blobs/uploads/([0-9A-Za-z-]*)|blobs/(sha256:[0-9a-f]+)|manifests/([A-Za-z0-9._:-]+))(?:\?([^#]*))?"
)
"""How most calls are written, which need not be taken apart piece by piece."""
_PING = re.compile(r"(?:https?://[^/?#%]*)?/v2/")


def api_call(method: str, target: str) -> ApiCall | None:
    """The call that a request is; None where its path has no /v2/ in it, which no registry serves.

    target: the path and the query, or a whole URL; of any length, with any characters. `?ns=` (containerd's mirrors) is
    passed over. A path below /v2/ that the API does not know is ApiKind.UNKNOWN. The first /v2/ or /gitlab/v1/ of the
    path counts, as in registry/api/v2/urls.go; slashes at the end and doubled ones, which the registry's router takes
    out by a redirect, are passed over.
    """
    if usual := _USUAL.fullmatch(target):
        return _usual_call(method.upper(), usual)
    if _PING.fullmatch(target):
        return ApiCall(_READING.get(method.upper(), ApiKind.UNKNOWN))
    path, query = _path_and_query(target)
    if "%" in path:
        path = unquote(path)
    if not path.endswith("/"):
        path += "/"
    at, own = path.find(_V2), path.find(_GITLAB)
    if own >= 0 and (at < 0 or own < at):
        call = gitlab_call(method.upper(), _components(path[own + len(_GITLAB) :]))
        return ApiCall(ApiKind.GITLAB, call.repository, call.tag, before=path[:own], gitlab=call.kind)
    if at < 0:
        return None
    return _v2_call(method.upper(), _components(path[at + len(_V2) :]), query, path[:at])


def _usual_call(method: str, found: re.Match[str]) -> ApiCall:
    name, upload, digest, reference, query = found.groups()
    if upload:
        return _upload(method, name[:-1], upload, query or "", "")
    if upload is not None:
        return _new_upload(method, name[:-1], query or "", "")
    if digest:
        return ApiCall(_BLOB.get(method, ApiKind.UNKNOWN), name[:-1], digest)
    return ApiCall(_MANIFEST.get(method, ApiKind.UNKNOWN), name[:-1], reference)


def _path_and_query(target: str) -> tuple[str, str]:
    head, _, query = target.partition("?")
    if not head.startswith("/"):
        _, mark, rest = head.partition("://")
        slash = rest.find("/") if mark else -1
        head = rest[slash:] if slash >= 0 else ""
    return head.partition("#")[0], query.partition("#")[0]


def _components(path: str) -> list[str]:
    return [name for name in path.split("/") if name]


def _v2_call(method: str, names: Sequence[str], query: str, before: str) -> ApiCall:
    """By the last components, whatever the repository is called: a name may hold `blobs`, `manifests` and `tags`.

    The registry's router does the same: its expressions take as much as they can for the name.
    """
    unknown = ApiKind.UNKNOWN
    if not names:
        return ApiCall(_READING.get(method, unknown), before=before)
    if len(names) == 1:
        is_catalog = names[0] == "_catalog" and method in _READING
        return ApiCall(ApiKind.CATALOG if is_catalog else unknown, before=before)
    above, last = names[-2], names[-1]
    if len(names) > 2:
        name = "/".join(names[:-2])
        if above == "blobs":
            if last == "uploads":
                return _new_upload(method, name, query, before)
            return ApiCall(_BLOB.get(method, unknown), name, last, before=before)
        if above == "manifests":
            return ApiCall(_MANIFEST.get(method, unknown), name, last, before=before)
        if above == "tags" and last == "list":
            return ApiCall(ApiKind.TAGS if method in _READING else unknown, name, before=before)
        if above == "referrers":
            return ApiCall(ApiKind.REFERRERS if method in _READING else unknown, name, last, before=before)
    if len(names) > 3:
        name = "/".join(names[:-3])
        if above == "uploads" and names[-3] == "blobs":
            return _upload(method, name, last, query, before)
        if above == "reference" and names[-3] == "tags":
            return ApiCall(ApiKind.TAG_DELETE if method == "DELETE" else unknown, name, last, before=before)
    return ApiCall(unknown, before=before)


def _new_upload(method: str, name: str, query: str, before: str) -> ApiCall:
    """POST: with `mount`, with `digest` and the whole blob, or for an upload in pieces (distribution-spec, End-4, 11).

    Any other method is unknown to the API.
    """
    if method != "POST":
        return ApiCall(ApiKind.UNKNOWN, name, before=before)
    given = first_values(query)
    if mount := given.get("mount"):
        return ApiCall(ApiKind.UPLOAD_MOUNT, name, mount, mount_from=given.get("from", ""), before=before)
    digest = given.get("digest", "")
    return ApiCall(ApiKind.UPLOAD_WHOLE if digest else ApiKind.UPLOAD_START, name, digest=digest, before=before)


def _upload(method: str, name: str, upload: str, query: str, before: str) -> ApiCall:
    given = first_values(query)
    text = given.get("_state", "")
    return ApiCall(
        _UPLOAD.get(method, ApiKind.UNKNOWN),
        name,
        upload=upload,
        digest=given.get("digest", ""),
        state=read_upload_state(text) if text else None,
        before=before,
    )
