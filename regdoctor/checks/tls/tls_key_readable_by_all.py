"""A server's private key can be read by more than those who need it."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, check
from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.tls_files import TlsFiles


@check(
    title="The private keys for TLS are their owners' alone",
    severity=Severity.WARNING,
    failure_modes=("TLS-10",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def tls_key_readable_by_all(files: TlsFiles) -> Iterator[Outcome]:
    """A private key that everyone on the host may read lets any of its users, and any process that was broken into,
    pose as the registry and read what clients send, passwords among it.

    GitLab's documentation asks for mode 0600. The usual causes are a copy made under the default umask, and `chmod -R`.

    Set the mode of the key to 0600; nginx and the registry of Omnibus read it as root. Where the key was open for long,
    have the certificate made anew with another key.
    """
    if not files.keys:
        yield Skip("no key for TLS is known on this host")
        return
    found = [_fail(key) for key in files.keys if key.open_to_all and key.contents and key.contents.private_keys]
    yield from found or (Pass(", ".join(key.path for key in files.keys)),)


def _fail(key: HostFile) -> Fail:
    mode = f"{key.mode:04o}" if key.mode is not None else ""
    return Fail(
        f"{key.path} is a private key that everyone on the host may read (mode {mode})",
        evidence=(Quote(key.named_by.source, f"{key.path}: mode {mode}, {key.owner}", key.named_by.line),),
        resource=key.path,
        remedy={
            Dialect.PLAIN: Remedy(
                "Take the right to read it from everyone but its owner, who must be the user that the server reads it "
                "as.",
                (f"sudo chmod 600 '{key.path}'",),
            )
        },
    )
