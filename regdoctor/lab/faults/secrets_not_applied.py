"""gitlab-secrets.json holds another key pair than the files, as on a node that was not reconfigured."""

from regdoctor.lab.certificates import signing_pair
from regdoctor.lab.fault import Fault
from regdoctor.lab.omnibus_files import gitlab_secrets
from regdoctor.lab.stack import Stack


def _write_other_pair(stack: Stack) -> None:
    material = stack.material
    text = gitlab_secrets(signing_pair(), material.http_secret, material.other_secrets)
    stack.tree.write("/etc/gitlab/gitlab-secrets.json", text, mode=0o600)


FAULT = Fault(
    title="gitlab-secrets.json holds a registry key pair that was never written to the files",
    check="registry_secrets_differ",
    failure_modes=("AUTH-01", "GL-23"),
    files=_write_other_pair,
)
