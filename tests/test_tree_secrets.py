"""Secrets in any file that is read stay out of every report, also where the line that holds one is what is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import warm_runs

CANARY = "Canary7c1f9d2eSecret"
HASH = "$2y$05$" + "CanaryHash" * 5 + "abc"

PLANTED: dict[str, tuple[str, dict[str, str]]] = {
    "gitlab.rb": (
        "repository",
        {
            "gitlab.rb": f"""
registry['http_secret'] = '{CANARY}'
registry['htttp_secret'] = '{CANARY}'
registry['internal_key'] = '-----BEGIN RSA PRIVATE KEY-----\\n{CANARY}\\n-----END RSA PRIVATE KEY-----'
registry['storage'] = {{ 's3' => {{ 'accesskey' => '{CANARY} ', 'secretkey' => "{CANARY}", 'secret_key' => '{CANARY}',
  'bucket' => 'a/b', 'region' => "#{{ENV['{CANARY}']}}" }} }}
registry['notifications'] = [{{ 'name' => 'a', 'url' => 'gitlab.example.com/api/v4/container_registry_event/events',
  'headers' => {{ 'Authorization' => ['{CANARY}'] }} }}]
gitlab_rails['registry_notification_secret'] = '{CANARY}'
gitlab_rails['internal_key'] = '{CANARY}'
gitlab_rails['gitlab_default_projects_features_container_registry'] = false
registry['env'] = {{ 'REGISTRY_STORAGE_S3_SECRET_KEY' => '{CANARY}', 'REGISTRY_REDIS_PASSWORD' => '{CANARY}' }}
redis['password'] = "x" + some_method('{CANARY}')
"""
        },
    ),
    "misspelt in gitlab.rb": (
        "repository",
        {
            "gitlab.rb": f"""
registry['http_secrt'] = '{CANARY}'
registry['internal_ky'] = '{CANARY}'
registry['internal_ky'] = '{CANARY}2'
gitlab_rails['registry_notification_secrt'] = '{CANARY}'
gitlab_rails['registry_pass'] = '{CANARY}'
registry_nginx['proxy_set_headrs'] = '{CANARY}'
registry['storage'] = {{ 's3' => {{ 'bucket' => 'b', 'pasword' => '{CANARY}', 'sekret' => '{CANARY}' }} }}
registry['sekret'] = "x" + some_method('{CANARY}')
registry['env'] = {{ 'REGISTRY_HTTP_SECRT' => '{CANARY}', 'REGISTRY_REDIS_PASWORD' => '{CANARY}' }}
"""
        },
    ),
    "misspelt in config.yml": (
        "plain",
        {
            "etc/docker/registry/config.yml": f"""
sekret: {CANARY}
notifications: {{endpoints: [{{name: a, url: 'http://h/x', credentails: {CANARY}, pasword: {CANARY}}}]}}
redis: {{addr: localhost, pw: {CANARY}, pw: {CANARY}, db: {CANARY}}}
http: {{tls: {{key: /x.pem, pasphrase: {CANARY}}}, secrt: {CANARY}, secrt: {CANARY}2, http2: {{disabled: {CANARY}}}}}
"""
        },
    ),
    "misspelt in compose": (
        "compose",
        {
            "docker-compose.yml": f"""
  other:
    image: registry:3
    environment:
      - REGISTRY_HTTP_SECRT={CANARY}
      - REGISTRY_HTTP_SERCET = {CANARY}
      - REGISTRY_REDIS_PASWORD={CANARY}
      - REGISTRY_STORAGE_S3_SECRTKEY={CANARY}
      - REGISTRY_PASSPHRASE={CANARY}
    command: [garbage-collect, /etc/distribution/config.yml, --password, {CANARY}]
"""
        },
    ),
    "misspelt in the chart's values": (
        "helm",
        {
            "values.yaml": f"""
  httpSecrt: {CANARY}
  pasword: {CANARY}
  redis: {{cache: {{enabled: true, pasword: {CANARY}}}}}
"""
        },
    ),
    "crontab": (
        "omnibus",
        {
            "etc/cron.d/registry": f"""
1 1 * * * root curl -u user:{CANARY} https://registry.example.com/x && registry garbage-collect --x={CANARY}
2 1 * * * root docker exec -e REGISTRY_HTTP_SECRT={CANARY} registry registry garbage-collect -m {CANARY}
3 1 * * * root PW={CANARY} gitlab-ctl registry-garbage-colect; mail {CANARY}
4 1 * * * root sh -c 'login {CANARY}; registry garbage-collect'
5 1 * * * root gitlab-ctl registry-garbage-collect | curl -H "X: {CANARY}" http://h
"""
        },
    ),
    "misspelt in nginx": (
        "compose",
        {
            "nginx.conf": f"""
