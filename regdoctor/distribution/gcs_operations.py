"""What the registry's GCS driver asks of its bucket, which permission each call takes, and what fails without it."""

from __future__ import annotations

from dataclasses import dataclass

from regdoctor.distribution.s3_operations import Use

LIST, GET, CREATE, DELETE = (f"storage.objects.{verb}" for verb in ("list", "get", "create", "delete"))
BUCKET_GET = "storage.buckets.get"
"""No registry asks for it; with it regdoctor reads the bucket's lifecycle and retention."""
ROLE = "roles/storage.objectAdmin"
"""Google's own role with the four permissions, Storage Object Admin (Cloud Storage, IAM roles)."""
ENDPOINT = "https://storage.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/devstorage.full_control"
"""What the driver asks its tokens for (storage.ScopeFullControl in gcs.go)."""


SIGN = "iam.serviceAccounts.signBlob"
"""Of the service account on itself; roles/iam.serviceAccountTokenCreator has it."""
SIGNED_HEAD, SIGNED_GET, SIGN_BLOB = "objects.get, signed HEAD", "objects.get, signed GET", "signBlob"


@dataclass(frozen=True, slots=True)
class GcsNeed:
    """One call that the driver makes, all generations alike (registry/storage/driver/gcs/gcs.go)."""

    call: str
    """Method and resource of the JSON API: `objects.list`."""
    permissions: tuple[str, ...]
    """What it takes (Cloud Storage, IAM permissions for JSON methods)."""
    uses: tuple[Use, ...]
    """What fails where it is refused."""
    why: str
    """What the registry does by it, in words that follow "the registry"."""


NEEDS = (
    GcsNeed(
        "objects.list",
        (LIST,),
        (Use.HEALTH, Use.PUSH, Use.DELETE, Use.GC),
        "lists for its health check, and to tell whether what it does not find as an object is a folder",
    ),
    GcsNeed(
        "objects.get",
        (GET,),
        (Use.PULL, Use.PUSH, Use.DELETE, Use.GC),
        "reads links and manifests, and signs links to blobs that are good for what its identity may read",
    ),
    GcsNeed("objects.insert", (CREATE,), (Use.PUSH,), "writes layers, manifests and links"),
    GcsNeed(
        "objects.insert over another",
        (CREATE, DELETE),
        (Use.PUSH,),
        "writes the state of an upload and the link of a tag again, which replaces an object",
    ),
    GcsNeed("objects.rewrite", (GET, CREATE), (Use.PUSH,), "copies a finished upload to its place among the blobs"),
    GcsNeed("objects.delete", (DELETE,), (Use.DELETE, Use.GC), "removes uploads, tags, manifests and blobs"),
)

PERMISSIONS = tuple(dict.fromkeys(one for need in NEEDS for one in need.permissions))
"""All that a registry needs on its bucket."""

BY_LINK = (
    GcsNeed(SIGNED_HEAD, (GET,), (Use.PUSH,), "sends clients to a link that it signs, who ask for a layer by HEAD"),
    GcsNeed(SIGNED_GET, (GET,), (Use.PULL,), "sends clients to a link that it signs, for every layer"),
)
"""By a key of a service account. Signed by version 2 of Google's scheme, which is the default of its library for Go
(SigningSchemeDefault), in distribution 2.8 and 3.x and in GitLab's driver before v4.28; by version 4 in GitLab's since
(URLFor in gcs_next.go)."""
BY_SERVICE = GcsNeed(
    SIGN_BLOB,
    (SIGN,),
    (Use.PULL, Use.PUSH),
    "has Google sign its links to layers, since it has no private key (RedirectURL in gcs.go, BucketHandle.SignedURL)",
)
"""Of distribution 3 alone: 2.8 and GitLab's registry sign nothing without a private key (URLFor answers
ErrUnsupportedMethod), and pass layers through themselves."""


def breaks(missing: frozenset[str]) -> tuple[Use, ...]:
    """What people cannot do without these permissions."""
    return tuple(dict.fromkeys(use for need in NEEDS if missing & set(need.permissions) for use in need.uses))
