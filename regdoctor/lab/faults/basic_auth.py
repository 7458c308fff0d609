"""nginx asks for a password in front of a registry that asks for a token."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(
        settings,
        front=Front(location_lines=('auth_basic "Registry";', "auth_basic_user_file /etc/gitlab/registry.htpasswd;")),
    )


FAULT = Fault(
    title="nginx asks for a password, and the registry for a token",
    check="basic_auth_before_tokens",
    failure_modes=("AUTH-20",),
    settings=_changed,
)
