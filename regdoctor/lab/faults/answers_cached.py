"""nginx keeps the registry's answers for whoever asks next."""

from regdoctor.lab.fault import Fault
from regdoctor.lab.stack import Stack

_PATH = "proxy_cache_path /var/log/gitlab/nginx/cache keys_zone=registry:1m;\n\nserver {"


def _cache(stack: Stack) -> None:
    stack.tree.edit(stack.tree.nginx_conf, "proxy_cache off;", "proxy_cache registry;\n    proxy_cache_valid 200 10m;")
    stack.tree.edit(stack.tree.nginx_conf, "server {", _PATH)


FAULT = Fault(
    title="nginx keeps answers, and gives them to whoever asks next",
    check="blobs_compressed_or_cached",
    failure_modes=("PROXY-20",),
    arguments=("--fail-on", "warning"),
    files=_cache,
)
