"""What nginx's grammar forbids, as a real nginx says it; what modules and versions bring is left alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.check import Dialect
from regdoctor.evidence.installation import Installation
from regdoctor.formats.located import Place
from regdoctor.formats.nginx_directives import Directive
from regdoctor.formats.nginx_grammar import GrammarFault, grammar_faults
from regdoctor.lab.programs import find_program
from regdoctor.probes.nginx_config import read_nginx

SERVER = "server {{ listen 127.0.0.1:20080; {server} location /v2/ {{ {location} proxy_pass http://127.0.0.1:81; }} }}"


def _faults(folder: Path, text: str) -> list[GrammarFault]:
    path = folder / "nginx.conf"
    path.write_text(text)
    nginx = read_nginx([path], Installation(folder, Dialect.PLAIN, live=False))
    return [fault for tree in nginx.trees for fault in grammar_faults(tree)]


def _whole(server: str = "", location: str = "", main: str = "", http: str = "") -> str:
    return (
        f"{main}\nevents {{}}\nhttp {{ access_log off; {http}\n{SERVER.format(server=server, location=location)}\n}}\n"
    )


def _nginx_says(folder: Path, text: str) -> str:
    path = folder / "tested.conf"
    path.write_text(f"pid {folder}/pid;\n{text}")
    command = [str(find_program("nginx")), "-t", "-q", "-c", str(path), "-p", str(folder), "-e", "stderr"]
    return str(subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stderr)


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        (
            _whole(location="proxy_set_header X-Real-IP $remote_addr\nproxy_set_header Host $http_host;"),
            'invalid number of arguments in "proxy_set_header" directive',
            "proxy_set_header",
        ),
        (_whole(server="client_maxbody_size 0;"), 'unknown directive "client_maxbody_size"', "client_max_body_size"),
        (_whole(location="proxy_reqeust_buffering off;"), "unknown directive", "proxy_request_buffering"),
        (_whole(location="proxy_set_heade Host x;"), "unknown directive", "proxy_set_header"),
        (_whole(server="client_max_body_size;"), 'invalid number of arguments in "client_max_body_size" directive', ""),
        (_whole(location="proxy_request_buffering no;"), 'it must be "on" or "off"', ""),
        (_whole(server="proxy_pass http://127.0.0.1;"), '"proxy_pass" directive is not allowed here', ""),
        (_whole(location="if ($arg_x) { proxy_set_header A b; }"), "directive is not allowed here", ""),
        (_whole(http="gzip_types text/plain;\nkeepalive_timeout 65\nclient_max_body_size 0 x;"), "invalid number", ""),
        (_whole(server="listen 127.0.0.1:20081\nserver_name a.example.com;"), 'invalid parameter "server_name"', ""),
        (_whole(location="proxy_buffering off {}"), 'directive "proxy_buffering" is not terminated by ";"', ""),
    ],
)
def test_what_nginx_refuses_is_told_in_its_words(tmp_path: Path, text: str, says: str, hint: str) -> None:
    (fault,) = _faults(tmp_path, text)
    assert says in fault.says
    assert hint in (fault.meant or fault.swallowed)
    assert says in _nginx_says(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        _whole(),
        _whole(location="brotli on; more_set_headers 'A: b'; vhost_traffic_status_display;"),
        _whole(server="http2 on; http3 on; ssl_reject_handshake on; quic_retry on; http3_max_concurrent_streams 9;"),
        _whole(http="geoip2_proxy 10.0.0.0/8; map $a $b { default x; proxy_pas y; }"),
        _whole(main="load_module modules/a.so; worker_processes auto;", http="keepalive_time 1h; sticky;"),
        _whole(location="proxy_cookie_flags ~ secure; proxy_ssl_conf_command Options x;"),
        "client_maxbody_size 0;\nproxy_set_header a;\n",
    ],
)
def test_modules_newer_versions_and_pieces_of_a_file_are_left_alone(tmp_path: Path, text: str) -> None:
    assert _faults(tmp_path, text) == []


def test_a_site_that_nginx_conf_includes_is_read_as_a_part_of_http(tmp_path: Path) -> None:
    (fault,) = _faults(tmp_path, "upstream u { server a:1; }\n" + SERVER.format(server="servername a;", location=""))
    assert (fault.meant, fault.directive.place.line) == ("server_name", 2)


@given(st.lists(st.tuples(st.text(max_size=12), st.lists(st.text(max_size=8), max_size=4).map(tuple)), max_size=4))
def test_no_directive_crashes_the_grammar(said: list[tuple[str, tuple[str, ...]]]) -> None:
    inner = tuple(Directive(name, args, Place("n", 1)) for name, args in said)
    server = Directive("server", (), Place("n", 1), inner)
    assert all(fault.says for fault in grammar_faults((server,)))
