"""The user has lost the role in the project: GitLab's tokens grant nothing on its repository."""

import json

from regdoctor.lab.fault import Fault
from regdoctor.lab.login import USERS, write_logins
from regdoctor.lab.material import PROJECT
from regdoctor.lab.stack import Stack


def _take_role(stack: Stack) -> None:
    file = stack.folder / USERS
    users = json.loads(file.read_text("utf-8"))
    for user in users.values():
        user["projects"] = {}
    file.write_text(json.dumps(users), "utf-8")


def _give_it_back(stack: Stack) -> None:
    write_logins(stack.folder, stack.settings, stack.material)


FAULT = Fault(
    title=f"The user has no role in {PROJECT}: the token that is issued for it grants nothing",
    check="scope_not_granted",
    failure_modes=("AUTH-17", "GL-21"),
    arguments=("--repository", PROJECT),
    files=_take_role,
    undo=_give_it_back,
)
