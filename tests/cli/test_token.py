"""`regdoctor token` on tokens good and bad, and at a real registry with a token service of the test."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.cli.token_options import scope_of
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import sign_token
from regdoctor.exit_codes import UsageError
from tests.conftest import _pair
from tests.e2e.lone_registry import LoneRegistry

Command = Callable[..., Any]
SCHEMA = json.loads(resources.files("regdoctor.tokens").joinpath("token-1.schema.json").read_text("utf-8"))
PASSWORD = "canary-of-a-password-7Q"
TRUSTING = ("--issuer", "gitlab-issuer", "--service", "container_registry", "--product", "2.8")


def token(*, age: float = 10.0, actions: tuple[str, ...] = ("pull",), issuer: str = "gitlab-issuer") -> str:
    """A token that the pair 0 signed `age` seconds ago, good for 300 seconds."""
    key = load_pem_private_key(_pair(0)[1], password=None)
    access = (Access("repository", "group/project", actions),) if actions else ()
    audience, now = "container_registry", time.time() - age
    return sign_token(key, issuer=issuer, audience=audience, subject="me", access=access, now=now).reveal()


def leaks(text: str, whole: str) -> list[str]:
    """What of a token may not be shown and is: itself, its signature, its first two parts, and base64 of it."""
    signed, _, signature = whole.rpartition(".")
    encoded = base64.b64encode(whole.encode()).decode().rstrip("=")
    return [form for form in (whole, signature, signed, encoded) if form in text.replace("\n", "")]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The certificate of pair 0."""
    (tmp_path / "bundle.crt").write_bytes(_pair(0)[0])
    return tmp_path / "bundle.crt"


def test_a_good_token_is_accepted_and_told_without_being_shown(spawn: Command, bundle: Path) -> None:
    whole = token()
    ended = spawn("token", "inspect", "--cert", bundle, *TRUSTING, stdin=f"Bearer {whole}\n")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("distribution 2.8 accepts this token.\n")
    assert "(libtrust), names the key of" in ended.out
    assert "signature          verifies with the key of" in ended.out
    assert "pull on group/project" in ended.out
    assert "5 minutes" in ended.out
    assert leaks(ended.out, whole) == []


def test_an_expired_token_is_named_first_with_the_line_of_the_log(spawn: Command, bundle: Path) -> None:
    ended = spawn("token", "inspect", "-", "--cert", bundle, *TRUSTING, stdin=token(age=485))

    assert ended.code == 1
    assert ended.out.startswith("distribution 2.8 refuses this token: it expired 3 minutes ago.\n")
    assert "\n                   token not to be used after 2" in ended.out


@pytest.mark.parametrize(("wanted", "code"), [("group/project:pull", 0), ("group/project:pull,push", 1)])
def test_a_good_token_that_does_not_open_what_it_is_for_is_refused(
    spawn: Command, bundle: Path, wanted: str, code: int
) -> None:
    ended = spawn("token", "inspect", "--cert", bundle, *TRUSTING, "--for", wanted, stdin=token())

    assert ended.code == code
    assert ("refuses this token: it grants no push on group/project" in " ".join(ended.out.split())) == bool(code)


@pytest.mark.parametrize(
    ("wanted", "note"),
    [
        (
            "group/project:pull,fly",
            "an action that no registry knows; on a repository it is pull, push, delete, *.",
        ),
        ("registry:catalog:pull", "pull: an action that no registry knows; on a registry it is *."),
        ("group/project:*", ""),
    ],
)
def test_an_action_that_no_registry_knows_is_told(spawn: Command, bundle: Path, wanted: str, note: str) -> None:
    ended = spawn("token", "inspect", "--cert", bundle, *TRUSTING, "--for", wanted, stdin=token())

    assert note in ended.err
    assert bool(note) == bool(ended.err)
    assert ended.code == 1


