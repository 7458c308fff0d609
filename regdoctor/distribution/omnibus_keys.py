"""Keys of gitlab.rb that Omnibus GitLab reads for the registry."""

from __future__ import annotations

import difflib

_LOGGING = (
    *("log_group", "udp_log_shipping_host", "udp_log_shipping_hostname", "udp_log_shipping_port"),
    *("svlogd_size", "svlogd_num", "svlogd_timeout", "svlogd_filter", "svlogd_udp", "svlogd_prefix"),
    *("logrotate_frequency", "logrotate_maxsize", "logrotate_size", "logrotate_rotate", "logrotate_compress"),
    *("logrotate_method", "logrotate_postrotate", "logrotate_dateformat", "logrotate_enabled"),
)
"""What every service may set over logging[…]: attributes/default.rb of the cookbook `gitlab`, libraries/logging.rb."""

REGISTRY = frozenset(
    (
        *("enable", "ha", "username", "group", "uid", "gid", "dir", "shell"),
        *("registry_http_addr", "debug_addr", "http_secret", "http_draintimeout", "token_realm", "autoredirect"),
        *("log_directory", "log_level", "log_formatter", "env_directory", "env"),
        *("rootcertbundle", "internal_key", "internal_certificate"),
        *("health_storagedriver_enabled", "storage_delete_enabled", "storage", "middleware"),
        *("validation_enabled", "compatibility_schema1_enabled"),
        *("notifications", "default_notifications_timeout", "default_notifications_threshold"),
        *("default_notifications_maxretries", "default_notifications_backoff", "default_notifications_headers"),
        *("auto_migrate", "database", "gc", "redis", "reporting", "nginx"),
        *("consul_service_name", "consul_service_meta"),
        *_LOGGING,
    )
)
"""registry[…]: attributes/default.rb, recipes and templates of the cookbook `registry`, libraries/registry.rb."""

NGINX = frozenset(
    (
        *("enable", "ha", "https", "port", "host", "fqdn", "dir", "log_directory", "error_log_level"),
        *("listen_addresses", "listen_port", "listen_https", "http2_enabled", "http3_enabled"),
        *("redirect_http_to_https", "redirect_http_to_https_port", "client_max_body_size"),
        *("ssl_certificate", "ssl_certificate_key", "ssl_client_certificate", "ssl_verify_client"),
        *("ssl_verify_depth", "ssl_ciphers", "ssl_protocols", "ssl_prefer_server_ciphers", "ssl_session_cache"),
        *("ssl_session_tickets", "ssl_session_timeout", "ssl_dhparam", "ssl_ecdh_curve", "ssl_conf_command"),
        *("ssl_password_file", "hsts_max_age", "hsts_include_subdomains", "referrer_policy"),
        *("gzip_enabled", "gzip_http_version", "gzip_comp_level", "gzip_proxied", "gzip_types"),
        *("proxy_read_timeout", "proxy_connect_timeout", "proxy_set_headers", "proxy_cache", "proxy_cache_path"),
        *("proxy_protocol", "proxy_custom_buffer_size", "request_buffering_off_path_regex"),
        *("real_ip_trusted_addresses", "real_ip_header", "real_ip_recursive"),
        *("custom_gitlab_server_config", "custom_nginx_config", "custom_error_pages"),
        *("worker_processes", "worker_connections", "log_format", "log_format_escape", "sendfile", "tcp_nopush"),
        *("tcp_nodelay", "hide_server_tokens", "keepalive_timeout", "keepalive_time", "cache_max_size"),
        *("server_names_hash_bucket_size", "default_server_enabled", "status"),
        *("consul_service_name", "consul_service_meta"),
        *_LOGGING,
    )
)
"""registry['nginx'][…] and the legacy registry_nginx[…], which began as a copy of all of nginx[…]: libraries/helpers/
nginx_helper.rb and attributes/default.rb of the cookbook `nginx`, the template of the registry's server.
"""

