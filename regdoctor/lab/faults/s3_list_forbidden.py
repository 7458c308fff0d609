"""The registry's S3 user may not list the bucket, so the registry takes its storage for broken."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings
from regdoctor.lab.stack import Stack


def _weaker(settings: Settings) -> Settings:
    return replace(settings, identity="no-list")


FAULT = Fault(
    title="The registry's S3 user may not list the bucket",
    check="s3_list_forbidden",
    failure_modes=("S3-05",),
    also=("registry_unhealthy",),
    settings=_weaker,
    processes=Stack.wait_unhealthy,
)
