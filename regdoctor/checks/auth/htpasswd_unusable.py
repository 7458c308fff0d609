"""AUTH-25: users in the registry's htpasswd file who cannot log in."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.htpasswd import HtpasswdFile
from regdoctor.formats.htpasswd import HtpasswdEntry


@check(
    title="Every user of the htpasswd file can log in",
    severity=Severity.ERROR,
    failure_modes=("AUTH-25",),
    symptoms=("invalid entry at line", "htpasswd is missing, provisioning with default user"),
    explains=("login_unauthorized", "login_refused"),
    reference="https://distribution.github.io/distribution/about/configuration/#htpasswd",
)
def htpasswd_unusable(users: HtpasswdFile) -> Iterator[Outcome]:
    """The registry compares passwords with bcrypt hashes alone.

    htpasswd(1) writes MD5 unless it is called with -B. Such a user gets 401 for the right password, and the log says
    `authentication failure`, as for a wrong one. A line without a colon makes the whole file useless: everybody gets
    400. So does a folder in the place of the file, as docker makes one where the file to be mounted is missing. A file
    that is missing is made by the registry at its start, with one user, docker, and a password that is in its log.

    Write each entry anew with `htpasswd -B`, and remove lines that are no entries. A restart is not needed.
    """
    yield from tuple(_problems(users)) or (Pass(f"{users.path}: {len(users.entries)} with bcrypt hashes"),)


def _problems(users: HtpasswdFile) -> Iterator[Outcome]:
    match users.state:
        case FileState.UNREADABLE:
            yield Unknown(users.problem)
        case FileState.MISSING:
            yield _fail(
                users,
                f"{users.path} does not exist: the registry makes it at its next start, with the one user docker and a "
                "password that it writes into its log",
                severity=Severity.WARNING,
            )
        case FileState.DIRECTORY:
            yield _fail(users, f"{users.path} is a directory: every login is answered with 400")
        case FileState.EMPTY:
            yield _fail(users, f"{users.path} holds no user: nobody can log in")
        case FileState.READABLE:
            yield from _of_entries(users)


def _of_entries(users: HtpasswdFile) -> Iterator[Fail]:
    broken = [entry for entry in users.entries if entry.is_broken]
    if broken:
        problem = f"{users.path} has a line without a colon ({broken[0].line}): every login is answered with 400"
        yield _fail(users, problem, *broken)
    refused = [entry for entry in users.entries if not entry.is_bcrypt and not entry.is_broken]
    if refused:
        yield _fail(users, f"No bcrypt hash, so cannot log in: {_names(refused)} ({users.path})", *refused)


def _names(entries: list[HtpasswdEntry]) -> str:
    first = ", ".join(entry.user for entry in entries[:5])
    return first if len(entries) <= 5 else f"{first} and {len(entries) - 5} more"


def _fail(users: HtpasswdFile, problem: str, *entries: HtpasswdEntry, severity: Severity | None = None) -> Fail:
    return Fail(
        problem,
        evidence=(users.named_by, *(_quote(users, entry) for entry in entries[:20])),
        resource=users.path,
        severity=severity,
        remedy=_remedy(users, entries),
    )


def _quote(users: HtpasswdFile, entry: HtpasswdEntry) -> Quote:
    words = "a line without a colon" if entry.is_broken else f"{entry.user}: {entry.scheme}"
    return Quote(users.source, words, entry.line)


def _remedy(users: HtpasswdFile, entries: tuple[HtpasswdEntry, ...]) -> Remedies:
    if users.state is FileState.READABLE and all(entry.is_broken for entry in entries):
        lines = ", ".join(str(entry.line) for entry in entries)
        return {Dialect.PLAIN: Remedy(f"Remove from {users.path} what is no entry (line {lines}).")}
    if users.state is FileState.DIRECTORY:
        remedy = Remedy(
            "Stop the registry, remove the folder, make the file with its first user (it asks for a password), and "
            "start the registry.",
            (f"sudo rmdir {users.path}", f"sudo htpasswd -B -c {users.path} admin"),
        )
        return {Dialect.PLAIN: remedy}
    create = "-c " if users.state is FileState.MISSING else ""
    names = [entry.user for entry in entries if entry.user and _is_plain(entry.user)][:10] or ["admin"]
    commands = tuple(f"sudo htpasswd -B {create}{users.path} {name}" for name in names)
    return {Dialect.PLAIN: Remedy("Set each password anew, with bcrypt (it asks for the password).", commands)}


def _is_plain(user: str) -> bool:
    """Whether a name can be pasted into a shell as it stands."""
    return all(char.isalnum() or char in "._-@" for char in user) and not user.startswith("-")
