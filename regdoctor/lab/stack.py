"""One registry stack: started healthy and seeded, broken in one named way, healed, stopped."""

from __future__ import annotations

import shutil
import ssl
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from regdoctor.lab import servers
from regdoctor.lab.client import send
from regdoctor.lab.errors import LabError
from regdoctor.lab.fault import Fault
from regdoctor.lab.image import Image, build_image, push_image
from regdoctor.lab.interruption import shielded
from regdoctor.lab.layout import Tree, write_tree
from regdoctor.lab.login import DOCKER_CONFIG, PASSWORD, USERS, request_token, write_logins
from regdoctor.lab.material import PROJECT, new_material
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes, wait_until
from regdoctor.lab.programs import find_program
from regdoctor.lab.settings import Ports, Settings


class Stack:
    """A registry, its nginx, GitLab's token service and an object store on loopback; a context manager.

    Leaving it stops every process and removes the folder, whatever happened inside.
    """

    def __init__(self, store: ObjectStore | None = None) -> None:
        """`store`: a running object store to share (the stack takes a bucket of its own); None: its own.

        Nothing is started or written yet.
        """
        self.material = new_material()
        self.image: Image = build_image("Hello from the lab.\n")
        self.processes = Processes()
        self.fault: Fault | None = None
        self._own_store = store is None
        self.store = store or ObjectStore()
        self._folder: Path | None = None
        self._healthy: Settings | None = None
        self._settings: Settings | None = None

    def __enter__(self) -> Self:
        """Start it, healthy."""
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def folder(self) -> Path:
        """The one folder that holds all of the stack. Raises LabError before the start."""
        if self._folder is None:
            raise LabError("the stack is not started")
        return self._folder

    @property
    def tree(self) -> Tree:
        """The host's files."""
        return Tree(self.folder / "root")

    @property
    def settings(self) -> Settings:
        """What the files were last written from. Raises LabError before the start."""
        if self._settings is None:
            raise LabError("the stack is not started")
        return self._settings

    @property
    def password_file(self) -> Path:
        """The password of the user `lab`, one line."""
        return self.folder / PASSWORD

    @property
    def docker_config(self) -> Path:
        """The login in the form of docker's config.json, for `skopeo --authfile`."""
        return self.folder / DOCKER_CONFIG

    def pids(self) -> dict[str, int]:
        """The numbers of the running processes, by name; the object store's only if it is the stack's own."""
        return {**(self.store.pids() if self._own_store else {}), **self.processes.pids()}

    def start(self) -> Self:
        """Start everything healthy and push the image. Raises LabError, MissingProgramError."""
        for program in ("docker-registry", "nginx"):
            find_program(program)
        with shielded():
            self._folder = Path(tempfile.mkdtemp(prefix="regdoctor-lab-"))  # mode 0700
        if self._own_store:
            self.store.start()
        ports = Ports(*free_ports(6))
        self._healthy = Settings(
            ports=ports,
            bucket=self.store.create_bucket(),
            store_endpoint=self.store.endpoint,
            registry_address=f"127.0.0.1:{ports.registry}",
            debug_address=f"127.0.0.1:{ports.debug}",
        )
        write_logins(self.folder, self._healthy, self.material)
        self._take_on(None)
        push_image(self.settings.internal_url, PROJECT, "latest", self.image, self.token("pull", "push"))
        return self

    def stop(self) -> None:
        """Stop every process and remove every file. May be called again."""
        self.processes.stop_all()
        if self._own_store:
            self.store.stop()
        elif self._healthy is not None:
            self.store.delete_tree(self._healthy.bucket)
        self._healthy = None
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    def apply(self, fault: Fault) -> None:
        """Take on `fault`, and no other: what was broken before is mended first."""
        self._undo()
        self._take_on(fault)

    def heal(self) -> None:
        """Be healthy again."""
        self._undo()
        self._take_on(None)

    def token(self, *actions: str, repository: str = PROJECT) -> str:
        """A token from GitLab for the user `lab`, encoded. Raises LabError where GitLab gives none."""
        return request_token(self.settings, self.material, self.trust(), repository, actions)

    def trust(self) -> ssl.SSLContext:
        """Trusts the lab's authority and no other."""
        return ssl.create_default_context(cafile=str(self.tree.ca_file))

    def start_registry(self) -> None:
        """Start the registry anew with the files as they are, and wait until it answers."""
        registry = servers.start_registry(self.processes, self.tree, self.folder / "run", self.settings)
        registry.wait_ready(lambda: servers.registry_answers(self.settings))

    def wait_unhealthy(self) -> None:
        """Wait until the registry's own look at its storage has failed, so that all its URLs answer 503."""
        url = f"{self.settings.internal_url}/v2/"
        wait_until(lambda: send("GET", url).status == 503, "the registry does not notice its broken storage")

    def rewrite_files(self, settings: Settings) -> None:
        """Write all files afresh from `settings` and restart nothing: a change that is not applied yet."""
        self._settings = settings
        write_tree(self.tree, settings, self.material, self.store.identities[settings.identity])

    def _undo(self) -> None:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            fault.undo(self)

    def _take_on(self, fault: Fault | None) -> None:
        """Write all files and restart all programs but the object store, the fault's changes in between."""
        if self._healthy is None:
            raise LabError("the stack is not started")
        self.fault = fault
        self.processes.stop_all()
        self.tree.clear()
        self.rewrite_files(fault.settings(self._healthy) if fault else self._healthy)
        if fault:
            fault.files(self)
        self._start_programs(fault)
        if fault:
            fault.processes(self)

    def _start_programs(self, fault: Fault | None) -> None:
        settings, tree, run, processes = self.settings, self.tree, self.folder / "run", self.processes
        run.mkdir(exist_ok=True)
        if settings.store_clock:
            store_front = servers.start_store_front(processes, tree, run, settings, self.store.endpoint)
            store_front.wait_ready(lambda: servers.listens(settings.ports.store_front))
        gitlab = servers.start_gitlab(processes, tree, run, settings, self.folder / USERS)
        front = servers.start_front(processes, tree, run)
        registry = servers.start_registry(processes, tree, run, settings)
        if fault is None or fault.registry_comes_up:
            registry.wait_ready(lambda: servers.registry_answers(settings))
        else:
            registry.wait_ended()
        if fault is None or fault.front_comes_up:
            front.wait_ready(lambda: servers.listens(settings.ports.public))
        else:
            front.wait_ended()
        gitlab.wait_ready(lambda: servers.listens(settings.ports.gitlab))
