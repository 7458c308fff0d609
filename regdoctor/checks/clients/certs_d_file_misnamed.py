"""TLS-09: a certificate in certs.d has a name by which clients take it for something else, or for nothing."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Unknown, check
from regdoctor.evidence.certs_d import CertificateFile, CertsD, CertsFolder, Client
from regdoctor.formats.hosts_toml import HostsToml, HostsTomls
from regdoctor.injection import Absent


@check(
    title="The files in certs.d have the names that clients read",
    severity=Severity.ERROR,
    failure_modes=("TLS-09",),
    symptoms=(
        "for client certificate",
        "missing client certificate",
        "CA certificates must use the extension .crt",
        "Note that CA certificates should use the extension .crt",
        "x509: certificate signed by unknown authority",
    ),
    reference="https://docs.docker.com/engine/security/certificates/",
)
def certs_d_file_misnamed(certs: CertsD, hosts: HostsTomls | Absent) -> Iterator[Outcome]:
    """In a registry's folder of certs.d the ending decides: `.crt` is an authority to trust, `.cert` with the `.key`
    of the same name is what the client shows of itself, and everything else is passed over.

    An authority saved as ca.cert is taken for a client's certificate without a key, and every pull and push of that
    registry ends with `missing key ca.key for client certificate ca.cert`. One saved as ca.pem, or in DER, or beside
    the folders in place of inside one, is never read: `x509: certificate signed by unknown authority`. Nor does
    containerd read what lies beside a hosts.toml that does not name it.

    Save authorities as PEM with the ending .crt, and a client's certificate as .cert beside its .key.
    """
    found: list[Outcome] = [outcome for folder in certs.folders for outcome in _judge(folder, hosts)]
    found.extend(_stray(file) for file in certs.stray)
    yield from found or (Pass(),)


def _judge(folder: CertsFolder, hosts: HostsTomls | Absent) -> Iterator[Outcome]:
    beside = folder.named("hosts.toml") if folder.client is not Client.PODMAN else None
    if beside is not None:
        # Then hosts.toml names the files, whatever they are called (containerd, config/hosts.go, loadHostDir).
        tomls = hosts.files if isinstance(hosts, HostsTomls) else ()
        yield from (fail for toml in tomls if toml.source == beside.source for fail in _unnamed(folder, beside, toml))
        return
    for file in folder.files:
        stem, _, ending = file.name.rpartition(".")
        if file.problem:
            yield Unknown(file.problem)
        elif ending == "cert":
            yield from _client_certificate(folder, file, folder.named(f"{stem}.key"))
        elif ending == "key" and folder.named(f"{stem}.cert") is None:
            yield _lonely_key(folder, file, stem)
        elif ending == "crt":
            yield from _authority(file)
    yield from _passed_over(folder)


def _unnamed(folder: CertsFolder, beside: CertificateFile, toml: HostsToml) -> Iterator[Fail]:
    """The authorities beside a hosts.toml that names none, and trusts nobody blindly."""
    settled = any(path[-1:] in (("ca",), ("skip_verify",)) for path, _ in toml.tree.walk())
    if settled or not toml.tree.entries():
        return  # an empty one counts as none at all
    for file in folder.files:
        if file.name.endswith(".crt") and file.contents is not None and file.contents.certificates:
            yield _fail(
                file,
                f"containerd does not read {file.name} of {folder.name}: hosts.toml lies beside it and names no ca",
                f'Name it in hosts.toml, in the table of the host: ca = "{file.path}".',
                (),
                Quote(beside.source, "hosts.toml names no ca"),
            )


def _client_certificate(folder: CertsFolder, file: CertificateFile, key: CertificateFile | None) -> Iterator[Fail]:
    stem = file.name.removesuffix(".cert")
    if key is None:
        right = f"{folder.path}/{stem}.crt"
        yield _fail(
            file,
            f"{folder.client} refuses the registry {folder.name}: {file.name} is a client's certificate by its ending, "
            f"and {stem}.key is not there",
            "If it is the authority's certificate, give it the ending .crt; if a client's, put its key beside it.",
            (f"sudo mv '{file.path}' '{right}'",),
        )
    elif file.contents and key.contents and file.contents.certificates and key.contents.private_keys:
        ours, theirs = file.contents.certificates[0].key.spki_sha256, key.contents.private_keys[0].spki_sha256
        if ours != theirs:
            yield _fail(
                file,
                f"{folder.client} refuses the registry {folder.name}: {file.name} and {key.name} are no pair",
                "Put the key beside it that the certificate was made for.",
                (),
                key.quote(),
            )


def _lonely_key(folder: CertsFolder, file: CertificateFile, stem: str) -> Fail:
    beside = folder.named(f"{stem}.crt")
    quotes = (beside.quote(),) if beside is not None else ()
    return _fail(
        file,
        f"{folder.client} refuses the registry {folder.name}: {file.name} is there without {stem}.cert",
        "Put the client's certificate beside it, with the ending .cert; or remove the key, if it is the registry's "
        "own: clients need the certificate alone.",
        (),
        *quotes,
    )


def _authority(file: CertificateFile) -> Iterator[Fail]:
    contents = file.contents
    if contents is not None and (not contents.certificates or contents.kind.value != "PEM"):
        commands = (
            (f"sudo openssl x509 -inform der -in '{file.path}' -out '{file.path}'",) if contents.certificates else ()
        )
        yield _fail(
            file,
            f"{file.path} is passed over without a word: it holds {file.holds()}, and clients read certificates in PEM",
            "Put the authority's certificate there in PEM.",
            commands,
        )


def _passed_over(folder: CertsFolder) -> Iterator[Fail]:
    """Certificates with an ending that no client reads, where there is no other authority in the folder."""
    if any(file.name.endswith((".crt", ".cert")) for file in folder.files):
        return
    for file in folder.files:
        if file.contents and file.contents.certificates and not file.name.endswith(".key"):
            right = f"{file.path.rpartition('.')[0]}.crt"
            yield _fail(
                file,
                f"{folder.client} does not read {file.name} of {folder.name}: an authority must have the ending .crt",
                "Give it the ending .crt.",
                (f"sudo mv '{file.path}' '{right}'",),
            )


def _stray(file: CertificateFile) -> Fail:
    return _fail(
        file,
        f"{file.path} lies beside the folders of certs.d, where no client looks",
        "Move it into a folder that is named after the registry, host:port.",
        (),
    )


def _fail(file: CertificateFile, message: str, text: str, commands: tuple[str, ...], *quotes: Quote) -> Fail:
    remedy = Remedy(f"{text} No restart is needed.", commands)
    return Fail(message, evidence=(file.quote(), *quotes), resource=file.path, remedy={Dialect.PLAIN: remedy})
