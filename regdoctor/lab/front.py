"""The nginx before the registry: its configuration in Omnibus' form, and the copy that runs here."""

from __future__ import annotations

import os
from pathlib import Path

from regdoctor.lab.ports import loopback_addresses
from regdoctor.lab.settings import Front, Settings

NGINX_CONF = """\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

user gitlab-www gitlab-www;
worker_processes 2;
error_log stderr;
pid nginx.pid;
daemon off;

events {
  worker_connections 10240;
}

http {
  sendfile on;
  keepalive_timeout 65;
  gzip on;
  gzip_types text/plain text/css application/json;

  include /var/opt/gitlab/nginx/conf/gitlab-registry.conf;
}
"""
"""/var/opt/gitlab/nginx/conf/nginx.conf, as Omnibus generates it. The nginx that runs here has a main file of its own
around the same server block: see `main_conf`."""
STATIC_PAGE = """\
<!DOCTYPE html>
<html><head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and working.</p></body></html>
"""
STATIC_FOLDER = "/usr/share/nginx/html"
"""The host's folder of the page that a misdirected name shows."""


def gitlab_registry_conf(settings: Settings) -> str:
    """/var/opt/gitlab/nginx/conf/gitlab-registry.conf, as Omnibus generates it."""
    ssl = " ssl" if settings.front.tls else ""
    listens = "\n".join(f"  listen {_bracketed(host)}:{settings.ports.public}{ssl};" for host in loopback_addresses())
    return f"""\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

###################################
##         configuration         ##
###################################

server {{
{listens}
  server_name localhost;
  server_tokens off; ## Don't show the nginx version number, a security best practice

  client_max_body_size 0;
  chunked_transfer_encoding on;

{_tls(settings.front)}
  access_log  /var/log/gitlab/nginx/gitlab_registry_access.log;
  error_log   /var/log/gitlab/nginx/gitlab_registry_error.log;

{_server_lines(settings.front)}  location / {{
{_location(settings.front, settings.internal_url)}
  }}
}}
"""


def _server_lines(front: Front) -> str:
    return "".join(f"  {line}\n" for line in front.server_lines)


def _tls(front: Front) -> str:
    if not front.tls:
        return ""
    told = "".join(f"  {directive};\n" for directive in front.tls_directives)
    return f"""\
  ## Strong SSL Security
  ssl_certificate /etc/gitlab/ssl/localhost.crt;
  ssl_certificate_key /etc/gitlab/ssl/localhost.key;
{told}\
  ssl_prefer_server_ciphers off;
  ssl_session_cache  shared:SSL:1m;
  ssl_session_tickets off;
  ssl_session_timeout  1d;
"""


def _location(front: Front, upstream: str) -> str:
    if front.static_page:
        return f"    root {STATIC_FOLDER};\n    index index.html;\n    try_files $uri /index.html;"
    headers = [f"    proxy_set_header {name} {value};" for name, value in front.proxy_set_headers.items() if value]
    hidden = [f"    proxy_hide_header {name};" for name in front.hidden_headers]
    fixed = [
        "    proxy_read_timeout 900;",
        "    proxy_cache off;",
        "    proxy_buffering off;",
        "    proxy_request_buffering off;",
        "    proxy_http_version 1.1;",
        f"    proxy_pass {upstream};",
    ]
    added = [f"    {line}" for line in front.location_lines]
    return "\n".join([*headers, *hidden, *added, *fixed])


def runnable(conf: str, root: Path) -> str:
    """`conf` with the host's paths pointing below `root`."""
    for folder in ("/etc/gitlab/", "/var/log/gitlab/", "/var/opt/gitlab/", "/usr/share/nginx/"):
        conf = conf.replace(f" {folder}", f" {root}{folder}")
    return conf


def main_conf(servers: str, run: Path, error_log: Path) -> str:
    """A whole nginx.conf around the server blocks `servers`; what nginx writes goes to the folder `run`."""
    user = "user root;" if os.geteuid() == 0 else ""  # nobody else may enter the lab's folder
    temporary = "\n".join(
        f"  {kind}_temp_path {run}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""\
{user}
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log {error_log};
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type application/octet-stream;
  types {{ text/html html; }}
{temporary}
{servers}
}}
"""


def store_front_conf(settings: Settings, store: str) -> str:
    """A server block that passes all to the object store at `store` and puts its own Date on the answers."""
    return f"""\
server {{
  listen 127.0.0.1:{settings.ports.store_front};
  client_max_body_size 0;
  location / {{
    proxy_set_header Host $http_host; # part of what S3 requests sign
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_http_version 1.1;
    proxy_pass {store};
  }}
}}
"""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