RAILS_REGISTRY = frozenset(
    (
        *("registry_enabled", "registry_host", "registry_port", "registry_api_url", "registry_key_path"),
        *("registry_path", "registry_issuer", "registry_notification_secret"),
    )
)
"""gitlab_rails['registry_…']: attributes/default.rb and templates/default/gitlab.yml.erb of the cookbook `gitlab`."""

MISPLACED = {
    ("gitlab_rails", "internal_key"): "registry['internal_key']",
    ("gitlab_rails", "internal_certificate"): "registry['internal_certificate']",
    ("gitlab_rails", "registry_http_addr"): "registry['registry_http_addr']",
    ("gitlab_rails", "registry_internal_key"): "registry['internal_key']",
    ("gitlab_rails", "registry_token_realm"): "registry['token_realm']",
    ("gitlab_rails", "registry_storage"): "registry['storage']",
    ("gitlab_rails", "registry_key"): "gitlab_rails['registry_key_path']",
    ("gitlab_rails", "registry_url"): "registry_external_url",
    ("gitlab_rails", "registry_external_url"): "registry_external_url",
    ("registry", "debug"): "registry['debug_addr']",
    ("registry", "http_addr"): "registry['registry_http_addr']",
    ("registry", "addr"): "registry['registry_http_addr']",
    ("registry", "issuer"): "gitlab_rails['registry_issuer']",
    ("registry", "registry_issuer"): "gitlab_rails['registry_issuer']",
    ("registry", "registry_path"): "gitlab_rails['registry_path']",
    ("registry", "path"): "gitlab_rails['registry_path']",
    ("registry", "registry_host"): "gitlab_rails['registry_host']",
    ("registry", "registry_port"): "gitlab_rails['registry_port']",
    ("registry", "registry_key_path"): "gitlab_rails['registry_key_path']",
    ("registry", "registry_api_url"): "gitlab_rails['registry_api_url']",
    ("registry", "registry_enabled"): "gitlab_rails['registry_enabled']",
    ("registry", "external_url"): "registry_external_url",
    ("registry", "registry_external_url"): "registry_external_url",
    ("registry", "maintenance"): "registry['storage']['maintenance']",
    ("registry", "redirect"): "registry['storage']['redirect']",
    ("registry", "delete"): "registry['storage_delete_enabled']",
    ("registry", "cache"): "registry['storage']['cache']",
    ("registry", "s3"): "registry['storage']['s3']",
    ("registry", "ssl_certificate"): "registry['nginx']['ssl_certificate']",
    ("registry", "ssl_certificate_key"): "registry['nginx']['ssl_certificate_key']",
    ("registry", "listen_port"): "registry['nginx']['listen_port']",
    ("registry", "listen_https"): "registry['nginx']['listen_https']",
    ("registry", "relativeurls"): "registry['env']['REGISTRY_HTTP_RELATIVEURLS']",
}
"""Names that people write where Omnibus reads nothing, and where it reads what they mean."""

_ALIKE = 0.75
"""Share of characters in common from which a name counts as a misspelling of another (difflib's ratio)."""


def meant(path: tuple[str, ...]) -> str | None:
    """What a key that Omnibus does not read was most likely meant to be, as gitlab.rb writes it; None where nothing
    is near.

    path: `registry`, `storge`, or `registry_nginx`, `listen_prt`.
    """
    known = MISPLACED.get((path[0], path[1]))
    if known is not None:
        return known
    *before, key = path
    names = NGINX if "nginx" in before or before == ["registry_nginx"] else REGISTRY
    names = RAILS_REGISTRY if before == ["gitlab_rails"] else names
    near = difflib.get_close_matches(key.lower(), sorted(names), n=1, cutoff=_ALIKE)
    return "".join((before[0], *(f"['{part}']" for part in (*before[1:], near[0])))) if near else None
