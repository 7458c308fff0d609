"""What it means that the registry did what it was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from regdoctor.distribution.api_calls import ApiCall, ApiKind
from regdoctor.evidence.call import Call
from regdoctor.traffic.wording import digest_or_tag, repository_name, size

_RANGE = re.compile(r"(?:bytes=)?0-([0-9]{1,15})")


def success(call: Call, api: ApiCall) -> str:
    """The sentence for an answer below 300: `upload goes on at byte 5,242,880`."""
    return _DONE[api.kind](call, api)


def stored_bytes(call: Call) -> int | None:
    """Bytes of an upload that an answer says the registry has; None where it does not say.

    By Range (`0-N`: N + 1 bytes); `0-0` stands for none as well as for one (registry/handlers/blobupload.go).
    """
    found = _RANGE.fullmatch((call.exchange.header("Range") or "").strip())
    if found is None:
        return None
    last = int(found[1])
    return last + 1 if last else 0


def _ping(call: Call, _: ApiCall) -> str:
    if call.recorded.shown is None:
        return "the registry is there, and asks for no login"
    is_token = call.recorded.shown.scheme.lower() == "bearer"
    return f"the registry is there, and takes the {'token' if is_token else 'login'}"


def _counted(field: str, one: str) -> Callable[[Call, ApiCall], str]:
    def sentence(call: Call, _: ApiCall) -> str:
        document = call.exchange.json()
        listed = document.get(field) if isinstance(document, dict) else None
        if not isinstance(listed, list):
            return f"the registry lists {one}s" if one != "repository" else "the registry lists repositories"
        many = "repositories" if one == "repository" else f"{one}s"
        return f"the registry lists {len(listed):,} {one if len(listed) == 1 else many}"

    return sentence


def _blob_there(call: Call, _: ApiCall) -> str:
    told = call.exchange.header("Content-Length") or ""
    known = f", {size(int(told))}" if told.isascii() and told.isdigit() and len(told) < 16 else ""
    return f"the registry has the blob{known}"


def _blob_given(call: Call, _: ApiCall) -> str:
    length = call.recorded.response_size
    part = "a part of the blob" if call.status == 206 else "the blob"
    return f"the registry itself hands out {part}{f', {size(length)}' if length is not None else ''}"


def _mounted(call: Call, api: ApiCall) -> str:
    source = f" from {repository_name(api.mount_from)}" if api.mount_from else ""
    if call.status == 201:
        return f"the blob is mounted{source}, and need not be sent"
    return f"the blob is not mounted{source}, and has to be sent"


def _goes_on(call: Call, _: ApiCall) -> str:
    stored = stored_bytes(call)
    return "upload goes on" if stored is None else f"upload goes on at byte {stored:,}"


def _at(call: Call, _: ApiCall) -> str:
    stored = stored_bytes(call)
    return "the upload is still open" if stored is None else f"the registry has {size(stored)} of the upload"


def _finished(call: Call, _: ApiCall) -> str:
    return "the blob is complete and stored" if call.status == 201 else "the registry takes the end of the upload"


def _of_manifest(before: str) -> Callable[[Call, ApiCall], str]:
    def sentence(_: Call, api: ApiCall) -> str:
        return f"{before} {repository_name(api.repository)}, {digest_or_tag(api.reference)}"

    return sentence


def _plain(text: str) -> Callable[[Call, ApiCall], str]:
    def sentence(_: Call, __: ApiCall) -> str:
        return text

    return sentence


def _of_gitlab(_: Call, api: ApiCall) -> str:
    what = api.gitlab.value if api.gitlab else "call"
    return f"GitLab's own API answers: {what}{f' {repository_name(api.repository)}' if api.repository else ''}"


_DONE: Mapping[ApiKind, Callable[[Call, ApiCall], str]] = {
    ApiKind.PING: _ping,
    ApiKind.CATALOG: _counted("repositories", "repository"),
    ApiKind.TAGS: _counted("tags", "tag"),
    ApiKind.TAG_DELETE: _of_manifest("the registry deletes the tag of"),
    ApiKind.REFERRERS: _counted("manifests", "referrer"),
    ApiKind.MANIFEST_HEAD: _of_manifest("the registry has the manifest of"),
    ApiKind.MANIFEST_GET: _of_manifest("the registry hands out the manifest of"),
    ApiKind.MANIFEST_PUT: _of_manifest("the registry stores the manifest of"),
    ApiKind.MANIFEST_DELETE: _of_manifest("the registry deletes the manifest of"),
    ApiKind.BLOB_HEAD: _blob_there,
    ApiKind.BLOB_GET: _blob_given,
    ApiKind.BLOB_DELETE: _plain("the registry deletes the blob"),
    ApiKind.UPLOAD_START: _plain("the upload of a blob begins"),
    ApiKind.UPLOAD_MOUNT: _mounted,
    ApiKind.UPLOAD_WHOLE: lambda call, _: (
        "the blob is complete and stored"
        if call.status == 201
        else "the registry wants the blob in a request of its own"
    ),
    ApiKind.UPLOAD_CHUNK: _goes_on,
    ApiKind.UPLOAD_FINISH: _finished,
    ApiKind.UPLOAD_STATUS: _at,
    ApiKind.UPLOAD_CANCEL: _plain("the upload is given up"),
    ApiKind.GITLAB: _of_gitlab,
    ApiKind.UNKNOWN: _plain("the registry answers at a path that its API does not have"),
}
