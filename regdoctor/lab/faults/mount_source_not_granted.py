"""The user has no role where the layers of a base image come from: the token does not open it for a mount."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.login import USERS, write_logins
from regdoctor.lab.material import PROJECT
from regdoctor.lab.stack import Stack

_BASE = f"{PROJECT}/base"


def _close_base(stack: Stack) -> None:
    file = stack.folder / USERS
    users = json.loads(file.read_text("utf-8"))
    for user in users.values():
        user["projects"] = {_BASE: [], **user["projects"]}
    file.write_text(json.dumps(users), "utf-8")


def _open_it_again(stack: Stack) -> None:
    write_logins(stack.folder, stack.settings, stack.material)


FAULT = Fault(
    title=f"The user has no role in {_BASE}, from which a push would mount the layers of its base image",
    check="mount_source_not_granted",
    failure_modes=("AUTH-19",),
    arguments=("--repository", PROJECT, "--mount-from", _BASE, "--fail-on", "warning"),
    files=_close_base,
    undo=_open_it_again,
)
