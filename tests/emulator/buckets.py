# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Buckets as S3 keeps them: who owns them, and which policies it takes and when it shows them."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from moto.backends import get_backend

from tests.emulator.answers import Answer, Refused, json_answer, xml
from tests.emulator.bucket_policy import check, is_public
from tests.emulator.call import Call
from tests.emulator.decide import denied_objects
from tests.emulator.iam import as_kept
from tests.emulator.permissions import keys_to_delete
from tests.emulator.state import Settings

_POLICY_WRITES = ("PutBucketPolicy", "DeleteBucketPolicy")
_ABORTED = "A conflicting conditional operation is currently in progress against this resource. Please try again."

_BLOCKED = (
    "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the "
    "BlockPublicPolicy setting in S3 Block Public Access."
)


class Buckets:
    """Corrections of S3; ``before`` refuses or answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hidden = 0
        # Bucket -> the policy that is still shown, and how many reads show it.
        self._stale: dict[str, tuple[bytes | None, int]] = {}

    def reset(self) -> None:
        self._stale.clear()

    def hide_next_write(self, reads: int = 2) -> None:
        """Let so many reads show the policy before the write that comes now."""
        self._hidden = reads

    def before(self, call: Call) -> Answer | None:
        if call.operation == "ListBuckets":
            return _list_buckets(call)
        if call.operation in ("DeleteBucket", "CreateBucket"):
            self._stale.pop(call.bucket, None)
            return None
        found = get_backend("s3").bucket_accounts.get(call.bucket)
        if found is None:
            return None  # moto refuses it as AWS does
        partition, owner = found
        expected = call.headers.get("x-amz-expected-bucket-owner")
        if expected is not None and expected != owner:
            raise Refused("AccessDenied", "Access Denied", 403)
        bucket = get_backend("s3")[owner][partition].buckets[call.bucket]
        if call.operation in _POLICY_WRITES:
            self._before_write(call, bucket)
        elif call.operation == "DeleteObjects":
            return _delete_objects(call, get_backend("s3")[owner][partition])
        elif call.operation == "GetBucketPolicy":
            return self._shown(call.bucket)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        """Have a policy kept as S3 does, whatever the size of that: what counts is what was put."""
        if call.operation == "PutBucketPolicy" and answer.status < 300:
            partition, owner = get_backend("s3").bucket_accounts[call.bucket]
            bucket, put = get_backend("s3")[owner][partition].buckets[call.bucket], json.loads(call.body)
            kept = as_kept(put)
            if kept != put:
                bucket.policy = json.dumps(kept, separators=(",", ":")).encode()
        return answer

    def _before_write(self, call: Call, bucket: Any) -> None:
        if call.operation == "PutBucketPolicy":
            policy = check(call.body, call.bucket)
            as_kept(policy)
            block = bucket.public_access_block
            if block is not None and block.block_public_policy and is_public(policy):
                raise Refused("AccessDenied", _BLOCKED, 403)
        if self._settings.take("operation_aborted_writes"):
            raise Refused("OperationAborted", _ABORTED, 409)
        reads = max(int(self._settings["policy_reads_until_visible"]), self._hidden)
        self._hidden = 0
        if reads:
            shown = self._stale[call.bucket][0] if call.bucket in self._stale else bucket.policy
            self._stale[call.bucket] = (shown, reads)

    def _shown(self, name: str) -> Answer | None:
        """The policy before the last write, while reads still show it."""
        if name not in self._stale:
            return None
        policy, left = self._stale.pop(name)
        if left > 1:
            self._stale[name] = (policy, left - 1)
        if policy is None:
            raise Refused("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
        return json_answer(policy.decode())


def _list_buckets(call: Call) -> Answer:
    """moto has no pages, and no regions in its answer. AWS tells regions only to those who ask for pages."""
    backend = get_backend("s3")[call.account]["aws"]
    pages = not call.query.keys().isdisjoint(("max-buckets", "continuation-token", "prefix", "bucket-region"))
    prefix, region = call.query.get("prefix", ""), call.query.get("bucket-region")
    names = sorted(
        name
        for name, bucket in backend.buckets.items()
        if name.startswith(prefix) and region in (None, bucket.region_name)
    )
    start, size = int(call.query.get("continuation-token", 0)), int(call.query.get("max-buckets", 10_000))
    parts = ""
    for name in names[start : start + size]:
        place = f"<BucketRegion>{backend.buckets[name].region_name}</BucketRegion>" if pages else ""
        parts += f"<Bucket><Name>{name}</Name>{place}</Bucket>"
    more = f"<ContinuationToken>{start + size}</ContinuationToken>" if start + size < len(names) else ""
    return xml(f"<ListAllMyBucketsResult><Buckets>{parts}</Buckets>{more}</ListAllMyBucketsResult>")


def _delete_objects(call: Call, backend: Any) -> Answer | None:
    """AWS deletes the objects that it may and reports the others; moto answers when it may delete all."""
    denied = denied_objects(call)
    if not denied:
        return None
    parts = ""
    for key in keys_to_delete(call.body):
        if key in denied:
            parts += f"<Error><Key>{escape(key)}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        else:
            backend.delete_object(call.bucket, key)
            parts += f"<Deleted><Key>{escape(key)}</Key></Deleted>"
    return xml(f'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{parts}</DeleteResult>')
