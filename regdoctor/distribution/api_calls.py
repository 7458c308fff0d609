"""Which call of the registry's API a request is, by its method and its path."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from regdoctor.distribution.upload_states import UploadState


class ApiKind(enum.StrEnum):
    """The calls (distribution-spec, End-1 to End-13; registry/api/v2/descriptors.go; GitLab's docs/spec/gitlab/api.md).

    The value is what a person calls it.
    """

    PING = "ping"
    CATALOG = "list repositories"
    TAGS = "list tags"
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


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call, with what its address names; a text is empty where the call has no such thing."""

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


def api_call(method: str, target: str) -> ApiCall | None:
    """The call that a request is; None where its path has no /v2/ in it, which no registry serves.

    target: the path and the query, or a whole URL; of any length, with any characters. `?ns=` (containerd's mirrors) is
    passed over. A path below /v2/ that the API does not know is ApiKind.UNKNOWN.
    """
    raise NotImplementedError
