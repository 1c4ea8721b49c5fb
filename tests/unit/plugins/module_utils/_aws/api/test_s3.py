# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire for one call, with a real client and a server that answers as told."""

from __future__ import annotations

import http.server
import threading

import pytest

boto3 = pytest.importorskip("boto3")
config = pytest.importorskip("botocore.config")

from ansible_collections.perimeter.s3.plugins.module_utils._aws.api import s3  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError  # noqa: E402
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.s3_errors import BucketError, Kind  # noqa: E402
from ansible_collections.perimeter.s3.tests.unit.plugins.module_utils._aws.module_fake import (  # noqa: E402
    FakeModule,
    Refused,
)

REDIRECT = (301, {"x-amz-bucket-region": "eu-west-1"}, "<Error><Code>PermanentRedirect</Code></Error>")
NO_POLICY = "<Error><Code>NoSuchBucketPolicy</Code></Error>"
POLICY = (200, {}, '{"Statement": []}')
SLOW_DOWN = (503, {}, "<Error><Code>SlowDown</Code></Error>")
NO_ANSWER = None


class Server(http.server.ThreadingHTTPServer):
    """Answers with the next of ``answers`` (the last one for ever); ``requests`` holds method, path and headers."""

    def __init__(self) -> None:
        self.answers: list = []
        self.requests: list = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is NO_ANSWER:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def client(server: Server, **settings: object):
    return s3.once_only(
        boto3.client(
            "s3",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="s",  # a word, not a secret
            config=config.Config(**settings),
        )
    )


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
@pytest.mark.parametrize("answer, kind", [(SLOW_DOWN, Kind.THROTTLED), (NO_ANSWER, Kind.UNCERTAIN)])
def test_a_request_is_sent_once_whatever_the_user_configured(server, mode, answer, kind):
    server.answers = [answer]
    with pytest.raises(BucketError) as caught:
        s3.put_bucket_policy(client(server, retries={"mode": mode, "max_attempts": 5}), "logs", "111122223333", "{}")
    assert caught.value.kind is kind
    assert len(server.requests) == 1


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_a_bucket_is_followed_to_its_region_and_its_region_is_remembered(server, mode):
    server.answers = [REDIRECT, POLICY]
    one = client(server, retries={"mode": mode})
    for _time in range(2):
        found = s3.get_bucket_policy(one, "logs", "111122223333")
        assert found == s3.BucketPolicy('{"Statement": []}', "eu-west-1")
    signed_for = [headers["Authorization"].split("/")[2] for _method, _path, headers in server.requests]
    assert signed_for == ["us-east-1", "eu-west-1", "eu-west-1"]


# The answer -> the Region of the bucket. Without a header it is the one that was asked.
REGIONS = [
    ("not told", (200, {}, "{}"), "us-east-1"),
    ("told", (200, {"x-amz-bucket-region": "eu-south-2"}, "{}"), "eu-south-2"),
    ("told with an error", (404, {"x-amz-bucket-region": "eu-south-2"}, NO_POLICY), "eu-south-2"),
]


@pytest.mark.parametrize("answer, region", [row[1:] for row in REGIONS], ids=[row[0] for row in REGIONS])
def test_where_a_bucket_is_costs_no_call(server, answer, region):
    server.answers = [answer]
    assert s3.get_bucket_policy(client(server), "logs", None).region == region
    assert len(server.requests) == 1


DENIALS = [({"x-amz-bucket-region": "eu-south-2"}, "eu-south-2"), ({}, None)]


@pytest.mark.parametrize("headers, region", DENIALS)
def test_an_error_tells_no_region_that_s3_does_not_tell(server, headers, region):
    server.answers = [(403, headers, "<Error><Code>AccessDenied</Code></Error>")]
    with pytest.raises(BucketError) as caught:
        s3.get_bucket_policy(client(server), "logs", None)
    assert (caught.value.region, caught.value.because("of that").region) == (region, region)


@pytest.mark.parametrize("owner, header", [("111122223333", "111122223333"), (None, None)])
@pytest.mark.parametrize("bucket", ["logs", "my.dotted.logs", "My_Legacy_Bucket"])
def test_the_expected_owner_goes_with_every_call(server, owner, header, bucket):
    server.answers = [(200, {}, "{}")]
    one = client(server)
    s3.get_bucket_policy(one, bucket, owner)
    s3.put_bucket_policy(one, bucket, owner, "{}")
    s3.delete_bucket_policy(one, bucket, owner)
    s3.head_bucket(one, bucket, owner)
    assert [(method, path.rstrip("/")) for method, path, _headers in server.requests] == [
        ("GET", f"/{bucket}?policy"),
        ("PUT", f"/{bucket}?policy"),
        ("DELETE", f"/{bucket}?policy"),
        ("HEAD", f"/{bucket}"),
    ]
    assert {headers.get("x-amz-expected-bucket-owner") for *_request, headers in server.requests} == {header}


