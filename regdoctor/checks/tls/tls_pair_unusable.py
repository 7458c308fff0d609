"""TLS-10: a server's certificate and key cannot be used, or do not belong together."""

import dataclasses
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.evidence.tls_files import TlsFiles, TlsPair
from regdoctor.formats.pem import PemKind


@check(
    title="Certificates and keys of the servers are usable pairs",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-10",),
    symptoms=(
        "tls: private key does not match public key",
        "tls: failed to parse private key",
        "tls: failed to find any PEM data in certificate input",
        "tls: failed to find certificate PEM data in certificate input",
        "SSL_CTX_use_PrivateKey_file",
        "SSL_CTX_use_PrivateKey",
        "key values mismatch",
    ),
    explains=("registry_unreachable",),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/ssl_troubleshooting/",
)
def tls_pair_unusable(files: TlsFiles) -> Iterator[Outcome]:
    """The registry, and nginx before it, stop at their start over a certificate and a key that are no pair.

    The registry says `tls: private key does not match public key` or `open FILE: no such file or directory`, nginx
    `key values mismatch`. The common causes are a renewed certificate with the key of the old one, a chain file whose
    first certificate is the authority's and not the server's, and a key that is still encrypted: nobody is there to
    type a passphrase.

    Put the certificate of the server first in its file, its intermediates below, and beside it the key that it was
    made for, without a passphrase.
    """
    for pair in files.pairs:
        yield _judge(pair)
    if not files.pairs:
        yield Pass("no server of this host has a certificate beside its key")


def _judge(pair: TlsPair) -> Outcome:
    certificate, key = pair.certificate, pair.key
    if certificate is None or key is None:
        return _half(pair)
    for file in (certificate, key):
        if file.state is FileState.UNREADABLE:
            return Unknown(file.problem)
        if file.state is FileState.MISSING and not file.folder_there:
            return Unknown(f"{file.problem}, nor does its folder: it may be a path inside the registry's container")
        if file.state is not FileState.READABLE:
            return _fail(pair, file.problem, file)
    held = certificate.contents
    leaf = held.certificates[0] if held is not None and held.certificates else None
    if held is None or leaf is None or held.literal_newlines:
        switched = "; the two may have been switched" if held is not None and held.private_keys else ""
        return _fail(pair, f"{certificate.path} {certificate.instead_of('certificate')}{switched}", certificate)
    if held.kind is not PemKind.PEM:
        return _fail(pair, f"{certificate.path} holds no certificate in PEM ({held.kind.value})", certificate)
    if not (key.contents and key.contents.private_keys) or key.contents.literal_newlines:
        return _without_key(pair, key)
    wanted = key.contents.private_keys[0].spki_sha256
    if leaf.key.spki_sha256 == wanted:
        return Pass(f"{certificate.path} and {key.path} are a pair")
    if any(one.key.spki_sha256 == wanted for one in held.certificates[1:]):
        problem = f"the server's certificate is not the first one in {certificate.path}"
    else:
        problem = f"{certificate.path} and {key.path} are no pair"
    ours = _public_key(certificate, leaf.key.spki_sha256)
    theirs = _public_key(key, wanted)
    return _fail(pair, problem, certificate, evidence=(ours, theirs))


def _public_key(file: HostFile, spki_sha256: str) -> Quote:
    return Quote(file.named_by.source, f"{file.path}: public key {spki_sha256[:16]}", file.named_by.line)


def _half(pair: TlsPair) -> Outcome:
    """Only one setting is there (tried on distribution 2.8)."""
    if pair.certificate is not None:
        problem = "http.tls.certificate is set without http.tls.key (`open : no such file or directory`)"
        return _fail(pair, problem, pair.certificate)
    if pair.key is None:
        return Pass("no certificate is configured")
    problem = "http.tls.key is set without http.tls.certificate: the registry serves plain HTTP"
    return dataclasses.replace(_fail(pair, problem, pair.key), message=problem, severity=Severity.WARNING)


def _without_key(pair: TlsPair, key: HostFile) -> Outcome:
    if key.contents and key.contents.encrypted and not key.contents.literal_newlines:
        if pair.server == "nginx":
            return Unknown(
                f"{key.path} is encrypted; whether nginx has its passphrase (ssl_password_file) is not known"
            )
        return _fail(pair, f"{key.path} is encrypted, and the registry has no setting for a passphrase", key)
    return _fail(pair, f"{key.path} {key.instead_of('private key')}", key)


def _fail(pair: TlsPair, problem: str, file: HostFile, *, evidence: tuple[Quote, ...] = ()) -> Fail:
    who = "The registry" if pair.server == "registry" else "nginx"
    return Fail(
        f"{who} does not start: {problem}",
        evidence=evidence or (file.named_by,),
        resource=file.path,
        remedy=_remedy(pair),
    )


def _remedy(pair: TlsPair) -> Remedies:
    text = (
        "Put the server's certificate first in its file and beside it the key that it was made for, without a "
        "passphrase; the two commands must print the same."
    )
    commands: tuple[str, ...] = ()
    if pair.certificate and pair.key:
        commands = (
            f"sudo openssl x509 -noout -pubkey -in '{pair.certificate.path}' | openssl sha256",
            f"sudo openssl pkey -pubout -in '{pair.key.path}' | openssl sha256",
        )
    plain = Remedy(text, commands)
    if pair.server == "registry":
        return {Dialect.PLAIN: Remedy(f"{text} Then restart the registry.", commands)}
    return {Dialect.PLAIN: plain, Dialect.OMNIBUS: Remedy(text, (*commands, "sudo gitlab-ctl hup nginx"))}
