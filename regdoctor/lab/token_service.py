"""GitLab's part of a registry's login, as a program: `python -m regdoctor.lab.token_service`.

It reads what GitLab reads (gitlab.yml, and the signing key at each request), as the user git where root
started it, and answers as GitLab's JwtController does.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import email.utils
import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from regdoctor.distribution.tokens import LIFETIME
from regdoctor.lab.gitlab import GitLab, become_git, read_gitlab
from regdoctor.lab.grants import granted
from regdoctor.lab.issuing import KEY_ID_KINDS, Issuing
from regdoctor.lab.omnibus_files import SERVICE
from regdoctor.lab.ports import loopback_addresses

_LONGEST_FORM = 64 * 1024
_SIGN_IN = """\
<!DOCTYPE html>
<html><head><title>Sign in · GitLab</title></head>
<body><form action="/users/sign_in" method="post"><input name="user[login]"></form></body></html>
"""
_ERROR = """\
<!DOCTYPE html>
<html><head><title>{title} ({status})</title></head>
<body><h1>{status}</h1><h3>{text}</h3></body></html>
"""
_NOT_FOUND = _ERROR.format(
    status=404, title="The page you're looking for could not be found", text="The page could not be found."
)
_BROKEN = _ERROR.format(status=500, title="Something went wrong", text="Whoops, something went wrong on our end.")


class JwtHandler(BaseHTTPRequestHandler):
    """One connection to GitLab."""

    protocol_version = "HTTP/1.1"
    timeout = 15.0
    server: Server

    def version_string(self) -> str:
        """The header Server, as GitLab's nginx has it."""
        return "nginx"

    def do_GET(self) -> None:
        """A token, or the sign-in page."""
        parts = urlsplit(self.path)
        if parts.path == "/jwt/auth":
            self._token(parse_qs(parts.query), self._basic())
        elif parts.path in ("/", "/users/sign_in"):
            self._answer(200, "text/html; charset=utf-8", _SIGN_IN)
        else:
            self._answer(404, "text/html; charset=utf-8", _NOT_FOUND)

    def do_POST(self) -> None:
        """A token by the OAuth2 form (distribution, docs/spec/auth/oauth.md)."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LONGEST_FORM:
            self.close_connection = True
            self._answer(413, "text/plain", "")
            return
        form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
        if urlsplit(self.path).path != "/jwt/auth":
            self._answer(404, "text/html; charset=utf-8", _NOT_FOUND)
            return
        by_password = form.get("grant_type") == ["password"]
        login = (form.get("username", [""])[0], form.get("password", [""])[0]) if by_password else None
        self._token(form, login or self._basic())

    def _basic(self) -> tuple[str, str] | None:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ("", "")
        return username, password

    def _token(self, asked: dict[str, list[str]], login: tuple[str, str] | None) -> None:
        gitlab = self.server.gitlab
        user = gitlab.authenticate(*login) if login else None
        if login and user is None:
            body = json.dumps({"errors": [{"code": "DENIED", "message": "access forbidden"}]})
            self._answer(403, "application/json", body)
            return
        if asked.get("service") != [SERVICE]:
            self._answer(404, "text/html", "")
            return
        try:
            key = gitlab.read_key()
        except (OSError, ValueError) as error:
            self._log_as_rails(error)
            self._answer(500, "text/html; charset=utf-8", _BROKEN)
            return
        token = self.server.issuing.token(
            key,
            issuer=gitlab.issuer,
            audience=SERVICE,
            subject=login[0] if login else "",
            access=granted(user, asked.get("scope", [])),
            now=time.time(),
        )
        body = json.dumps({"token": token, "expires_in": LIFETIME, "issued_at": _rfc3339(time.time())})
        self._answer(200, "application/json; charset=utf-8", body)

    def _log_as_rails(self, error: OSError | ValueError) -> None:
        """As Ruby names what went wrong, in production.log."""
        name = {
            FileNotFoundError: "Errno::ENOENT",
            PermissionError: "Errno::EACCES",
            IsADirectoryError: "Errno::EISDIR",
        }
        if isinstance(error, OSError):
            kind = name.get(type(error), "Errno::EIO")
            text = f"{kind} ({error.strerror} @ rb_sysopen - {self.server.gitlab.key_path}):"
            text += f"\n{kind}: {error.strerror} @ rb_sysopen - {self.server.gitlab.key_path}"
        else:
            text = "OpenSSL::PKey::RSAError (Neither PUB key nor PRIV key: nested asn1 error):"
        print(text, flush=True)

    def _answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the overridden method's name
        """One line a request, without the query, where passwords do not belong but may be."""
        path = urlsplit(self.path).path if hasattr(self, "path") else ""
        when = email.utils.formatdate(time.time())
        print(f'Started {self.command} "{path}" for {self.client_address[0]} at {when}', flush=True)


class Server(ThreadingHTTPServer):
    """GitLab on one address, with TLS."""

    daemon_threads = True

    def __init__(self, address: str, port: int, gitlab: GitLab, issuing: Issuing, tls: ssl.SSLContext) -> None:
        """Listen at once. Handshakes are left to each connection's own thread: a slow one holds up nobody."""
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.gitlab = gitlab
        self.issuing = issuing
        super().__init__((address, port), JwtHandler)
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up or distrusts the certificate is worth a line, not a traceback."""
        print(f"connection from {client_address} ended: {sys.exc_info()[1]}", flush=True)


def serve(arguments: Sequence[str]) -> None:
    """Run until killed; prints `listening` when ready. Arguments: --root, --users, --port, --key-id,
    --audience-list.
    """
    parser = argparse.ArgumentParser(prog="token_service", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the host's root folder")
    parser.add_argument("--users", type=Path, required=True, help="a JSON file of users")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key-id", choices=KEY_ID_KINDS, default="libtrust", help="how tokens name their key")
    parser.add_argument("--audience-list", action="store_true", help="write aud as a JSON array")
    options = parser.parse_args(arguments)
    root: Path = options.root
    gitlab = read_gitlab(root, options.users)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(root / "etc/gitlab/ssl/localhost.crt", root / "etc/gitlab/ssl/localhost.key")
    issuing = Issuing(options.key_id, options.audience_list)
    servers = [Server(address, options.port, gitlab, issuing, tls) for address in loopback_addresses()]
    become_git(root)
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("listening", flush=True)
    servers[0].serve_forever()


def _rfc3339(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


if __name__ == "__main__":
    serve(sys.argv[1:])
