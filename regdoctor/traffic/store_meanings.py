"""What a call of a bucket meant."""

from __future__ import annotations

import re

from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call
from regdoctor.traffic.wording import size, status_words

_CODE = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")
"""In the error documents of S3, GCS and Azure (S3 API reference, Error Responses; Azure, Status and error codes)."""
_LOOKED_AT = 4096


def meaning(call: Call, status: int) -> str:
    """What a bucket answered: `the bucket refuses HEAD with 403 and no body`."""
    method = (
        call.exchange.method if call.exchange.method.isalpha() and len(call.exchange.method) < 16 else "this method"
    )
    who = _who(call)
    if status < 300:
        return _given(call, who, method)
    if status == 304:
        return f"{who} says that the client's own copy is still good"
    if status < 400:
        return f"{who} sends the client elsewhere with {status}"
    if status == 404:
        return f"{who} has no such object{_reason(call)}"
    verb = "refuses" if status < 500 else "fails at"
    if reason := _reason(call):
        return f"{who} {verb} {method} with {status}{reason}"
    if not call.exchange.body and not call.recorded.response_size:
        return f"{who} {verb} {method} with {status} and no body"
    return f"{who} {verb} {method} with {status}: it {status_words(status)}"


def _who(call: Call) -> str:
    return "the delivery network" if call.link and call.link.kind is StoreKind.CDN else "the bucket"


def _given(call: Call, who: str, method: str) -> str:
    length = call.recorded.response_size
    thing = "the blob" if call.link is None or call.link.digest or call.sent_by else "the object"
    match method:
        case "HEAD":
            told = call.exchange.header("Content-Length") or ""
            known = f", {size(int(told))}" if told.isascii() and told.isdigit() and len(told) < 16 else ""
            return f"{who} has {thing}{known}"
        case "GET":
            return f"{who} hands out {thing}{f', {size(length)}' if length is not None else ''}"
        case "PUT" | "POST":
            return f"{who} takes what was sent"
        case "DELETE":
            return f"{who} deletes the object"
        case _:
            return f"{who} answers {call.status}"


def _reason(call: Call) -> str:
    found = _CODE.search(call.exchange.body[:_LOOKED_AT])
    if found:
        return f" {found[1].decode()}"
    code = call.exchange.header("x-ms-error-code") or ""
    return f" {code}" if code.isascii() and code.isalnum() and len(code) <= 60 else ""
