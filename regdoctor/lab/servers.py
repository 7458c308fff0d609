"""Starts each server of a stack with what the tree holds; the caller waits until it is ready."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from regdoctor.lab.client import status_of
from regdoctor.lab.front import main_conf, runnable, store_front_conf
from regdoctor.lab.layout import Tree
from regdoctor.lab.processes import Process, Processes
from regdoctor.lab.programs import find_program, minimal_environment, shifted_clock
from regdoctor.lab.settings import Settings


def start_registry(processes: Processes, tree: Tree, run: Path, settings: Settings) -> Process:
    """Start docker-registry; it may end at once."""
    environment = minimal_environment(run)
    if settings.authenticated:
        # config.yml names the host's path. (Where there is no auth section, this would make half of one.)
        environment["REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE"] = str(tree.root_cert_bundle)
    if settings.registry_tls:
        environment["REGISTRY_HTTP_TLS_CERTIFICATE"] = str(tree.server_certificate)
        environment["REGISTRY_HTTP_TLS_KEY"] = str(tree / settings.registry_tls_key)
    return processes.start(
        "registry",
        [find_program("docker-registry"), "serve", tree.config_yml],
        log=tree.log("registry/current"),
        environment=environment,
    )


def start_front(processes: Processes, tree: Tree, run: Path) -> Process:
    """Start the nginx before the registry."""
    servers = runnable(tree.nginx_conf.read_text("utf-8"), tree.root)
    return _start_nginx(processes, "nginx", tree, run / "front", servers, {})


def start_store_front(processes: Processes, tree: Tree, run: Path, settings: Settings, store: str) -> Process:
    """Start the nginx before the object store at `store`, its clock moved by `settings.store_clock`."""
    servers = store_front_conf(settings, store)
    return _start_nginx(processes, "store front", tree, run / "store", servers, shifted_clock(settings.store_clock))


def start_gitlab(processes: Processes, tree: Tree, run: Path, settings: Settings, users: Path) -> Process:
    """Start the token service, its clock moved by `settings.gitlab_clock`, its tokens as `settings.issuing` says."""
    clock = shifted_clock(settings.gitlab_clock) if settings.gitlab_clock else {}
    issuing = ["--key-id", settings.issuing.key_id, *(["--audience-list"] if settings.issuing.audience_as_list else [])]
    service = [sys.executable, "-m", "regdoctor.lab.token_service", *issuing]
    return processes.start(
        "gitlab",
        [*service, "--root", tree.root, "--users", users, "--port", str(settings.ports.gitlab)],
        log=tree.log("gitlab-rails/production.log"),
        environment={**minimal_environment(run), **clock},
    )


def registry_answers(settings: Settings) -> bool:
    """Whether the registry answers anything at all on its own port."""
    # One with TLS answers plain HTTP too: 400, by Go's http package.
    return status_of(f"http://{settings.registry_address}/v2/") is not None


def listens(port: int) -> bool:
    """Whether something accepts connections on 127.0.0.1:`port`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0):
            return True
    except OSError:
        return False


def _start_nginx(
    processes: Processes, name: str, tree: Tree, run: Path, servers: str, clock: dict[str, str]
) -> Process:
    run.mkdir(parents=True, exist_ok=True)
    log = tree.log("nginx/error.log")
    conf = run / "nginx.conf"
    conf.write_text(main_conf(servers, run, log))
    # The prefix (-p) lies in the tree, so that the process can be told as the host's own by its arguments.
    command: list[str | Path] = [
        find_program("nginx"),
        "-p",
        f"{tree / '/var/opt/gitlab/nginx'}/",
        "-c",
        conf,
        "-e",
        log,
    ]
    return processes.start(name, command, log=log, environment={**minimal_environment(run), **clock})
