"""nginx's configuration is read as files of the examined host; what cannot be followed is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.evidence.proxy_rules import registry_routes
from regdoctor.formats.located import UndecidedError, UnreadableError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_destinations import destinations
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes.nginx_config import nginx_config, read_nginx

SITE = "server { listen 443 ssl; server_name r.example.com; location / { proxy_pass http://127.0.0.1:5000; } }\n"


def _tree(root: Path, **files: str) -> Installation:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Installation(root, Dialect.PLAIN, live=False)


def _main(text: str) -> str:
    return f"events {{}}\nhttp {{\n{text}\n}}\n"


def _gather(installation: Installation) -> NginxConfig:
    found = nginx_config.gather(installation=installation)
    assert isinstance(found, NginxConfig)
    return found


def _read(tmp_path: Path, main: str) -> NginxConfig:
    (tmp_path / "etc/nginx").mkdir(parents=True, exist_ok=True)
    (tmp_path / "etc/nginx/nginx.conf").write_text(main)
    return _gather(Installation(tmp_path, Dialect.PLAIN, live=False))


def test_includes_are_followed_below_the_root(tmp_path: Path) -> None:
    _tree(tmp_path / "etc/nginx", **{"sites-enabled__b": SITE, "sites-enabled__a": SITE, "conf.d__x.conf": "gzip on;"})
    found = _read(tmp_path, _main("include /etc/nginx/sites-enabled/*;\ninclude conf.d/*.conf;"))
    assert [Path(server.directive.place.source).name for server in found.servers] == ["a", "b"]
    gzip = found.servers[0].locations[0].scope.setting("gzip")
    assert gzip is not None
    assert gzip.where() == f"{tmp_path}/etc/nginx/conf.d/x.conf:1"
    assert found.problems == ()


def test_an_absolute_path_never_means_this_machine_s(tmp_path: Path) -> None:
    outside = tmp_path / "outside.conf"
    outside.write_text("gzip on;\n")
    found = _read(tmp_path / "root", _main(f"{SITE}\ninclude {outside};"))
    assert "no such file" in found.problems[0]
    with pytest.raises(UndecidedError, match=r"outside\.conf, which .*nginx\.conf:5 includes"):
        found.servers[0].scope.setting("gzip")


def test_links_of_the_host_are_followed_as_the_host_does(tmp_path: Path) -> None:
    _tree(tmp_path / "etc/nginx", **{"sites-available__r": SITE})
    (tmp_path / "etc/nginx/sites-enabled").mkdir()
    (tmp_path / "etc/nginx/sites-enabled/r").symlink_to("/etc/nginx/sites-available/r")
    found = _read(tmp_path, _main("include sites-enabled/*;"))
    assert [server.names for server in found.servers] == [("r.example.com",)]


def test_omnibus_and_a_second_nginx_are_read_together(tmp_path: Path) -> None:
    installation = _tree(
        tmp_path,
        **{"etc__nginx__nginx.conf": _main(SITE), "var__opt__gitlab__nginx__conf__nginx.conf": _main(SITE + SITE)},
    )
    found = _gather(installation)
    assert len(found.sources) == 2
    assert len(found.servers) == 3


def test_a_lone_server_lies_in_an_http_block_that_was_not_read(tmp_path: Path) -> None:
    _tree(tmp_path, **{"nginx__sites-enabled__r": "include snip;\n" + SITE, "nginx__snip": "gzip on;\n"})
    path = tmp_path / "nginx/sites-enabled/r"
    found = _gather(Installation(None, Dialect.PLAIN, live=False, named={FileKind.NGINX: (path,)}))
    scope = found.servers[0].locations[0].scope
    assert scope.setting("gzip") is not None
    with pytest.raises(UndecidedError, match="the http block around it was not read"):
        scope.setting("client_max_body_size")


def test_a_path_of_a_host_that_was_not_named_is_not_followed(tmp_path: Path) -> None:
    _tree(tmp_path, **{"r.conf": "include /etc/hostname;\n" + SITE})
    found = read_nginx([tmp_path / "r.conf"], Installation(None, Dialect.PLAIN, live=False))
    assert "a path of a host that was not named" in found.problems[0]


def test_mime_types_may_be_missing(tmp_path: Path) -> None:
    found = _read(tmp_path, _main(f"include mime.types;\n{SITE}"))
    assert found.problems == ()
    assert found.servers[0].scope.setting("gzip") is None


def test_a_pattern_that_matches_nothing_brings_nothing_in(tmp_path: Path) -> None:
    (tmp_path / "etc/nginx/empty").mkdir(parents=True)
    found = _read(tmp_path, _main(f"include /elsewhere/*.conf;\ninclude empty/*.conf;\n{SITE}"))
    assert found.problems == ()
    assert found.servers[0].scope.setting("gzip") is None


def test_a_folder_inside_a_container_is_noted(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(_main(f"include /etc/nginx/conf.d/*.conf;\n{SITE}"))
    found = read_nginx([tmp_path / "nginx.conf"], Installation(tmp_path, Dialect.COMPOSE, live=False))
    assert found.problems == (
        f"{tmp_path}/nginx.conf: includes /etc/nginx/conf.d/*.conf, and there is no such folder here",
    )
    with pytest.raises(UndecidedError):
        found.servers[0].scope.setting("gzip")


def test_an_unread_include_outside_http_leaves_nothing_open(tmp_path: Path) -> None:
    found = _read(tmp_path, "include /usr/share/nginx/modules/x.conf;\n" + _main(SITE))
    assert len(found.problems) == 1
    assert found.servers[0].scope.setting("gzip") is None


def test_a_pattern_in_the_folder_s_name_is_followed(tmp_path: Path) -> None:
    _tree(tmp_path / "etc/nginx/sites", **{"a__nginx.conf": SITE, "b__nginx.conf": SITE})
    assert len(_read(tmp_path, _main("include sites/*/nginx.conf;")).servers) == 2


def test_a_loop_of_includes_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"nginx\.conf:3: nginx\.conf is included in a loop"):
        _read(tmp_path, _main("include nginx.conf;"))


def test_too_many_files_are_one_clear_line(tmp_path: Path) -> None:
    _tree(tmp_path / "etc/nginx/many", **{f"{number}.conf": "gzip on;" for number in range(501)})
    with pytest.raises(UnreadableError, match="more than 500 files"):
        _read(tmp_path, _main("include many/*;"))


def test_an_include_that_may_not_be_read_is_noted(tmp_path: Path) -> None:
    (tmp_path / "etc/nginx/is-a-folder").mkdir(parents=True)
    assert "a directory, not a file" in _read(tmp_path, _main("include is-a-folder;")).problems[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http {\n", r"nginx\.conf:1: unexpected end of file"),
        ("}\n", r'nginx\.conf:1: unexpected "}"'),
        ('gzip "on;', "nginx.conf: it ends in the middle of a directive"),
        ("a {" * 60 + "}" * 60, "nested more than 40 deep"),
        ("a {" * 3000, "nginx.conf"),
        ("a {" * 3000 + "}" * 3000, "nested"),
        ("x" * (600 * 1024), "bigger than 524,288 bytes"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as raised:
        _read(tmp_path, text)
    assert "\n" not in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_without_nginx_it_does_not_apply(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError):
        _gather(Installation(tmp_path, Dialect.PLAIN, live=False))


def test_the_ipv6_line_of_localhost_is_kept_with_its_number(tmp_path: Path) -> None:
    _tree(tmp_path, etc__hosts="127.0.0.1 localhost\n# ::1 localhost\n::1 ip6-localhost\n::1 localhost # both\n")
    found = _read(tmp_path, _main("")).ipv6_localhost
    assert found is not None
    assert (found.line, found.quote) == (4, "::1 localhost # both")


_WORDS = st.sampled_from(
    [
        "http", "server", "location", "listen", "proxy_pass", "include", "map", "upstream", "set", "if", "server_name",
        "{", "}", ";", " ", "\n", '"', "'", "\\", "#", "$", "${", "$a", "443", "ssl", "[::1]:80", "unix:/x", "~", "^~",
        "http://", "http://[", ":", "/v2/", "*", "*.conf", "nginx.conf", "\0", "\ufeff", "\r", "é", "a b",
    ]
)  # fmt: skip


_TEXTS = st.lists(_WORDS, max_size=40).map(lambda words: "".join(words).encode())
_INNER = _TEXTS.map(lambda text: b"http{server{location / {" + text + b"}}}")
_NOTHING = Absent("not looked at")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=200), _TEXTS, _INNER))
def test_no_input_crashes_the_reader(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "nginx.conf"
    path.write_bytes(data)
    error = ""
    try:
        found = read_nginx([path], Installation(tmp_path, Dialect.PLAIN, live=False))
    except UnreadableError as unreadable:
        error = str(unreadable)
        found = None
    if found is None:
        assert str(path) in error
        assert len(error.splitlines()) == 1
        return
    assert all(server.listens for server in found.servers)
    assert isinstance(registry_routes(found, _NOTHING, _NOTHING), tuple)
    for server in found.servers:
        for location in server.locations:
            assert all(one.addresses or one.upstream for one in destinations(location, found))
