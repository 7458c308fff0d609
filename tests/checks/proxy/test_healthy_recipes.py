"""The recipes that the registry's and GitLab's own documentation give cause no finding in any check of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.catalogue import checks
from regdoctor.check import Check, Fail, Pass, Skip
from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.nginx_config import NginxConfig

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.proxy.conftest import Proxied

TOKEN = """
http: {{addr: "{addr}"}}
auth: {{token: {{realm: https://gitlab.example.com/jwt/auth, service: container_registry}}}}
"""
GITLAB = """
production:
  gitlab: {host: gitlab.example.com, port: 443, https: true}
  registry: {enabled: true, host: registry.example.com, port: %d}
"""
COMPOSE = """
services:
  registry: {image: "registry:2"}
  nginx: {image: "nginx:1.27", volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]}
"""
DISTRIBUTION_RECIPE = """
  upstream docker-registry { server registry:5000; }
  map $upstream_http_docker_distribution_api_version $docker_distribution_api_version {
    '' 'registry/2.0';
  }
  server {
    listen 443 ssl;
    server_name registry.example.com;
    ssl_certificate /etc/nginx/conf.d/domain.crt;
    ssl_certificate_key /etc/nginx/conf.d/domain.key;
    client_max_body_size 0;
    chunked_transfer_encoding on;
    location /v2/ {
      if ($http_user_agent ~ "^(docker\\/1\\.(3|4|5(?!\\.[0-9]-dev))|Go ).*$" ) { return 404; }
      add_header 'Docker-Distribution-Api-Version' $docker_distribution_api_version always;
      proxy_pass http://docker-registry;
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 900;
    }
  }
"""
GITLAB_RECIPE = """
  gzip on;
  gzip_types text/plain text/css application/json;
  client_max_body_size 250m;
  upstream gitlab-workhorse { server unix:/var/opt/gitlab/gitlab-workhorse/sockets/socket; }
  server {
    listen *:443 ssl;
    server_name gitlab.example.com;
    ssl_certificate a.crt;
    ssl_certificate_key a.key;
    location / {
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header Host $http_host;
      proxy_pass http://gitlab-workhorse;
    }
  }
  server { listen *:80; server_name registry.example.com; return 301 https://$http_host$request_uri; }
  server {
    listen *:5050 ssl;
    server_name registry.example.com;
    ssl_certificate a.crt;
    ssl_certificate_key a.key;
    client_max_body_size 0;
    location / {
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-Ssl on;
      proxy_read_timeout 900;
      proxy_cache off;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_http_version 1.1;
      proxy_pass http://localhost:5000;
    }
  }
"""
BEHIND_A_BALANCER = """
  map $http_x_forwarded_proto $proto { default $http_x_forwarded_proto; '' $scheme; }
  server {
    listen 80;
    server_name registry.example.com;
    client_max_body_size 10g;
    location /v2 {
      set $registry http://127.0.0.1:5000;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto $proto;
      proxy_pass $registry;
    }
  }
"""
FAMILY = [item for item in checks() if item.family == "proxy" and "nginx" in item.inputs]


@pytest.mark.parametrize("item", FAMILY, ids=lambda item: item.name)
@pytest.mark.parametrize(
    ("servers", "addr", "port"),
    [
        (DISTRIBUTION_RECIPE, ":5000", 443),
        (GITLAB_RECIPE, "localhost:5000", 5050),
        (BEHIND_A_BALANCER, "127.0.0.1:5000", 443),
    ],
    ids=["distribution", "gitlab", "balancer"],
)
def test_a_recipe_is_healthy(item: Check, servers: str, addr: str, port: int, proxied: Proxied, given: Given) -> None:
    nginx: NginxConfig = proxied.read(servers)
    compose = parse_compose_file([(COMPOSE.encode(), str(proxied.folder / "root/etc/nginx/docker-compose.yml"))])
    outcomes = proxied.outcomes(
        item,
        nginx,
        **{
            name: value
            for name, value in {
                "config": given.config(TOKEN.format(addr=addr)),
                "gitlab": given.gitlab(GITLAB % port),
                "compose": compose,
            }.items()
            if name in item.inputs
        },
    )
    assert outcomes
    assert not [outcome for outcome in outcomes if isinstance(outcome, Fail)]
    assert all(isinstance(outcome, Pass | Skip) for outcome in outcomes), outcomes