http {{ server {{ listen 81; server_name x; location /v2/ {{
  pasword {CANARY}; proxy_set_headr Authorization "Basic {CANARY}"; proxy_set_header X-Pasword {CANARY};
  proxy_pass http://registry:5000; }} }} }}
"""
        },
    ),
    "misspelt at the clients": (
        "omnibus",
        {
            "etc/containers/registries.conf": f'[[registry]]\nlocation = "m.example.com"\npasword = "{CANARY}"\n',
            "etc/containerd/certs.d/r.example.com/hosts.toml": f'pasword = "{CANARY}"\n[host."https://r.example.com"]\n'
            f'  tokn = "{CANARY}"\n  capabilities = ["{CANARY}"]\n',
            "etc/gitlab-runner/config.toml": f'[[runners]]\n  tokn = "{CANARY}"\n  executor = "docker"\n'
            f'  environment = ["DOCKER_AUTH_CONFG={CANARY}", "PASWORD={CANARY}"]\n',
        },
    ),
    "broken gitlab.rb": ("repository", {"gitlab.rb": f"registry['http_secret'] = '{CANARY}\n"}),
    "config.yml": (
        "plain",
        {
            "etc/docker/registry/config.yml": f"""
http: {{secret: {CANARY}, host: 'https://user:{CANARY}@r.example.com', sercet: {CANARY}}}
redis: {{addr: localhost, password: {CANARY}, passwrod: {CANARY}}}
proxy: {{remoteurl: 'https://user:{CANARY}@mirror.example.com', username: a, password: {CANARY}}}
notifications:
  endpoints: [{{name: a, url: 'https://u:{CANARY}@h/x', timeout: 500, headers: {{Authorization: [Bearer {CANARY}]}}}}]
"""
        },
    ),
    "broken config.yml": ("source", {"etc/docker/registry/config.yml": f"x: [1\nsecret: {CANARY}: {CANARY}\n"}),
    "compose": (
        "compose",
        {
            "docker-compose.yml": f"""
  other:
    image: registry:3
    environment:
      - REGISTRY_STORAGE_S3_ACCESS_KEY={CANARY}
      - REGISTRY_STORAGE_S3_SECRET_KEY = {CANARY}
      - REGISTRY_HTTP_SECRET={CANARY}
      - REGISTRY_HTTP_SECRETS={CANARY}
      - REGISTRY_REDIS_PASSWORD={CANARY}
      - REGISTRY_PROXY_REMOTEURL=https://user:{CANARY}@registry-1.docker.io
""",
            "auth/htpasswd": f"bob:{HASH}\nalice:{CANARY}\n",
        },
    ),
    "nginx": (
        "compose",
        {
            "nginx.conf": f"""
http {{ server {{ listen 81; server_name x; location /v2/ {{
  proxy_set_header Authorization "Basic {CANARY}"; proxy_set_header Cookie {CANARY};
  proxy_pass http://user:{CANARY}@registry:5000; client_max_body_size 1m; }} }} }}
"""
        },
    ),
    "clients": (
        "omnibus",
        {
            "etc/docker/daemon.json": "",
            "etc/containers/registries.conf": f'[[registry]]\nlocation = "http://u:{CANARY}@m.example.com"\n',
            "etc/gitlab-runner/config.toml": f'[[runners]]\n  token = "{CANARY}"\n  executor = "docker"\n'
            f'  environment = ["DOCKER_AUTH_CONFIG={CANARY}", "PASSWORD={CANARY}"]\n'
            '  [runners.docker]\n    privileged = true\n    [[runners.docker.services]]\n      name = "docker:dind"\n',
            "etc/systemd/system/registry.service": f"[Service]\nExecStart=/usr/bin/docker run -e "
            f"REGISTRY_STORAGE_S3_SECRET_KEY={CANARY} -e REGISTRY_HTTP_SECRET={CANARY} -p 5000:5000 registry:2\n",
        },
    ),
    "helm": (
        "helm",
        {
            "values.yaml": f"""
  httpSecret: {{secret: {CANARY}}}
  notifications: {{endpoints: [{{name: a, url: x, headers: {{Authorization: [{CANARY}]}}}}]}}
  redis: {{cache: {{enabled: true, password: {{secret: {CANARY}}}}}}}
  database: {{password: {CANARY}}}
"""
        },
    ),
}
"""By kind: the tree, and what is added to the files of it."""


@pytest.mark.parametrize("kind", PLANTED)
def test_no_report_shows_a_secret_of_a_file(kind: str, tmp_path: Path, plant: Callable[[str, Path], None]) -> None:
    layout, added = PLANTED[kind]
    root = tmp_path / "tree"
    plant(layout, root)
    for place, text in added.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        with (root / place).open("a") as file:
            file.write(text)
    words = ["check", "config", "--root", str(root), "--verbose"]
    formats = [word for name in ("json", "short") for word in ("--format", name, "--output", str(tmp_path / name))]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "COLUMNS": "400"}
    done = warm_runs.run([*words, *formats, "--format", "human"], stdin="", environment=environment)

    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert "Traceback" not in done.stderr
    told = {"human": done.stdout, "errors": done.stderr}
    told |= {name: (tmp_path / name).read_text() for name in ("json", "short")}
    assert told["json"]
    assert told["short"]
    for secret in (CANARY, "CanaryHash"):
        assert {name: text.count(secret) for name, text in told.items()} == dict.fromkeys(told, 0)
