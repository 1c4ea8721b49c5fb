# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.

"""The connection options of every module, the same whichever ``amazon.aws`` is installed.

``AnsibleAWSModule`` adds ``aws_argument_spec()`` to a module and lets the module's own entries win. amazon.aws before
10.0.0 has deprecated aliases and environment variables there (``ec2_url``, ``security_token``, ``EC2_REGION``, ...);
a module that brings these entries has none of them. ``plugins/doc_fragments/_aws.py`` documents them.
"""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback

# option -> argument spec of Ansible. The environment variables are those that amazon.aws 10 and later read.
_CONNECTION_OPTIONS: dict[str, dict[str, Any]] = {
    "access_key": {
        "type": "str",
        "aliases": ["aws_access_key_id", "aws_access_key"],
        "fallback": (env_fallback, ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"]),
        # An access key ID is no secret, and error messages are of no use without it.
        "no_log": False,
    },
    "secret_key": {
        "type": "str",
        "aliases": ["aws_secret_access_key", "aws_secret_key"],
        "fallback": (env_fallback, ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"]),
        "no_log": True,
    },
    "session_token": {
        "type": "str",
        "aliases": ["aws_session_token"],
        "fallback": (env_fallback, ["AWS_SESSION_TOKEN"]),
        "no_log": True,
    },
    "profile": {
        "type": "str",
        "aliases": ["aws_profile"],
        "fallback": (env_fallback, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
    },
    "region": {
        "type": "str",
        "aliases": ["aws_region"],
        "fallback": (env_fallback, ["AWS_REGION", "AWS_DEFAULT_REGION"]),
    },
    "endpoint_url": {
        "type": "str",
        "aliases": ["aws_endpoint_url"],
        "fallback": (env_fallback, ["AWS_URL"]),
    },
    "aws_ca_bundle": {"type": "path", "fallback": (env_fallback, ["AWS_CA_BUNDLE"])},
    "validate_certs": {"type": "bool", "default": True},
    "aws_config": {"type": "dict"},
    "debug_botocore_endpoint_logs": {
        "type": "bool",
        "default": False,
        "fallback": (env_fallback, ["ANSIBLE_DEBUG_BOTOCORE_LOGS"]),
    },
}


def with_connection_options(argument_spec: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The given options of a module and the connection options; neither argument nor table is changed."""
    return {**{name: dict(spec) for name, spec in _CONNECTION_OPTIONS.items()}, **argument_spec}
