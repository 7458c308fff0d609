"""nginx compresses layers, which are compressed already."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(server_lines=("gzip on;", "gzip_proxied any;", "gzip_types *;")))


FAULT = Fault(
    title="nginx compresses layers on their way to the client",
    check="blobs_compressed_or_cached",
    failure_modes=("PROXY-20",),
    arguments=("--fail-on", "warning"),
    settings=_changed,
)
