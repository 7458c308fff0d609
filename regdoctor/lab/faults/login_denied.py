"""GitLab takes the user's password no longer, as after it was changed or a token was revoked."""

import json
import secrets

from regdoctor.lab.fault import Fault
from regdoctor.lab.login import USERS, write_logins
from regdoctor.lab.stack import Stack


def _change_password(stack: Stack) -> None:
    file = stack.folder / USERS
    users = json.loads(file.read_text("utf-8"))
    for user in users.values():
        user["password"] = "glpat-" + secrets.token_urlsafe(15)
    file.write_text(json.dumps(users), "utf-8")


def _change_it_back(stack: Stack) -> None:
    write_logins(stack.folder, stack.settings, stack.material)


FAULT = Fault(
    title="GitLab answers the login with 403: the password is not the user's any more",
    check="login_unauthorized",
    failure_modes=("AUTH-18",),
    files=_change_password,
    undo=_change_it_back,
)
