"""S3-06: the registry's identity may write, but not HEAD or GET, what it keeps in its bucket."""

import json
import shlex
from itertools import islice

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.distribution.s3_operations import Area, Operation, action_of, registry_folder, statement
from regdoctor.distribution.store_links import StoreKind, StoreLink
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.s3_access import PERMISSION_CODES, S3Access, S3Call
from regdoctor.evidence.store_answers import (
    bucket_of,
    code_of,
    endpoint_of_link,
    is_asked_as_another,
    is_out_of_its_time,
    message_of,
    prefix_of,
    quotes_of,
    refusing_link,
    sender_of,
)
from regdoctor.evidence.story import Story
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Endpoint
from regdoctor.sign import sign


@check(
    title="The registry's identity may read what is in its bucket",
    severity=Severity.CRITICAL,
    failure_modes=("S3-06",),
    symptoms=('error parsing HTTP 403 response body: unexpected end of JSON input: ""',),
    explains=("health_lies", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/#s3-permission-scopes",
)
def s3_blob_read_forbidden(access: S3Access, config: RegistryConfig) -> Outcome:
    """After an upload, docker asks for the blob with HEAD; the registry sends it on to the bucket with a signed link.

    A link is worth no more than the identity that signed it. Where that may not read the object, the bucket answers the
    HEAD with 403 and, as ever to HEAD, no body: docker tries to read an error from nothing and says `error parsing HTTP
    403 response body: unexpected end of JSON input: ""`. Login works, the health check is green (it only lists), GitLab
    has no part in it. Pulls fail as well. Policies may differ by prefix, so blobs and repositories are tried apart.

    With storage.redirect.disable the registry hands layers out itself: it answers HEAD without a look at the object, so
    that pushes succeed, and pulls fail. Below repositories/ are the links that say what is in a repository; the
    registry reads these itself in any case, and answers 500 where it may not.

    Grant s3:GetObject on the registry's objects (`arn:aws:s3:::BUCKET/docker/registry/*`, behind the rootdirectory
    where there is one); it covers HEAD, too.
    """
    if access.unusable:
        return Unknown(access.unusable)
    reads = [call for call in access.calls if call.action in (Operation.HEAD, Operation.GET)]
    refused = [call for call in reads if call.refused]
    if not refused:
        return Pass(f"s3:GetObject in {access.endpoint.bucket} is granted") if reads else Unknown("no object was tried")
    # A key that was made up proves nothing: Ceph's gateway answers 403 for it wherever listing is granted for some
    # prefixes only (ceph/ceph#68577). After the first push there are objects to try.
    forbidden = [call for call in reads if call.exists and call in access.forbidden]
    if not forbidden:
        return Unknown(_why(access, refused))
    if any(b"kms:" in call.exchange.body for call in forbidden):
        return Unknown(f"the store refuses to decrypt (kms:Decrypt) rather than to read: {forbidden[-1].quote().quote}")
    by_identity = [call for call in forbidden if call.action == Operation.GET]
    disable = config.at("storage", "redirect", "disable")
    redirects = disable is None or disable.switch() is not True
    if by_identity:
        return _fail(access, forbidden, _effect({call.area for call in by_identity}, redirects=redirects))
    if redirects and any(call.area == Area.BLOBS for call in forbidden):
        return _fail(access, forbidden, "pushes end in 403")
    return Pass("GET is granted, and where HEAD is refused nothing depends on it: no client is sent there")


def _effect(areas: set[str], *, redirects: bool) -> str:
    """What comes of a GetObject that is refused there (GetContent and URLFor in s3.go, ServeBlob in blobserver.go)."""
    if Area.LINKS in areas:
        return "pushes and pulls end in 500"
    return "pushes end in 403, and pulls fail" if redirects else "pulls fail"


def _why(access: S3Access, refused: list[S3Call]) -> str:
    if all(
        not call.exists and (listing := access.call(Operation.LIST, call.area)) and listing.refused for call in refused
    ):
        return "without permission to list, the store does not say whether an object may be read"
    if not any(call.exists for call in refused):
        return "the bucket holds no object to try, and the store does not say whether one might be read"
    return f"the store refuses to read without saying why: {refused[-1].quote().quote}"


def _fail(access: S3Access, forbidden: list[S3Call], effect: str) -> Fail:
    endpoint = access.endpoint
    areas = sorted({call.area for call in forbidden})
    where = " and ".join(f"{endpoint.registry_prefix}{area}/" for area in areas)
    by_identity = any(call.action == Operation.GET for call in forbidden)
    problem = (
        f"The registry's S3 identity may not read objects under {where} of {endpoint.bucket}"
        if by_identity
        else f"HEAD of objects under {where} of {endpoint.bucket} is refused, where GET is not"
    )
    return Fail(
        f"{problem}: {effect}",
        evidence=(access.access_key_named_by, *(call.quote() for call in forbidden)),
        resource=endpoint.bucket,
        remedy={Dialect.PLAIN: _grant(endpoint) if by_identity else _let_head_through()},
    )


def _grant(endpoint: S3Endpoint) -> Remedy:
    return Remedy(
        "Add this statement to the policy of the registry's identity; no restart is needed. (s3:GetObject covers HEAD "
        "and GET; look for a Deny or a condition on the prefix if it is there already.)",
        (json.dumps(statement(action_of(Operation.GET), endpoint.arn, registry_folder(endpoint.root))),),
    )


def _let_head_through() -> Remedy:
    return Remedy(
        "GET is allowed and HEAD is not: no S3 policy tells the two apart, so something in front of the store (a "
        "proxy, a WAF) refuses the method. Allow HEAD there."
    )


@sign(s3_blob_read_forbidden, parts=(Part.STORE,), statuses=(403,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.S3) if call.status == 403 and call.exchange.method in ("HEAD", "GET") else None
    if link is None or not _is_for_want_of_permission(call):
        return None
    prefix = prefix_of(link)
    what = f"{call.exchange.method} of {f'objects under {prefix}' if prefix else 'an object'}"
    said = code_of(call)
    why = (
        f"({said}): the registry's identity lacks s3:GetObject"
        if said
        else "(403 and, as ever to HEAD, no body): the registry's identity most likely lacks s3:GetObject"
    )
    return Fail(
        f"The bucket {bucket_of(link)!r} refuses {what} {why} there. {_ruled_out(call, story)}",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        severity=None if said else Severity.ERROR,
        remedy={Dialect.PLAIN: _seen_remedy(call, link, story)},
    )


def _is_for_want_of_permission(call: Call) -> bool:
    """HEAD tells no reason; what the link and the answer's Date tell of another one counts against this."""
    if said := code_of(call):
        words = message_of(call)
        return said in PERMISSION_CODES and not any(other in words for other in ("kms:", "expired", "not valid yet"))
    return call.exchange.method == "HEAD" and not is_out_of_its_time(call) and not is_asked_as_another(call)


def _ruled_out(call: Call, story: Story) -> str:
    sender = sender_of(call, story)
    if sender is None:
        return "Who gave the link was not recorded"
    shown = sender.recorded.shown
    fine = (
        "Login, token and registry are fine" if shown and shown.scheme.lower() == "bearer" else "The registry is fine"
    )
    return f"{fine}: the registry answered {sender.status} and sent the client to the bucket"


def _has_written(call: Call, story: Story) -> bool:
    """Whether the registry took this blob in this recording, and so could write to the bucket with the key it has."""
    digest = call.link.digest if call.link else ""
    latest = islice(reversed(story.uploads.values()), _LOOKED_AT)
    return bool(digest) and any(
        upload.finished and any(one.api is not None and one.api.digest == digest for one in upload.calls[-3:])
        for upload in latest
    )


_LOOKED_AT = 50
"""Uploads before this call: a client asks for a blob right after it has sent it."""


def _seen_remedy(call: Call, link: StoreLink, story: Story) -> Remedy:
    endpoint, sender = endpoint_of_link(link), sender_of(call, story)
    text, commands = "Grant s3:GetObject, which covers HEAD and GET, to the registry's identity.", []
    if endpoint is not None:
        text = _grant(endpoint).text
        wanted = statement(action_of(Operation.GET), endpoint.arn, f"{endpoint.root}docker/registry/")
        commands.append(json.dumps(wanted))
    if not code_of(call) and sender is not None:
        other = (
            "a proxy before the store that changes Host or the query"
            if _has_written(call, story)
            else ("a wrong secret key, or a proxy before the store that changes Host or the query,")
        )
        text += (
            f" To HEAD a store gives no reason, and {other} looks the same: a GET of the blob, with a token in TOKEN, "
            "names it. AccessDenied is this, SignatureDoesNotMatch is the other."
        )
        url = shlex.quote(sender.exchange.url.partition("?")[0])
        commands.append(f'curl --silent --location --range 0-0 --header "Authorization: Bearer $TOKEN" {url}')
    return Remedy(text, tuple(commands))