ABSENT = [
    (s3.get_bucket_policy, "NoSuchBucketPolicy", s3.BucketPolicy(None, "us-east-1")),
    (s3.delete_bucket_policy, "NoSuchBucketPolicy", None),
    (s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", {}),
]


@pytest.mark.parametrize("call, code, result", ABSENT)
def test_what_is_not_there_is_no_error(server, call, code, result):
    server.answers = [(404, {}, f"<Error><Code>{code}</Code></Error>")]
    assert call(client(server), "logs", None) == result


def test_the_detail_of_an_error_is_read(server):
    body = (
        "<Error><Code>MalformedPolicy</Code><Message>Invalid principal in policy</Message>"
        "<Detail>&quot;AWS&quot; : &quot;arn:aws:iam::111122223333:role/typo&quot;</Detail></Error>"
    )
    server.answers = [(400, {}, body)]
    with pytest.raises(BucketError, match="role/typo") as caught:
        s3.put_bucket_policy(client(server), "logs", None, "{}")
    assert caught.value.kind is Kind.INVALID_PRINCIPAL


@pytest.mark.parametrize(
    "prefix, region, sent",
    [
        (None, None, {}),
        ("logs-", None, {"Prefix": "logs-"}),
        ("", "eu-west-1", {"BucketRegion": "eu-west-1"}),
    ],
)
def test_buckets_are_listed_page_by_page(prefix, region, sent):
    def answer(asked):
        if asked.get("ContinuationToken"):
            return {"Buckets": [{"Name": "b"}]}
        return {"Buckets": [{"Name": "a", "BucketRegion": "eu-west-1"}], "ContinuationToken": "t"}

    module = FakeModule({}, {"ListBuckets": answer})
    known = module.client("s3").meta.service_model.operation_model("ListBuckets").input_shape.members
    if not sent.keys() <= known.keys():
        pytest.skip("this botocore does not know the filters of ListBuckets")
    found = s3.list_buckets(module.client("s3"), prefix, region)
    assert found == [{"Name": "a", "BucketRegion": "eu-west-1"}, {"Name": "b"}]
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html: without a number there are no pages.
    first = {"MaxBuckets": 1000, **sent}
    assert [one for _name, one in module.asked] == [first, {**first, "ContinuationToken": "t"}]


def test_who_may_not_list_buckets_is_told():
    with pytest.raises(CallError, match=r"^Cannot list the buckets: ") as caught:
        s3.list_buckets(FakeModule({}, {"ListBuckets": Refused("AccessDenied")}).client("s3"), None, None)
    assert (caught.value.call, caught.value.resource) == ("s3:ListAllMyBuckets", "*")
    assert s3.list_buckets(FakeModule({}, {"ListBuckets": {}}).client("s3"), None, None) == []


def test_tags_of_a_bucket():
    tags = {"TagSet": [{"Key": "team", "Value": "web"}, {"Key": "a", "Value": ""}]}
    module = FakeModule({}, {"GetBucketTagging": tags})
    assert s3.get_bucket_tagging(module.client("s3"), "logs", "111122223333") == {"team": "web", "a": ""}
    assert module.asked == [("GetBucketTagging", {"Bucket": "logs", "ExpectedBucketOwner": "111122223333"})]
    none = FakeModule({}, {"GetBucketTagging": Refused("NoSuchTagSet", status=404)})
    assert s3.get_bucket_tagging(none.client("s3"), "logs", None) == {}
    with pytest.raises(BucketError, match=r"^Cannot read the tags of bucket logs: "):
        s3.get_bucket_tagging(FakeModule({}, {"GetBucketTagging": Refused("AccessDenied")}).client("s3"), "logs", None)


def test_block_public_access_of_a_bucket():
    settings = {"BlockPublicAcls": True, "BlockPublicPolicy": False}
    module = FakeModule({}, {"GetPublicAccessBlock": {"PublicAccessBlockConfiguration": settings}})
    assert s3.get_public_access_block(module.client("s3"), "logs", None) == settings
    denied = FakeModule({}, {"GetPublicAccessBlock": Refused("AccessDenied")})
    with pytest.raises(BucketError, match=r"^Cannot read the Block Public Access settings of bucket logs: "):
        s3.get_public_access_block(denied.client("s3"), "logs", None)
