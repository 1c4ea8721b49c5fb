# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of buckets that failed."""

from __future__ import annotations

from ansible_collections.perimeter.s3.plugins.module_utils._plan.bucket.failures import failure_message


def test_the_message_about_failures():
    failed = [(f"b{number}", f"Cannot read the policy of bucket b{number}: why.") for number in range(3)]
    assert failure_message(failed[:1], 5, 0, "") == "1 of 5 buckets failed. Cannot read the policy of bucket b0: why."
    assert failure_message(failed, 5, 2, "max_failures is 3") == (
        "3 of 5 buckets failed. " + " ".join(cause for _name, cause in failed) + " 2 buckets were skipped, because "
        "max_failures is 3."
    )
    many = failure_message([(f"b{number}", "Why.") for number in range(2000)], 2000, 0, "")
    assert "The causes of 1990 more are in results: b10, b11," in many
    assert many.endswith("b59, ....")
    assert len(many) < 1000