def test_without_keys_it_cannot_be_told(spawn: Command) -> None:
    ended = spawn("token", "inspect", *TRUSTING, stdin=token())

    assert ended.code == 3
    assert ended.out.startswith("Whether distribution 2.8 accepts this token cannot be told: no key")


def test_json_keeps_its_schema_and_hides_the_token(spawn: Command, bundle: Path, tmp_path: Path) -> None:
    whole = token(issuer="another")
    (tmp_path / "answer.json").write_text(json.dumps({"access_token": whole, "expires_in": 300}))
    words = ("token", "inspect", tmp_path / "answer.json", "--cert", bundle, *TRUSTING, "--format", "json")
    ended = spawn(*words)
    document = json.loads(ended.out)

    jsonschema.validate(document, SCHEMA)
    assert (ended.code, document["result"], document["signature"]["verified"]) == (1, "refused", True)
    assert document["verdicts"][0]["line"] == 'token from untrusted issuer: "another"'
    assert ended.err == f"regdoctor: {document['sentence']}\n"
    assert leaks(ended.out + ended.err, whole) == []

    shown = json.loads(spawn(*words, "--show-token").out)
    jsonschema.validate(shown, SCHEMA)
    assert shown["token"] == whole


def test_the_configuration_of_a_host_says_what_is_trusted(
    spawn: Command, plant: Callable[[str, Path], None], tmp_path: Path
) -> None:
    plant("omnibus", tmp_path / "host")
    ended = spawn("token", "inspect", "--root", tmp_path / "host", stdin=token(issuer="omnibus-gitlab-issuer"))

    assert ended.out.startswith("GitLab's registry accepts this token.\n")
    assert "names the key of /var/opt/gitlab/registry/gitlab-registry.crt" in " ".join(ended.out.split())
    assert ended.code == 0


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("", "there is no token in it"),
        ("<html>", "an HTML page"),
        ('{"errors": []}', 'neither "token" nor "access_token"'),
        ("two words", "white space"),
    ],
)
def test_what_holds_no_token_is_exit_code_2(spawn: Command, given: str, complaint: str) -> None:
    ended = spawn("token", "inspect", stdin=given)

    assert (ended.code, ended.out) == (2, "")
    assert complaint in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_exit_code_2(regdoctor: Command, tmp_path: Path) -> None:
    assert regdoctor("token", "inspect", tmp_path / "none").code == 2
    assert regdoctor("token", "inspect", __file__, "--cert", tmp_path / "none").code == 2


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("group/project", "repository:group/project:pull"),
        ("group/project:pull,push", "repository:group/project:pull,push"),
        ("repository:a:*", "repository:a:*"),
        ("registry:catalog:*", "registry:catalog:*"),
    ],
)
def test_scopes_are_read_as_people_write_them(text: str, scope: str) -> None:
    assert scope_of(text).scope == scope


@pytest.mark.parametrize("text", ["", "A", "a:", "a:pull,", "a:b:c:d", "a b:pull", "a:pull push", ":pull"])
def test_what_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="REPOSITORY"):
        scope_of(text)


@dataclass
class Realm:
    """A token service that grants pull alone, to the one login that it knows."""

    server: ThreadingHTTPServer | None = None
    given: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


def _handler(realm: Realm) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
            self.answer(base64.b64decode(encoded).decode() if scheme == "Basic" else "", urlsplit(self.path).query)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = parse_qs(form)
            self.answer(f"{asked['username'][0]}:{asked['password'][0]}", form)

        def answer(self, login: str, asked: str) -> None:
            realm.logins.append(login)
            good = login == f"me:{PASSWORD}" and "scope" in parse_qs(asked)
            if good:
                realm.given.append(token())
            refusal = {"errors": [{"code": "DENIED", "message": f"access forbidden {login}"}]}
            body = json.dumps({"token": realm.given[-1]} if good else refusal).encode()
            self.send_response(200 if good else 403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
            """Say nothing."""

    return Handler


@pytest.fixture
def realm() -> Iterator[Realm]:
    """A token service on loopback."""
    service = Realm()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(service)) as server:
        service.server = server
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield service
        server.shutdown()
        thread.join(10)


