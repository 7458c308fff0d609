"""Which call of the S3 API the registry makes where, and what people cannot do when it is refused.

Sources: registry/storage/driver/s3-aws/s3.go of distribution 2.8 and 3.x and of GitLab's registry 3, s3-aws/v1/s3.go
and s3-aws/v2/s3.go of GitLab's registry 4; registry/storage/blobwriter.go, linkedblobstore.go, garbagecollect.go and
vacuum.go for which paths they are asked for.

Whether something is there, distribution 2.8 and GitLab's driver `s3` ask by a listing alone. Distribution 3 asks by
HEAD first. So does GitLab's newer driver `s3_v2`, and whatever HEAD is answered, a listing is enough for it: what
GitLab's registry cannot do without are the listings.
"""

from __future__ import annotations

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_operations import Area, Need, Operation, Use

_OLD = (Generation.DISTRIBUTION_2,)
_GITLAB = (Generation.GITLAB,)
_HEADS = (Generation.DISTRIBUTION_3,)
_MOVES_WHOLE = (Generation.DISTRIBUTION_3, Generation.GITLAB)
"""Those whose Move fails when the old place cannot be deleted."""
_HEALTH, _PULL, _PUSH, _DELETE, _GC = Use.HEALTH, Use.PULL, Use.PUSH, Use.DELETE, Use.GC

NEEDS = (
    Need(
        Operation.LIST,
        Area.BUCKET,
        (_HEALTH, _PULL, _PUSH, _DELETE),
        "lists the root as its health check, and answers 503 to everything while that fails",
    ),
    Need(
        Operation.LIST,
        Area.BLOBS,
        (_PULL, _PUSH, _DELETE, _GC),
        "asks by a listing whether a blob is there, and what blobs there are",
        _OLD,
    ),
    Need(
        Operation.LIST,
        Area.BLOBS,
        (_PULL, _PUSH, _DELETE, _GC),
        "asks by a listing whether a blob is there; only its driver s3_v2 asks by HEAD first, and lists where that "
        "finds none or is refused",
        _GITLAB,
    ),
    Need(
        Operation.LIST,
        Area.BLOBS,
        (_PUSH, _GC),
        "lists where HEAD finds no blob, as before each push, and when it looks for what to remove",
        _HEADS,
    ),
    Need(
        Operation.LIST,
        Area.LINKS,
        (_PUSH, _DELETE, _GC),
        "lists tags and repositories; without it S3 answers 403 where a link is not there yet",
    ),
    Need(
        Operation.LIST,
        Area.UPLOADS,
        (_PUSH,),
        "lists what an upload has left when it moves it to its place",
    ),
    Need(
        Operation.LOCATION,
        Area.BUCKET,
        (),
        "does not ask for it, although its documentation names the permission; other S3 clients do",
    ),
    Need(
        Operation.LIST_UPLOADS,
        Area.BUCKET,
        (_PUSH,),
        "finds by it the upload that the next piece of a layer belongs to",
    ),
    Need(
        Operation.HEAD,
        Area.BLOBS,
        (_PUSH,),
        "sends clients on to look for a layer by it, before and after they push it",
    ),
    Need(Operation.HEAD, Area.LINKS, (), "looks for links by it, and lists where it is refused", _HEADS),
    Need(Operation.HEAD, Area.UPLOADS, (), "looks for uploads by it, and lists where it is refused", _HEADS),
    Need(Operation.GET, Area.BLOBS, (_PULL, _GC), "reads manifests, and layers where it does not send clients on"),
    Need(
        Operation.GET,
        Area.LINKS,
        (_PULL, _PUSH, _DELETE, _GC),
        "reads which blob a tag, a manifest or a layer of a repository is",
    ),
    Need(Operation.GET, Area.UPLOADS, (_PUSH,), "reads when an upload began, and how far its checksum has come"),
    Need(Operation.PRESIGNED_HEAD, Area.BLOBS, (_PUSH,), "sends clients to it who ask whether a layer is there"),
    Need(Operation.PRESIGNED_GET, Area.BLOBS, (_PULL,), "sends clients to it for every layer"),
    Need(Operation.PUT, Area.BLOBS, (_PUSH,), "stores manifests"),
    Need(Operation.PUT, Area.LINKS, (_PUSH,), "stores the links of tags, manifests and layers"),
    Need(Operation.PUT, Area.UPLOADS, (_PUSH,), "notes when an upload began, and how far its checksum has come"),
    Need(Operation.COPY, Area.BLOBS, (_PUSH,), "moves layers of up to 32 MiB to their place by it"),
    Need(Operation.START_UPLOAD, Area.UPLOADS, (_PUSH,), "starts every layer by it"),
    Need(Operation.START_UPLOAD, Area.BLOBS, (_PUSH,), "moves layers of more than 32 MiB to their place by it"),
    Need(Operation.PUT_PART, Area.UPLOADS, (_PUSH,), "stores the pieces of a layer"),
    Need(Operation.COPY_PART, Area.UPLOADS, (_PUSH,), "goes on by it after a piece of less than 5 MiB"),
    Need(Operation.COPY_PART, Area.BLOBS, (_PUSH,), "moves layers of more than 32 MiB to their place by it"),
    Need(Operation.LIST_PARTS, Area.UPLOADS, (_PUSH,), "finds by it where the next piece of a layer goes on"),
    Need(Operation.COMPLETE, Area.UPLOADS, (_PUSH,), "ends every layer by it"),
    Need(Operation.COMPLETE, Area.BLOBS, (_PUSH,), "moves layers of more than 32 MiB to their place by it"),
    Need(
        Operation.ABORT,
        Area.UPLOADS,
        (),
        "gives up an upload by it; what is not given up stays, is paid for, and is seen in no listing of objects",
    ),
    Need(
        Operation.DELETE,
        Area.UPLOADS,
        (),
        "removes an upload when its layer has been moved; 2.8 goes on where it may not, and the layer stays twice",
        _OLD,
    ),
    Need(
        Operation.DELETE,
        Area.UPLOADS,
        (_PUSH,),
        "removes an upload when its layer has been moved to its place",
        _MOVES_WHOLE,
    ),
    Need(
        Operation.DELETE,
        Area.LINKS,
        (_DELETE, _GC),
        "removes tags and manifests; where S3 refuses it, 2.8 says that they are gone",
    ),
    Need(
        Operation.DELETE,
        Area.BLOBS,
        (_GC,),
        "frees the space of what nothing refers to; where S3 refuses it, 2.8 says that it did",
    ),
)
"""Every call of the drivers, reads first. A HEAD or a copy takes the permission of the calls that it is made of."""


def needs(generation: Generation | None) -> tuple[Need, ...]:
    """The calls that a registry of that line makes, one for each operation and area; None: those of distribution 2.

    A registry whose make is not known is told what 2.8 does: of the three it takes listings for the most.
    """
    line = generation or Generation.DISTRIBUTION_2
    return tuple(need for need in NEEDS if line in need.generations)
