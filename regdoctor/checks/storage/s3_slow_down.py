"""S3-18: the object store asks for fewer requests."""

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.registry_storage import storage_error_of
from regdoctor.evidence.s3_access import S3Access
from regdoctor.evidence.s3_bucket import BucketSettings, StoreAnswer
from regdoctor.evidence.store_answers import bucket_of, code_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.remedies.object_store import in_the_store
from regdoctor.sign import REFUSALS, sign

_CODES = ("SlowDown", "SlowDownRead", "SlowDownWrite", "RequestLimitExceeded", "TooManyRequests", "ErrTooManyRequest")
_TOO_MANY = 429
_RATE = 100
"""Requests a second to begin with; GitLab's registry has 350 by default."""


@check(
    title="The object store takes as many requests as are sent",
    severity=Severity.WARNING,
    failure_modes=("S3-18",),
    symptoms=("SlowDown: Please reduce your request rate", "s3aws: SlowDown"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html",
)
def s3_slow_down(
    bucket: BucketSettings, config: RegistryConfig, access: S3Access | Absent, product: Product
) -> Outcome:
    """A store that gets more requests than it takes answers some of them with 503 SlowDown, or 429.

    The registry tries again a few times, and then answers its client with 500 and the code UNKNOWN. Garbage
    collection, replication and many clients at once bring it about; a store of your own may have a low limit, or be
    short of disks.

    Let the store take more, or fewer ask it at once. In GitLab's registry set maxrequestspersecond below the limit of
    the store (the default is 350), so that the registry waits instead of failing.
    """
    other = access.calls if isinstance(access, S3Access) else ()
    answers = (*bucket.answers, *(StoreAnswer(call.action, call.exchange) for call in other))
    slowed = [answer for answer in answers if _slowed(answer)]
    if not slowed:
        return (
            Unknown(bucket.unanswered) if bucket.unanswered else Pass(f"no answer of {len(answers)} asks to slow down")
        )
    parameters = s3_parameters(config)
    own = (
        change(
            parameters.setting("maxrequestspersecond"),
            _RATE,
            "Let the registry send fewer requests a second than the store takes.",
            now=parameters.value("maxrequestspersecond"),
        )
        if parameters is not None and product.must_be(Generation.GITLAB)
        else in_the_store(
            "Raise the limit of requests at the store, or run less beside the registry at the same time: this registry "
            "has no setting for it."
        )
    )
    quotes: tuple[Quote, ...] = tuple(answer.quote() for answer in slowed[:3])
    return Fail(
        f"The object store answered {len(slowed)} of {len(answers)} requests with {_said(slowed[0])}: it gets more "
        "than it takes, and pushes and pulls fail now and then",
        evidence=(bucket.named_by, *quotes),
        resource=short(bucket.endpoint.url),
        remedy=own,
    )


def _slowed(answer: StoreAnswer) -> bool:
    error = answer.error
    return answer.exchange.status == _TOO_MANY or (error is not None and error.code in _CODES)


def _said(answer: StoreAnswer) -> str:
    error = answer.error
    return f"{answer.exchange.status} {short(error.code) if error is not None else ''}".rstrip()


@sign(s3_slow_down, parts=(Part.STORE, Part.REGISTRY), statuses=REFUSALS)
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """Said to a client by the bucket itself, or by the registry of its own calls."""
    link = refusing_link(call, StoreKind.S3) if call.status in (503, _TOO_MANY) else None
    if link is not None and (call.status == _TOO_MANY or code_of(call) in _CODES):
        said, quotes, resource = f"{call.status} {code_of(call)}".rstrip(), quotes_of(call, story), bucket_of(link)
    elif (error := storage_error_of(call)) is not None and any(f"{code}:" in error.text for code in _CODES):
        said, quotes, resource = short(error.text), (call.exchange.quote(), error.quote), origin_of(call)
    else:
        return None
    return Fail(
        f"The object store asks for fewer requests ({said}): pushes and pulls fail now and then",
        evidence=quotes,
        resource=resource,
        remedy=in_the_store(
            "Raise the limit of requests at the store, or run less beside the registry at the same time; GitLab's "
            "registry has storage.s3.maxrequestspersecond for it."
        ),
    )
