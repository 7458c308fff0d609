"""What TLS settings and clients' files do to a real docker-registry, dockerd and skopeo is what the checks claim."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome
from regdoctor.checks.clients.certs_d_file_misnamed import certs_d_file_misnamed
from regdoctor.checks.clients.daemon_json_unreadable import daemon_json_unreadable
from regdoctor.checks.clients.insecure_registry_with_scheme import insecure_registry_with_scheme
from regdoctor.checks.tls.client_certificates_demanded import client_certificates_demanded
from regdoctor.checks.tls.letsencrypt_and_certificate import letsencrypt_and_certificate
from regdoctor.checks.tls.tls_pair_unusable import tls_pair_unusable
from regdoctor.checks.tls.tls_setting_invalid import tls_setting_invalid
from regdoctor.distribution.tls_settings import CIPHER_SUITES
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.formats.registries_conf import RegistriesConfs, parse_registries_conf
from regdoctor.injection import Absent
from regdoctor.lab.certificates import Authority
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.probes.certs_d import certs_d
from regdoctor.probes.tls_files import tls_files
from tests.e2e.lone_registry import LoneRegistry

NOWHERE = "docker://127.0.0.1:1/app:1"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Two pairs of one authority, as files: a.crt with a.key, b.crt with b.key, ca.crt."""
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority("tests")
    written = {"ca.crt": authority.certificate}
    for name in ("a", "b"):
        pair = authority.issue_for_localhost()
        written |= {f"{name}.crt": pair.certificate, f"{name}.key": pair.key}
    for name, text in written.items():
        (folder / name).write_text(text)
    return {name: folder / name for name in written}


def configuration(settings: Iterable[str]) -> str:
    """A whole config.yml with these lines of http.tls."""
    lines = "".join(f"    {line}\n" for line in settings)
    return f"version: 0.1\nstorage: {{inmemory: {{}}}}\nhttp:\n  addr: 127.0.0.1:@PORT\n  tls:\n{lines}"


def findings(item: Check, **evidence: object) -> list[Fail]:
    """The findings of a check."""
    told = item.judge(**evidence)
    return [one for one in ([told] if isinstance(told, Outcome) else told) if isinstance(one, Fail)]


def pair(tls: Mapping[str, Path], certificate: str = "a.crt", key: str = "a.key") -> list[str]:
    """The two lines of a pair."""
    return [f"certificate: {tls[certificate]}", f"key: {tls[key]}"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("minimumtls: TLSv1.2", "unknown minimum TLS level 'TLSv1.2' specified for http.tls.minimumtls"),
        ("minimumtls: tls1.4", "unknown minimum TLS level 'tls1.4' specified for http.tls.minimumtls"),
        ("ciphersuites: [ECDHE-RSA-AES128-GCM-SHA256]", "unknown TLS cipher suite 'ECDHE-RSA-AES128-GCM-SHA256'"),
    ],
)
def test_an_unknown_word_stops_the_registry(
    tls: Mapping[str, Path], lone_registry: LoneRegistry, line: str, says: str
) -> None:
    settings = [*pair(tls), line]
    said = lone_registry.refuse(configuration(settings))
    config = lone_registry.config()

    assert says in said
    assert any(symptom in said for symptom in tls_setting_invalid.symptoms)
    assert [fail.evidence[0].line for fail in findings(tls_setting_invalid, config=config)] == [8]


def test_lets_encrypt_beside_a_certificate_stops_the_registry(
    tls: Mapping[str, Path], lone_registry: LoneRegistry
) -> None:
    settings = [*pair(tls), f"letsencrypt: {{cachefile: {lone_registry.folder}/cache}}"]
    said = lone_registry.refuse(configuration(settings))
    config = lone_registry.config()

    assert letsencrypt_and_certificate.symptoms[0] in said
    assert len(findings(letsencrypt_and_certificate, config=config)) == 1


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (("certificate: {a.crt}", "key: {b.key}"), "tls: private key does not match public key"),
        (("certificate: {a.key}", "key: {a.key}"), "tls: failed to find certificate PEM data in certificate input"),
        (("certificate: {a.crt}",), "open : no such file or directory"),
        (("certificate: /none.crt", "key: {a.key}"), "open /none.crt: no such file or directory"),
    ],
)
def test_what_is_no_pair_stops_the_registry(
    tls: Mapping[str, Path], lone_registry: LoneRegistry, settings: tuple[str, ...], says: str
) -> None:
    filled = [line.replace("{", "").replace("}", "") for line in settings]
    for name, path in tls.items():
        filled = [line.replace(f" {name}", f" {path}") for line in filled]
    said = lone_registry.refuse(configuration(filled))
    absent = Absent("not part of this test", applicable=False)
    here = Installation(Path("/"), Dialect.PLAIN, live=False)
    files = tls_files.gather(here, lone_registry.config(), absent, absent)

    assert says in said
    assert len(findings(tls_pair_unusable, files=files)) == 1


