# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

# How a module uses it:
#
#     extends_documentation_fragment:
#       - perimeter.s3._aws
#       - perimeter.s3._attributes
#
# It declares that check mode and diff mode are supported in full and that the module is in the action group
# ``perimeter.s3.s3`` (list the module in meta/runtime.yml too). A module that must say more about one of them adds
# ``attributes: {check_mode: {details: ...}}`` of its own; ``support`` is inherited. One that only reads extends
# perimeter.s3._attributes.reads as well. tests/unit/test_docs.py checks it.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
    support: full
  action_group:
    description: Use C(group/perimeter.s3.s3) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - perimeter.s3.s3
"""

    # Of modules that only read, besides.
    READS = r"""
attributes:
  check_mode:
    details: This module changes nothing, in check mode or not.
  diff_mode:
    details: There is never a difference to show.
"""
