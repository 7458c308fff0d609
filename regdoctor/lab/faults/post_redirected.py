"""nginx redirects every POST to where it came from."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(
        settings,
        front=Front(server_lines=("if ($request_method = POST) { return 301 https://$http_host$request_uri; }",)),
    )


FAULT = Fault(
    title="nginx redirects POST with 301, and clients make a GET of it",
    check="post_redirected",
    failure_modes=("PROXY-14",),
    shows_on="push",
    settings=_changed,
)
