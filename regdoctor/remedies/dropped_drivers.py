"""What to move to from the storage drivers swift and oss, which registries have no more."""

from __future__ import annotations

from regdoctor.check import Dialect, Remedies, Remedy

_MOVES = {
    "swift": (
        "Store with the driver s3 in the S3 API that Swift itself has (s3api; `openstack ec2 credentials create` gives "
        "the keys): regionendpoint with its scheme, bucket, accesskey, secretkey and region; in distribution 3 "
        "forcepathstyle: true. The keys change: the driver swift kept everything below files/ of its prefix, and large "
        "objects as segments beside it. So make a new bucket, set the old registry to read-only, copy "
        "files/docker there as docker (a tool that reads through Swift, such as rclone, puts segments together; "
        "segments/ itself is not copied), or copy image by image with `skopeo sync` from the old registry to the new."
    ),
    "oss": (
        "Store with the driver s3 in the S3-compatible address of Alibaba Cloud OSS: bucket and rootdirectory as they "
        "are, accesskeyid as accesskey, accesskeysecret as secretkey, regionendpoint with its scheme, and the bucket "
        "in the host's name, not in the path, which OSS refuses (distribution 2 cannot do so where regionendpoint is "
        "set: go to distribution 3, or to GitLab's registry with pathstyle: false, at once). The keys of both drivers "
        "are the same, so that nothing has to be copied; with encryption by a key of one's own try one image first."
    ),
}
DROPPED = tuple(_MOVES)


def move_from(driver: str) -> Remedies:
    """How to go on without `driver`, one of DROPPED."""
    text = _MOVES[driver]
    return {
        Dialect.PLAIN: Remedy(f"{text} Then write storage.s3 in the place of storage.{driver}, and restart."),
        Dialect.OMNIBUS: Remedy(
            f"{text} Then write 's3' in the place of '{driver}' in registry['storage'] of gitlab.rb, and reconfigure.",
            ("sudo gitlab-ctl reconfigure",),
        ),
        Dialect.HELM: Remedy(
            f"{text} Then write s3 in the place of {driver} in the secret that registry.storage.secret names, and "
            "restart the pods."
        ),
        Dialect.COMPOSE: Remedy(
            f"{text} Then set REGISTRY_STORAGE and its parameters' variables to s3.", ("docker compose up -d",)
        ),
    }
