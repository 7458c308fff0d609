"""AUTH-14, AUTH-15: the file of certificates that the registry trusts cannot be used."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, check
from regdoctor.evidence.signer import FileState, SignerFile, SignerFiles
from regdoctor.formats.pem import PemKind


@check(
    title="The registry's rootcertbundle holds certificates",
    severity=Severity.CRITICAL,
    failure_modes=("AUTH-14", "AUTH-15"),
    symptoms=(
        "unable to open token auth root certificate bundle file",
        "token auth requires at least one token signing root certificate",
        "token auth requires at least one token signing key",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def rootcertbundle_unusable(files: SignerFiles) -> Outcome:
    """The registry checks each token against the certificates of auth.token.rootcertbundle.

    It reads the file once, when it starts, and takes from it every PEM block of type CERTIFICATE; all other blocks are
    passed over without a word. Where the file cannot be opened, or nothing is left, the registry panics and does not
    start. A folder in place of the file is what Docker makes of a bind mount whose source was missing.

    Omnibus: the file is written by `gitlab-ctl reconfigure` from gitlab-secrets.json; remove it and reconfigure.
    Others: put the certificate that belongs to GitLab's signing key there, PEM, and restart the registry.
    """
    bundle = files.bundle
    if bundle is None:
        return Skip("the registry's configuration names no rootcertbundle")
    problem, mode = _problem(bundle)
    if not problem:
        contents = bundle.contents
        many = len(contents.certificates) if contents else 0
        return Pass(f"{bundle.path} holds {many} certificate{'s' if many != 1 else ''}")
    return Fail(
        f"The registry cannot use its rootcertbundle: {problem}",
        evidence=(bundle.named_by, Quote(bundle.path, problem)),
        resource=bundle.path,
        failure_modes=(mode,),
        remedy={
            Dialect.OMNIBUS: Remedy(
                "Move what is there away and let reconfigure write the certificate again, from gitlab-secrets.json.",
                (
                    f"sudo mv {bundle.path} {bundle.path}.wrong",
                    "sudo gitlab-ctl reconfigure",
                    "sudo gitlab-ctl restart registry",
                ),
            ),
            Dialect.PLAIN: Remedy(
                "Put the certificate of the token signer's key there, as PEM, then restart the registry.",
                (f"openssl x509 -noout -subject -in {bundle.path}",),
            ),
        },
    )


def _problem(bundle: SignerFile) -> tuple[str, str]:
    """What is wrong in words, and the failure mode; both empty where nothing is."""
    contents = bundle.contents
    if bundle.state is FileState.DIRECTORY:
        return (
            f"{bundle.path} is a directory: a bind mount makes one where its source file is missing",
            "AUTH-14",
        )
    if bundle.state is not FileState.READABLE or contents is None:
        return bundle.problem, "AUTH-14"
    if contents.certificates:
        return "", ""
    if contents.kind is PemKind.DER_CERTIFICATE:
        return f"{bundle.path} is a certificate in DER form; the registry reads PEM alone", "AUTH-14"
    if contents.private_keys or contents.encrypted or contents.kind is PemKind.DER_KEY:
        return f"{bundle.path} holds a private key where the certificate belongs", "AUTH-15"
    if contents.public_keys:
        return (
            f"{bundle.path} holds a bare public key; the registry reads CERTIFICATE blocks alone",
            "AUTH-15",
        )
    detail = f" ({contents.problems[0]})" if contents.problems else ""
    return f"{bundle.path} holds no certificate{detail}", "AUTH-14"
