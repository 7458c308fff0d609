"""FS-01: the registry's account may not write where its images belong."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.storage_folder import ENTER, READ, WRITE, Account, Folder, StorageFolder
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.sign import FAILURES, sign

_WORDS = {READ: "list", WRITE: "write to", ENTER: "enter"}


@check(
    title="The registry may write to the folder that it stores images in",
    severity=Severity.ERROR,
    failure_modes=("FS-01",),
    symptoms=("mkdir /var/lib/registry/docker: permission denied", "filesystem: mkdir"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def folder_not_writable(storage: StorageFolder) -> Iterator[Outcome]:
    """The registry makes a folder for each upload, blob, tag and repository below its rootdirectory.

    Its account must be able to write and to enter there, and to enter every folder on the way. Where it may not, each
    push gets 500, clients try again and again, and the log says `permission denied`; pulls and the health check go on
    as before. The usual causes are a folder made by root, a restore or a garbage collection that ran as root, a
    container whose user has another number, and a parent folder that was closed to others.

    GitLab's backup reads the same folder as the user git, who must be able to enter and to list it.

    Give the folder to the registry's user, and let everyone through the folders above it.
    """
    yield _of_registry(storage)
    if storage.gitlab is not None:
        yield _of_gitlab(storage, storage.gitlab)


def _of_registry(storage: StorageFolder) -> Outcome:
    account = storage.account
    if account is None:
        return Unknown(storage.unknown_account)
    doubtful = next((one for one in storage.folders if one.lacking(account, one.needed) is None), None)
    for folder in storage.folders:
        lacking = folder.lacking(account, folder.needed)
        if folder is doubtful:
            return Unknown(f"{folder.path} has an access control list, or {account.name} groups that are not known")
        if lacking and storage.foreign_modes:
            return Unknown(
                f"{folder.path} (mode {folder.mode:04o}, {folder.owner}) is closed to {account.name}, but on "
                f"{storage.foreign_modes} the server decides"
            )
        if lacking:
            return _fail(storage, folder, account, lacking)
    if account.uid == 0 and storage.foreign_modes:
        others = Account("others", -1, frozenset(), account.said_by)
        if storage.folders and storage.folders[-1].lacking(others, WRITE):
            return Unknown(f"whether root may write there is for the server of {storage.foreign_modes} (root_squash)")
    if storage.problem:
        return Unknown(storage.problem)
    return Pass(f"{account.name} may write to {storage.path}")


def _fail(storage: StorageFolder, folder: Folder, account: Account, lacking: int) -> Fail:
    may_not = " and ".join(words for bit, words in _WORDS.items() if lacking & bit)
    return Fail(
        f"The registry runs as {account.name}, who may not {may_not} {folder.path} (mode {folder.mode:04o}, "
        f"{folder.owner})",
        evidence=(folder.quote, account.said_by, storage.named_by),
        resource=folder.path,
        remedy=_remedy(storage, folder, account),
    )


def _remedy(storage: StorageFolder, folder: Folder, account: Account) -> Remedies:
    # Of a number without a name chown(1) knows no group of its own.
    user, owner = account.name, account.name if account.name.isdigit() else f"{account.name}:"
    if folder.path == storage.path or folder.path.startswith(f"{storage.path.rstrip('/')}/"):
        # A chown of a whole storage may take long; chmod first would open it to others for that while.
        give = f"sudo chown -R {quote(owner)} {quote(storage.path)}"
        text = f"Give the registry's folder, with all that is in it, to {user}, and let its owner write."
        return {Dialect.PLAIN: Remedy(text, (give, f"sudo chmod -R u+rwX {quote(storage.path)}"))}
    if not storage.is_there and folder is storage.folders[-1]:
        text = f"Make the registry's folder, which is not there and which {user} may not make in {folder.path}."
        return {Dialect.PLAIN: Remedy(text, (f"sudo install -d -o {quote(user)} -m 0750 {quote(storage.path)}",))}
    text = f"Let every account through {folder.path}, without letting it list or write what is there."
    return {Dialect.PLAIN: Remedy(text, (f"sudo chmod a+x {quote(folder.path)}",))}


def _of_gitlab(storage: StorageFolder, git: Account) -> Outcome:
    for folder in storage.folders:
        needed = ENTER | READ if folder.needed & (WRITE | READ) or folder.path == storage.path else ENTER
        lacking = folder.lacking(git, needed)
        if lacking is None or (lacking and storage.foreign_modes):
            return Unknown(f"whether {git.name} may read {folder.path} for backups is not for its mode to say")
        if lacking:
            return Fail(
                f"GitLab's backups run as {git.name}, who may not read {folder.path} (mode {folder.mode:04o}, "
                f"{folder.owner}): they fail or leave out images",
                evidence=(folder.quote, git.said_by, storage.named_by),
                resource=folder.path,
                severity=Severity.WARNING,
                remedy={
                    Dialect.PLAIN: Remedy(
                        f"Let the group of {git.name} read the registry's folder.",
                        (
                            f"sudo chgrp -R {git.name} {quote(storage.path)}",
                            f"sudo chmod -R g+rX {quote(storage.path)}",
                        ),
                    )
                },
            )
    return Pass(f"{git.name} may read {storage.path}") if storage.folders else Skip("nothing is stored yet")


@sign(folder_not_writable, parts=(Part.REGISTRY,), statuses=FAILURES)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    error = storage_error_of(call)
    if error is None or not error.is_denied:
        return None
    return Fail(
        f"The registry may not write to its folder and answers {call.status}: {short(error.text)}",
        evidence=(call.exchange.quote(), error.quote),
        resource=origin_of(call),
        remedy={
            Dialect.PLAIN: Remedy(
                "Give the registry's folder, with all that is in it, to the user that the registry runs as, and let "
                "everyone through the folders above it."
            )
        },
    )
