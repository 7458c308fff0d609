"""What is done at Google Cloud, by its own command line and its administrator's own login."""

from __future__ import annotations

import shlex

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.gcs_operations import ROLE


def at_google(text: str, *commands: str) -> Remedies:
    """A remedy that is the same however the registry was installed."""
    return {Dialect.PLAIN: Remedy(text, commands)}


def gcloud(*words: str) -> str:
    """A call of Google's command line, to be pasted: `gcloud storage buckets describe gs://images`."""
    return shlex.join(("gcloud", *words))


def grant_role(bucket: str, email: str) -> tuple[str, ...]:
    """The command that grants the role with all that a registry needs; none where the account is not known."""
    if not email:
        return ()
    member = f"--member=serviceAccount:{email}"
    return (gcloud("storage", "buckets", "add-iam-policy-binding", f"gs://{bucket}", member, f"--role={ROLE}"),)