def test_every_cipher_suite_is_known_and_clients_without_a_certificate_are_refused(
    tls: Mapping[str, Path], lone_registry: LoneRegistry
) -> None:
    words = ", ".join(CIPHER_SUITES)
    settings = [*pair(tls), "minimumtls: tls1.2", f"ciphersuites: [{words}]", f"clientcas: [{tls['ca.crt']}]"]
    lone_registry.serve(configuration(settings))
    context = ssl.create_default_context(cafile=tls["ca.crt"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # with 1.3 the refusal comes after the handshake
    with (
        socket.create_connection(("127.0.0.1", lone_registry.port), timeout=10) as plain,
        pytest.raises(ssl.SSLError) as refused,
    ):
        context.wrap_socket(plain, server_hostname="localhost")

    assert "ALERT" in str(refused.value).upper()
    config = lone_registry.config()
    product = Product(Generation.DISTRIBUTION_2, (2, 8, 2))
    unseen = Absent("not part of this test")
    found = findings(client_certificates_demanded, config=config, product=product, looks=unseen, rb=unseen)
    assert len(found) == 1
    assert findings(tls_setting_invalid, config=config) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"debug": true,}', "looking for beginning of object key string"),
        (
            '{"insecure-registries": "a:5000"}',
            "cannot unmarshal string into Go struct field Config.insecure-registries",
        ),
        ('{"debug": "true"}', "cannot unmarshal string into Go struct field Config.debug"),
        ('{"Insecure-Registries": ["a:5000"]}', "the following directives don't match any configuration option"),
    ],
)
def test_dockerd_refuses_the_file(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "daemon.json"
    file.write_text(text)
    command: list[str | Path] = [find_program("dockerd"), "--config-file", file, "--data-root", tmp_path / "data"]
    done = subprocess.run(
        [*command, "--exec-root", tmp_path / "exec", "--pidfile", tmp_path / "pid", "-H", f"unix://{tmp_path}/socket"],
        env=minimal_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode != 0
    assert says in done.stderr
    daemons = DockerDaemons((parse_docker_daemon(text.encode(), str(file)),))
    assert len(findings(daemon_json_unreadable, daemons=daemons)) == 1


def skopeo(folder: Path, *options: str | Path) -> str:
    """What skopeo says when it is asked for an image where nobody listens."""
    command: list[str | Path] = [find_program("skopeo"), *options[:2], "inspect", *options[2:], NOWHERE]
    environment = minimal_environment(folder)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stderr


@pytest.mark.parametrize(
    "text",
    [
        '[[registry]]\nlocation = "https://a.example.com"\n',
        '[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "http://m"\n',
        '[registries.insecure]\nregistries = ["https://a.example.com"]\n',
        'unqualified-search-registries = ["https://docker.io"]\n',
    ],
)
def test_skopeo_refuses_an_address_with_a_scheme(tmp_path: Path, text: str) -> None:
    file = tmp_path / "registries.conf"
    file.write_text(text)
    confs = RegistriesConfs((parse_registries_conf(text.encode(), str(file)),))

    assert "URI schemes are not supported" in skopeo(tmp_path, "--registries-conf", file)
    assert len(findings(insecure_registry_with_scheme, daemons=Absent("none"), registries=confs)) == 1


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"ca.crt": "ca.cert"}, "missing key ca.key for client certificate ca.cert"),
        ({"ca.crt": "ca.crt", "a.key": "a.key"}, "missing client certificate a.cert for key a.key"),
        ({"a.crt": "a.cert", "b.key": "a.key"}, "tls: private key does not match public key"),
        ({"ca.crt": "ca.crt", "a.crt": "a.cert", "a.key": "a.key"}, "connection refused"),
    ],
)
def test_skopeo_reads_certs_d_by_the_endings(
    tls: Mapping[str, Path], tmp_path: Path, files: Mapping[str, str], says: str
) -> None:
    folder = tmp_path / "etc/containers/certs.d/127.0.0.1:1"
    folder.mkdir(parents=True)
    for source, name in files.items():
        (folder / name).write_bytes(tls[source].read_bytes())
    certs = certs_d.gather(Installation(tmp_path, Dialect.PLAIN, live=False))

    assert says in skopeo(tmp_path, "--debug", "--insecure-policy", "--cert-dir", folder)
    assert len(findings(certs_d_file_misnamed, certs=certs, hosts=Absent("none"))) == (says != "connection refused")
