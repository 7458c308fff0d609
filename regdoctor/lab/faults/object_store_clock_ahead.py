"""The object store's Date header is twenty minutes ahead: beyond the 15 minutes that S3 tolerates."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _ahead(settings: Settings) -> Settings:
    endpoint = f"http://127.0.0.1:{settings.ports.store_front}"
    return replace(settings, store_clock="+20m", store_endpoint=endpoint)


FAULT = Fault(
    title="The object store's clock is twenty minutes ahead",
    check="object_store_clock_skew",
    failure_modes=("S3-19",),
    settings=_ahead,
)
