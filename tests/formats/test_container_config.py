"""The configuration of a registry in a container: the image's own or a mounted file, and variables over it."""

from __future__ import annotations

import pytest

from regdoctor.formats.container_config import service_config
from regdoctor.formats.container_service import ContainerService, Mount, Variable
from regdoctor.formats.located import Computed, Located, Place, UndecidedError, UnreadableError
from regdoctor.formats.registry_config import RegistryConfig

COMPOSE = Place("/srv/compose.yml", 9, "environment")
PLACE_2 = "/etc/docker/registry/config.yml"


def _service(
    image: str = "registry:2.8.3",
    *variables: tuple[str, str | Computed],
    mounted: str = "",
    words: tuple[str, ...] = (),
) -> ContainerService:
    mounts = (Mount("bind", "./config.yml", mounted, Located("x", COMPOSE)),) if mounted else ()
    return ContainerService(
        "registry",
        COMPOSE,
        Located(image, COMPOSE, "image"),
        tuple(Variable(name, value, COMPOSE) for name, value in variables),
        mounts,
        words=words,
    )


def _config(service: ContainerService, mounted: tuple[bytes, str] | None = None) -> RegistryConfig:
    found = service_config(service, mounted)
    assert found is not None
    return found


def test_the_images_own_settings_are_defaults_without_a_line() -> None:
    address = _config(_service()).http_address()
    assert address is not None
    assert (address.text(), address.place) == (
        ":5000",
        Place("registry:2.8.3, its own config.yml", layer="default"),
    )


def test_variables_lie_over_them_with_their_own_place() -> None:
    config = _config(_service("registry:2", ("REGISTRY_HTTP_ADDR", ":1"), ("REGISTRY_HTTP_ADDR", ":6000")))
    address = config.http_address()
    assert address is not None
    assert (address.text(), address.place) == (":6000", COMPOSE)


def test_a_mounted_file_takes_the_place_of_the_images() -> None:
    service = _service(mounted=PLACE_2)
    config = _config(service, (b"version: 0.1\nhttp:\n  addr: :7000\n", "/srv/config.yml"))
    address = config.http_address()
    assert address is not None
    assert (address.text(), address.place) == (":7000", Place("/srv/config.yml", 3))
    assert config.storage_driver() is None


@pytest.mark.parametrize(
    "service",
    [
        _service(mounted=PLACE_2),
        _service(mounted="/etc/docker"),
        _service("registry", mounted=PLACE_2),
        _service(words=("serve", "/own.yml")),
        _service("registry:3", words=("serve", PLACE_2)),
        _service("acme/other:1"),
        _service("r.example.com/gitlab-container-registry:v4"),
    ],
)
def test_a_file_that_is_not_to_be_had_is_no_configuration(service: ContainerService) -> None:
    assert service_config(service, None) is None


def test_a_file_at_the_other_generations_place_leaves_the_images_own() -> None:
    assert _config(_service("registry:3", mounted=PLACE_2)).storage_driver() is not None


def test_what_the_tag_does_not_tell_is_computed() -> None:
    config = _config(_service("registry:latest"))
    assert config.storage_driver() is not None
    with pytest.raises(UndecidedError, match="does not tell whether it is distribution 2 or 3"):
        config.at("http", "debug", "addr")
    told = _config(_service("registry:latest", ("REGISTRY_HTTP_DEBUG_ADDR", ":5001"))).debug_address()
    assert told is not None
    assert told.text() == ":5001"


def test_a_variable_of_the_shell_is_computed_where_it_stands() -> None:
    config = _config(
        _service(
            "registry:2",
            ("REGISTRY_STORAGE", "s3"),
            ("REGISTRY_STORAGE_S3_BUCKET", Computed("${BUCKET}")),
            ("REGISTRY_STORAGE_S3_SECRETKEY", Computed("${KEY}")),
            ("REGISTRY_HTTP_RELATIVEURLS", Computed("${RELATIVE}")),
            ("REGISTRY_LOG_LEVEL", "debug"),
        )
    )
    driver = config.storage_driver()
    assert driver is not None
    assert driver[0] == "s3"
    for value in (driver[1].at("bucket"), driver[1].at("secretkey"), config.at("http", "relativeurls")):
        assert value is not None
        assert isinstance(value.value, Computed)
    assert not config.problems
    assert [one.name for one in config.overrides if isinstance(one.value, Computed)] == [
        "REGISTRY_HTTP_RELATIVEURLS",
        "REGISTRY_STORAGE_S3_BUCKET",
        "REGISTRY_STORAGE_S3_SECRETKEY",
    ]


def test_a_computed_driver_is_not_guessed() -> None:
    config = _config(_service("registry:2", ("REGISTRY_STORAGE", Computed("${DRIVER}"))))
    with pytest.raises(UndecidedError, match="REGISTRY_STORAGE"):
        config.at("storage", "filesystem")


def test_lists_are_reached_by_the_rules_of_the_image() -> None:
    names = ("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", "https://x.example.com")
    assert _config(_service("registry:3", names)).at("notifications", "endpoints") is not None
    assert _config(_service("registry:2", names)).ignored


def test_a_broken_mounted_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^/srv/config\.yml:1: "):
        service_config(_service(mounted=PLACE_2), (b"a: [", "/srv/config.yml"))
