"""GitLab's place is taken by an issuer that names its key by a plain hash, as docker_auth's legacy key IDs do."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.issuing import Issuing
from regdoctor.lab.settings import Settings


def _by_hash(settings: Settings) -> Settings:
    return replace(settings, issuing=Issuing("hex"))


FAULT = Fault(
    title="The tokens name their key by 64 hex digits, and the registry knows its keys by libtrust's fingerprints",
    check="key_id_of_another_kind",
    failure_modes=("AUTH-04",),
    also=("login_unauthorized",),
    settings=_by_hash,
)
