"""Settings have the names that Omnibus and the chart give them."""

from __future__ import annotations

import pytest

from regdoctor.distribution.setting_names import in_gitlab_rb, in_helm_values


@pytest.mark.parametrize(
    ("setting", "ruby", "chart"),
    [
        ("http.addr", "registry['registry_http_addr']", None),
        ("auth.token.issuer", "gitlab_rails['registry_issuer']", "global.registry.tokenIssuer"),
        ("storage.s3.bucket", "registry['storage']['s3']['bucket']", None),
        ("storage.delete.enabled", "registry['storage_delete_enabled']", None),
        (
            "storage.maintenance.readonly.enabled",
            "registry['storage']['maintenance']['readonly']['enabled']",
            "registry.maintenance.readonly.enabled",
        ),
        (
            "notifications.endpoints.1.url",
            "registry['notifications'][1]['url']",
            "global.registry.notifications.endpoints[1].url",
        ),
        ("http.relativeurls", None, "registry.relativeurls"),
        ("http.host", None, None),
    ],
)
def test_a_setting_has_its_name(setting: str, ruby: str | None, chart: str | None) -> None:
    assert in_gitlab_rb(setting) == ruby
    assert in_helm_values(setting) == chart