@pytest.fixture
def registry(realm: Realm, bundle: Path, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts docker-registry with the realm at a host of loopback, and gives its URL."""
    alone = LoneRegistry(tmp_path / "registry")

    def start(host: str) -> str:
        assert realm.server is not None
        at = f"http://{host}:{realm.server.server_port}/auth"
        trusted = f"service: container_registry, issuer: gitlab-issuer, rootcertbundle: {bundle}"
        alone.serve(f"auth: {{token: {{realm: '{at}', {trusted}}}}}\n")
        return alone.url

    yield start
    alone.stop()


@pytest.mark.parametrize("form", [(), ("--oauth2",)], ids=["GET", "OAuth2"])
def test_a_token_is_asked_for_shown_to_the_registry_and_told(
    spawn: Command, registry: Callable[[str], str], realm: Realm, form: tuple[str, ...]
) -> None:
    asked = ("group/project:pull,push", "--username", "me", "--password-stdin", *form)
    ended = spawn("token", "request", registry("127.0.0.1"), *asked, stdin=f"{PASSWORD}\n")
    said = " ".join(ended.out.split())

    assert (ended.code, ended.err) == (1, "")
    first = "The registry accepts this token; less was granted than asked for: pull of pull,push on group/project."
    assert said.startswith(first)
    assert "→ 200" in said
    assert ", as me" in said
    assert realm.logins == [f"me:{PASSWORD}"]
    assert leaks(ended.out, realm.given[0]) == []
    login = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert PASSWORD not in ended.out
    assert login not in ended.out


def test_the_json_of_a_request_keeps_the_schema(spawn: Command, registry: Callable[[str], str]) -> None:
    url = registry("127.0.0.1")
    words = ("token", "request", url, "group/project:pull,push", "--username", "me", "--password-stdin")
    ended = spawn(*words, "--format", "json", stdin=f"{PASSWORD}\n")
    document = json.loads(ended.out)

    jsonschema.validate(document, SCHEMA)
    assert document["request"]["scopes"][0]["missing"] == ["push"]
    assert PASSWORD not in ended.out + ended.err


def test_a_realm_on_another_host_without_tls_gets_no_password_but_by_name(
    spawn: Command, registry: Callable[[str], str], realm: Realm
) -> None:
    words = ("token", "request", registry("localhost"), "group/project", "--username", "me", "--password-stdin")
    ended = spawn(*words, stdin=f"{PASSWORD}\n")

    assert (ended.code, ended.out, realm.logins) == (3, "", [])
    assert "the password was not sent" in ended.err
    assert "--send-credentials-to localhost would send it there in clear" in ended.err

    ended = spawn(*words, "--send-credentials-to", "elsewhere.example", stdin=f"{PASSWORD}\n")
    assert (ended.code, realm.logins) == (3, [])

    ended = spawn(*words, "--send-credentials-to", "localhost", stdin=f"{PASSWORD}\n")
    assert (ended.code, realm.logins) == (0, [f"me:{PASSWORD}"])


def test_a_login_that_is_refused_is_exit_code_1_and_not_repeated(
    spawn: Command, registry: Callable[[str], str]
) -> None:
    wrong = "canary-of-a-wrong-one"
    words = ("token", "request", registry("127.0.0.1"), "group/project", "--username", "me", "--password-stdin")
    ended = spawn(*words, stdin=f"{wrong}\n")

    assert (ended.code, ended.out) == (1, "")
    assert "DENIED access forbidden" in ended.err
    assert wrong not in ended.err
    assert base64.b64encode(f"me:{wrong}".encode()).decode() not in ended.err


def test_where_nothing_listens_nothing_could_be_asked(spawn: Command, nobody: str) -> None:
    ended = spawn("token", "request", nobody, "group/project")

    assert (ended.code, ended.out) == (3, "")
    assert len(ended.err.splitlines()) == 1
