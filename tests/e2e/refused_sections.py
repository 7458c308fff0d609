"""What docker-registry 2.8.2 does not start with, of every section but storage."""

from __future__ import annotations

from tests.e2e.configuration_case import OPEN, TOKEN, Case, auth

REFUSED_SECTIONS = {
    "no version": Case("version_unsupported", {"version": None}, 'unsupported version: ""'),
    "version 0.2": Case("version_unsupported", {"version": 0.2}, 'unsupported version: "0.2"'),
    "version 1": Case("version_unsupported", {"version": 1}, "index out of range [1] with length 1 [recovered]"),
    "version v0.1": Case("version_unsupported", {"version": "v0.1"}, 'strconv.ParseUint: parsing "v0"'),
    "level warning": Case(
        "log_level_invalid", {"log": {"level": "warning"}}, "warning Must be one of [error, warn, info, debug]"
    ),
    "level trace": Case("log_level_invalid", {"loglevel": "trace"}, "invalid loglevel trace", {"loglevel": None}),
    "misspelt switch": Case(
        "switch_malformed", {"http": {"relativeurls": "ture"}}, "cannot unmarshal !!str `ture` into bool"
    ),
    "quoted switch": Case(
        "switch_malformed", {"http": {"relativeurls": "true"}}, "cannot unmarshal !!str `true` into bool"
    ),
    "switch as a number": Case(
        "switch_malformed", {"http": {"relativeurls": 1}}, "cannot unmarshal !!int `1` into bool"
    ),
    "header text": Case(
        "http_headers_not_lists",
        {"http": {"headers": {"X-A": "b"}}},
        "cannot unmarshal !!str `b` into []string",
        {"http": {"headers": {"X-A": ["b"]}}},
    ),
    "headers list": Case(
        "http_headers_not_lists", {"http": {"headers": ["a"]}}, "into http.Header", {"http": {"headers": None}}
    ),
    "header of a webhook": Case(
        "http_headers_not_lists",
        {"notifications": {"endpoints": [{"name": "a", "url": "http://127.0.0.1:1", "headers": {"X-A": "b"}}]}},
        "cannot unmarshal !!str `b` into []string",
        {"notifications": None},
    ),
    "duration in quotes": Case(
        "duration_without_unit", {"http": {"draintimeout": "60"}}, "cannot unmarshal !!str `60` into time.Duration"
    ),
    "duration in days": Case(
        "duration_without_unit",
        {"health": {"storagedriver": {"interval": "1d"}}},
        "cannot unmarshal !!str `1d` into time.Duration",
    ),
    "two schemes": Case(
        "auth_scheme_not_one",
        auth(token=TOKEN, silly={"realm": "r", "service": "s"}),
        "must provide exactly one type. Provided: [",
        OPEN,
    ),
    "unknown scheme": Case(
        "auth_scheme_not_one", auth(basic={}), "no access controller registered with name: basic", OPEN
    ),
    **{
        f"token without {option}": Case(
            "token_option_missing",
            auth(token={key: value for key, value in TOKEN.items() if key != option}),
            f'token auth requires a valid option string: "{option}"',
            OPEN,
        )
        for option in TOKEN
    },
    "autoredirect text": Case(
        "token_option_missing",
        auth(token={**TOKEN, "autoredirect": "true"}),
        "token auth requires a valid option bool: autoredirect",
        OPEN,
    ),
    **{
        f"pattern {pattern}": Case(
            "manifest_url_pattern_invalid",
            {"validation": {"manifests": {"urls": {"allow": [pattern]}}}},
            f"validation.manifests.urls.allow: error parsing regexp: {problem}",
        )
        for pattern, problem in {
            "(": "missing closing )",
            "*.example.com": "missing argument to repetition operator",
            "(?=a)": "invalid or unsupported Perl syntax",
            "a**": "invalid nested repetition operator",
            "\\Z": "invalid escape sequence",
        }.items()
    },
    "pattern without a list": Case(
        "manifest_url_pattern_invalid",
        {"validation": {"manifests": {"urls": {"deny": "a"}}}},
        "into []string",
        {"validation": None},
    ),
    "address without a port": Case(
        "http_address_malformed",
        {"http": {"addr": "127.0.0.1"}},
        "missing port in address",
        {"http": {"addr": "127.0.0.1:@PORT"}},
    ),
    "address with a scheme": Case(
        "http_address_malformed", {"http": {"addr": "http://127.0.0.1:@PORT"}}, "too many colons in address"
    ),
    "kind of network": Case("http_address_malformed", {"http": {"net": "tcp4"}}, "unknown address type tcp4"),
    "debug address": Case(
        "http_address_malformed",
        {"http": {"debug": {"addr": "5001"}}},
        "missing port in address",
        {"http": {"debug": None}},
    ),
    "metrics over health": Case(
        "prometheus_path_malformed",
        {"http": {"debug": {"addr": "127.0.0.1:@DEBUG", "prometheus": {"enabled": True, "path": "/debug/health"}}}},
        "http: multiple registrations for /debug/health",
    ),
}
