"""TLS-05, TLS-10: the file on disk was renewed, and the server still shows the certificate that it read before."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.host_file import HostFile
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.served_file import file_of, first_of
from regdoctor.evidence.served_path import each_certificate, quote, unseen
from regdoctor.evidence.served_tls import ServedTls, TlsLooks
from regdoctor.evidence.tls_files import TlsFiles
from regdoctor.evidence.validity import Standing, in_words, standings
from regdoctor.injection import Absent
from regdoctor.remedies.certificates import HUP_NGINX, see


@check(
    title="Servers show the certificates that lie on disk",
    severity=Severity.WARNING,
    failure_modes=("TLS-05", "TLS-10"),
    symptoms=(),
    explains=("certificate_expired", "certificate_expires_soon"),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/ssl_troubleshooting/",
)
def served_certificate_stale(
    looks: TlsLooks, files: TlsFiles | Absent, installation: Installation | Absent
) -> Iterator[Outcome]:
    """nginx and the registry read a certificate when they start or are told to, and never look at the file again.

    Whatever renews it must reload them as well. Where that was forgotten, the old certificate is shown until it ends,
    and everything breaks on that day although the renewal went well. Here the file holds a certificate of the same
    name, authority and kind of key that is valid from a later day than the one that is shown. That is certain only
    where the address that shows it is this host's own: before it another machine may end TLS with a certificate of its
    own, or answer in turn with this one.

    Reload nginx, or restart the registry, and let the renewal do so from now on (`--deploy-hook` of certbot).
    """
    for look in each_certificate(looks):
        yield _judge(look, files, is_here=isinstance(installation, Installation) and installation.live)
    if not looks.looks:
        yield Skip("no address is asked by TLS")


def _judge(look: ServedTls, files: TlsFiles | Absent, *, is_here: bool) -> Outcome:
    """is_here: whether the files are those of the host on which this runs."""
    leaf = look.leaf
    if leaf is None:
        return unseen(look)
    file = file_of(look, files)
    held = first_of(file) if file is not None else None
    if file is None or held is None:
        return Skip(f"no file of this host is known from which {look.endpoint.authority} shows its certificate")
    ours, shown = held.not_before, leaf.facts.not_before
    if held.serial == leaf.facts.serial or ours <= shown:
        return Pass(f"{look.endpoint.authority} shows what lies in {file.path}")
    if not (is_here and look.own_address):
        return Unknown(
            f"{file.path} holds a later certificate ({in_words(ours)}) than {look.endpoint.authority} shows "
            f"({in_words(shown)}), whose address is not one of this host's: whether it is served from here is not known"
        )
    return Fail(
        f"{file.path} was renewed ({in_words(ours)}), and {look.endpoint.authority} ({look.whose}) still shows the "
        f"certificate of {in_words(shown)}, which ends on {in_words(leaf.facts.not_after)}",
        evidence=(
            Quote(file.named_by.source, f"{file.path}: serial {held.serial}", held.line),
            quote(look, leaf, f"serial {leaf.facts.serial}, notBefore {in_words(shown)}"),
        ),
        resource=file.path,
        severity=Severity.CRITICAL if standings(leaf, look) == {Standing.OVER} else None,
        remedy=_remedies(look, file),
    )


def _remedies(look: ServedTls, file: HostFile) -> Remedies:
    again = see(look.endpoint)
    return {
        Dialect.OMNIBUS: Remedy(f"Let nginx read {file.path} again.", (HUP_NGINX, again)),
        Dialect.PLAIN: Remedy(
            f"Let what serves {look.endpoint.authority} read {file.path} again: the first command for nginx, the "
            "second "
            "for the registry itself.",
            ("sudo nginx -s reload", "sudo systemctl restart docker-registry", again),
        ),
    }
