# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of buckets that failed."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.failures import alike, failure_message


def test_the_message_about_failures():
    failed = [(f"b{number}", f"Cannot read the policy of bucket b{number}: why.") for number in range(3)]
    assert failure_message(failed[:1], 5, 0, "") == "1 of 5 buckets failed. Cannot read the policy of bucket b0: why."
    assert failure_message([*failed, ("c", "Denied.")], 6, 2, "max_failures is 4") == (
        "4 of 6 buckets failed. Cannot read the policy of bucket b0: why. So too b1, b2. Denied. "
        "2 buckets were skipped, because max_failures is 4."
    )
    many = failure_message([(f"b{number}", "Why.") for number in range(2000)], 2000, 0, "")
    assert "Why. So too b1, b2," in many
    assert many.endswith("b50 and 1949 more.")
    assert len(many) < 1000
    kinds = failure_message([(f"b{number}", f"Why {number}.") for number in range(12)], 12, 0, "")
    assert kinds.endswith("Why 9. The causes of 2 more kinds are in results.")
    kinds = failure_message([(f"b{number}", f"Why {number}.") for number in range(10)], 12, 0, "")
    assert kinds.endswith("Why 8. Why 9.")


def test_like_is_said_with_like_once_the_most_frequent_first():
    said = [("a", "Bucket a is odd."), ("ab", "Bucket ab is a."), ("b", "Bucket b is odd.")]
    assert alike(said) == ["Bucket a is odd. So too b.", "Bucket ab is a."]
    # A name within a longer one is none, and neither is another word of the sentence.
    assert alike([("a", "Bucket a-1 is odd."), ("b", "Bucket b-1 is odd.")]) == [
        "Bucket a-1 is odd.",
        "Bucket b-1 is odd.",
    ]
    # One bucket twice is one.
    assert alike([("a", "Bucket a is odd."), ("a", "Bucket a is odd.")]) == ["Bucket a is odd."]
    assert alike([("", "All is odd."), ("", "All is odd.")]) == ["All is odd."]
    assert alike((str(number), f"Bucket {number} is odd.") for number in range(6)) == [
        "Bucket 0 is odd. So too 1, 2, 3, 4, 5."
    ]
    assert alike((str(number), f"Bucket {number} is odd.") for number in range(9)) == [
        "Bucket 0 is odd. So too 1, 2, 3, 4, 5 and 3 more."
    ]
