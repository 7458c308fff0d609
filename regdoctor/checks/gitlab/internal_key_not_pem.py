"""AUTH-14, GL-01: the signing pair that gitlab.rb holds is not PEM."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.evidence.host_file import FileState, HostFile
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.formats.pem import PemContents, read_pem
from regdoctor.redaction import Secret
from regdoctor.remedies import RECONFIGURE

_SETTINGS = ("internal_key", "internal_certificate")


@check(
    title="The registry's key and certificate in gitlab.rb are PEM",
    severity=Severity.ERROR,
    failure_modes=("GL-01", "AUTH-14"),
    symptoms=("token auth requires at least one token signing root certificate",),
    explains=("signing_key_unusable", "rootcertbundle_unusable", "login_unauthorized"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#use-an-external-container-registry-with-gitlab-as-an-auth-endpoint",
)
def internal_key_not_pem(rb: GitLabRb) -> Outcome:
    r"""Omnibus writes registry['internal_key'] and registry['internal_certificate'] into files as they are.

    Ruby takes \n as a line break in double quotes only; in single quotes it is a backslash and an n. Then the file
    is one long line that is no PEM: GitLab signs no token, or the registry does not start.

    Put the text into double quotes, or write it as a here document (<<~PEM), or remove the setting: Omnibus then
    makes a pair of its own and keeps it in gitlab-secrets.json.
    """
    given = [value for name in _SETTINGS if (value := rb.given("registry", name)) is not None]
    if not given:
        return Skip("gitlab.rb holds neither the registry's key nor its certificate")
    broken = [(value, problem) for value in given if (problem := _problem(value))]
    if not broken:
        return Pass(f"{' and '.join(value.name for value in given)} can be read")
    return Fail(
        "; ".join(f"{value.name} {problem}" for value, problem in broken),
        evidence=tuple(value.quote() for value, _ in broken),
        resource=broken[0][0].name,
        remedy={Dialect.PLAIN: _remedy([_read(value) for value, _ in broken])},
    )


def _remedy(contents: list[PemContents]) -> Remedy:
    """Quotes help only where the line breaks were lost to them; other text stays broken in any quotes."""
    if any(one.literal_newlines for one in contents):
        text = "Put the text into double quotes, where \\n is a line break, or remove the line"
    else:
        text = "Write the whole text of the PEM file, from BEGIN to END, or remove the line"
    return Remedy(
        f"{text}: then Omnibus makes a pair of its own (on several nodes, all must have the same gitlab-secrets.json). "
        "Then reconfigure.",
        ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE),
    )


def _read(value: Located) -> PemContents:
    shown = value.text() or ""  # raises where it is worked out at run time
    text = value.value.reveal() if isinstance(value.value, Secret) else shown
    return read_pem(text.encode(), value.name)


def _problem(value: Located) -> str:
    """What is wrong with it, without a word of what it holds; empty for nothing."""
    contents = _read(value)
    if contents.literal_newlines:
        return "has its line breaks as the two characters \\n, as in single quotes, so that it is not PEM"
    if _holds_its_half(value, contents):
        return ""
    wanted = "certificate" if "certificate" in value.name else "private key"
    return HostFile(value.quote(), value.name, FileState.READABLE, contents=contents).instead_of(wanted)


def _holds_its_half(value: Located, contents: PemContents) -> bool:
    if "certificate" in value.name:
        return bool(contents.certificates)
    return bool(contents.private_keys)
