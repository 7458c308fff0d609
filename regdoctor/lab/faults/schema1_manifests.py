"""The bucket holds an image of schema 1, which distribution 3 and GitLab's registry no longer serve.

distribution 2.8 with compatibility.schema1 off still serves it, and refuses to take another: a PUT gets 500
with `manifest schema v1 unsupported` in the log.
"""

from regdoctor.distribution.digests import digest_of
from regdoctor.lab.fault import Fault
from regdoctor.lab.material import PROJECT
from regdoctor.lab.schema1 import stored_objects, stored_schema1_manifest
from regdoctor.lab.stack import Stack

TAG = "schema1"


def _manifest(stack: Stack) -> bytes:
    return stored_schema1_manifest(PROJECT, TAG, digest_of(stack.image.layer))


def _store_old_image(stack: Stack) -> None:
    for key, content in stored_objects(PROJECT, TAG, _manifest(stack), digest_of(stack.image.layer)):
        stack.store.put(stack.settings.bucket, key, content)


def _remove_old_image(stack: Stack) -> None:
    manifests = f"docker/registry/v2/repositories/{PROJECT}/_manifests"
    hexadecimal = digest_of(_manifest(stack)).hex
    stack.store.delete_tree(stack.settings.bucket, f"{manifests}/tags/{TAG}")
    stack.store.delete_tree(stack.settings.bucket, f"{manifests}/revisions/sha256/{hexadecimal}")


FAULT = Fault(
    title="The bucket holds a manifest of schema 1 while compatibility.schema1 is off",
    check="schema1_manifests",
    failure_modes=("MAN-02",),
    arguments=("--fail-on", "warning"),
    files=_store_old_image,
    undo=_remove_old_image,
    tag=TAG,
)
