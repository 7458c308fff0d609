"""A lab that runs in the foreground: started, told about, broken anew on request, stopped."""

from __future__ import annotations

from collections.abc import Callable

from regdoctor.lab.advice import check_command
from regdoctor.lab.control import ControlSocket, Reply, refuse_second_lab
from regdoctor.lab.demonstration import demonstrate
from regdoctor.lab.errors import LabError
from regdoctor.lab.fault import Fault, find_fault
from regdoctor.lab.interruption import interruptible
from regdoctor.lab.material import ACTIONS, LOGIN, PROJECT
from regdoctor.lab.programs import find_program
from regdoctor.lab.stack import Stack

Say = Callable[[str], None]


def run_lab(fault: Fault | None, name: str, *, say: Say, show: Say) -> None:
    """Run a stack with `fault` until interrupted: it ends by Interrupted, when everything is stopped.

    `say` takes what is for people, `show` the description of the ready lab. Raises LabError.
    """
    refuse_second_lab()
    with interruptible():
        say("Starting the lab; this takes some seconds.")
        with Stack() as stack, ControlSocket(stack.folder) as control:
            if fault:
                stack.apply(fault)
            show(describe(stack, name))
            say("Ctrl-C stops it and removes everything.")
            while True:
                control.reply(_take_on(stack, control.next_request(), say))


def run_demonstration(fault: Fault, name: str, *, say: Say) -> bool:
    """Show `fault` on a stack of its own. True if the check found it, and nothing once it was mended."""
    find_program("skopeo")
    with interruptible():
        say("Starting the lab; this takes some seconds.")
        with Stack() as stack:
            return demonstrate(stack, name, fault, say)


def describe(stack: Stack, name: str) -> str:
    """Where everything is, one thing a line, and the command that examines it."""
    settings = stack.settings
    lines = {
        "state": f"{name}: {stack.fault.title}" if stack.fault else "healthy",
        "root": str(stack.tree.root),
        "registry": settings.registry_url,
        "gitlab": settings.gitlab_url,
        "debug": f"http://127.0.0.1:{settings.ports.debug}",
        "object store": stack.store.endpoint,
        "ca file": str(stack.tree.ca_file),
        "login": f"{LOGIN}, password in {stack.password_file}",
        "repository": f"{PROJECT} and {PROJECT}/…: {LOGIN} may {', '.join(ACTIONS)}",
        "check": check_command(stack, stack.fault),
    }
    return "\n".join(f"{key + ':':<14}{value}" for key, value in lines.items())


def _take_on(stack: Stack, name: str, say: Say) -> Reply:
    if not name:
        return Reply(error="no fault was named")
    try:
        fault = find_fault(name)
        if fault:
            stack.apply(fault)
        else:
            stack.heal()
    except LabError as error:
        say(f"regdoctor: {error}")
        return Reply(error=str(error))
    say(f"Now {name}: {fault.title}." if fault else "Now healthy.")
    return Reply(command=check_command(stack, stack.fault))
