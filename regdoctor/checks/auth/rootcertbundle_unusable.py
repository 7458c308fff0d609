"""AUTH-14, AUTH-15: the file of certificates that the registry trusts cannot be used."""

import shlex

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.answers import InternalAnswer
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.signer import SignerFiles
from regdoctor.formats.pem import PemKind
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The registry's rootcertbundle holds certificates",
    severity=Severity.CRITICAL,
    failure_modes=("AUTH-14", "AUTH-15"),
    symptoms=(
        "unable to open token auth root certificate bundle file",
        "token auth requires at least one token signing root certificate",
        "token auth requires at least one token signing key",
        "unable to parse token auth root certificate",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def rootcertbundle_unusable(
    files: SignerFiles, internal: InternalAnswer | Absent, config: RegistryConfig | Absent
) -> Outcome:
    """The registry checks each token against the certificates of auth.token.rootcertbundle.

    It reads the file once, when it starts, and takes from it every PEM block of type CERTIFICATE; all other blocks are
    passed over without a word. Where the file cannot be opened, a certificate in it is broken, or nothing is left, the
    registry panics and does not start. (Distribution 3 is content with a bundle of none where auth.token.jwks has
    keys.) A folder in place of the file is what Docker makes of a bind mount whose source was missing.

    Omnibus: the file is written by `gitlab-ctl reconfigure` from gitlab-secrets.json; move it away and reconfigure.
    Others: put the certificate that belongs to GitLab's signing key there, PEM, and restart the registry.
    """
    bundle = files.bundle
    if bundle is None:
        return Skip("the registry's configuration names no rootcertbundle")
    if bundle.state is FileState.UNREADABLE:
        return Unknown(f"{bundle.problem}; run as root to see what the registry sees")
    if bundle.state is FileState.NOT_COPIED:
        return Unknown(bundle.problem)
    problem, mode = _problem(bundle)
    if not problem:
        return _pass(bundle)
    running = isinstance(internal, InternalAnswer) and internal.ping.is_registry
    if running and bundle.state is FileState.MISSING:
        return Unknown(
            f"{problem}, yet the registry runs: in a container with files of its own, or it will not start again"
        )
    jwks = config.at("auth", "token", "jwks") if isinstance(config, RegistryConfig) else None
    if jwks is not None and bundle.state in (FileState.READABLE, FileState.EMPTY):
        return Unknown(f"{problem}; {jwks.name} is set as well, whose keys are enough for distribution 3")
    return Fail(
        f"The registry cannot use its rootcertbundle: {problem}",
        evidence=(bundle.named_by, Quote(bundle.path, problem)),
        resource=bundle.path,
        failure_modes=(mode,),
        remedy=_remedies(bundle),
    )


def _pass(bundle: HostFile) -> Outcome:
    contents = bundle.contents
    many = len(contents.certificates) if contents else 0
    broken = (
        next((line for line in contents.problems if "the CERTIFICATE block cannot be parsed" in line), "")
        if contents
        else ""
    )
    if broken:
        # newAccessController of distribution 2.8 stops at the first that Go cannot parse; Go is laxer here and there.
        return Unknown(f"{bundle.path}, {broken}; the registry does not start where Go cannot parse it either")
    return Pass(f"{bundle.path} holds {many} certificate{'s' if many != 1 else ''}")


def _problem(bundle: HostFile) -> tuple[str, str]:
    """What is wrong in words, and the failure mode; both empty where nothing is."""
    contents = bundle.contents
    if bundle.state is FileState.DIRECTORY:
        return f"{bundle.path} is a directory: a bind mount makes one where its source file is missing", "AUTH-14"
    if bundle.state is not FileState.READABLE or contents is None:
        return bundle.problem, "AUTH-14"
    if contents.kind is PemKind.DER_CERTIFICATE:
        return f"{bundle.path} is a certificate in DER form; the registry reads PEM alone", "AUTH-14"
    if contents.certificates and not contents.literal_newlines:
        return "", ""
    is_key = bool(contents.encrypted or contents.private_keys or contents.public_keys)
    mode = "AUTH-15" if is_key and not contents.literal_newlines else "AUTH-14"
    return f"{bundle.path} {bundle.instead_of('certificate')}", mode


def _remedies(bundle: HostFile) -> Remedies:
    path = shlex.quote(bundle.path)
    away = () if bundle.state is FileState.MISSING else (f"sudo mv {path} {path}.wrong",)
    look = f"sudo openssl x509 -noout -subject -in {path}"
    return {
        Dialect.OMNIBUS: Remedy(
            "Let reconfigure write the certificate again, from gitlab-secrets.json.",
            (*away, "sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
        ),
        Dialect.HELM: Remedy(
            "The chart mounts it from the secret that registry.certificate.secret names, key registry-auth.crt. Mend "
            "that secret, then restart the registry.",
            ("kubectl describe secret gitlab-registry-secret", "kubectl rollout restart deployment -l app=registry"),
        ),
        Dialect.COMPOSE: Remedy(
            "Put the certificate of the token signer's key there, as PEM, at the source of the mount; the openssl "
            "command shows it. Then restart the registry.",
            (look, "docker compose up -d --force-recreate registry"),
        ),
        Dialect.PLAIN: Remedy(
            "Put the certificate of the token signer's key there, as PEM; the openssl command shows it. Then "
            "restart the registry.",
            (*away, look, "sudo systemctl restart docker-registry"),
        ),
    }
