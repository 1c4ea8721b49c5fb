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
# and its argument spec is
#
#     with_connection_options({"bucket": {"type": "str", "required": True}})
#
# with this function of module_utils/_aws/argspec.py.
#
# An inventory plugin extends perimeter.s3._aws.plugins instead, which has no argument spec beside it.
#
# Why not the fragments of amazon.aws: Galaxy renders the documentation of a collection without its dependencies and
# drops the pages of every module when one fragment cannot be found. Why not its argument spec alone: amazon.aws before
# 10.0.0 adds deprecated aliases (ec2_url, security_token, ...) which a page that is right for both cannot list.

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - AWS access key ID.
      - The E(AWS_ACCESS_KEY_ID) or E(AWS_ACCESS_KEY) environment variables may also be used, in decreasing order of
        preference.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - AWS secret access key.
      - The E(AWS_SECRET_ACCESS_KEY) or E(AWS_SECRET_KEY) environment variables may also be used, in decreasing order of
        preference.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - AWS STS session token, for use with temporary credentials.
      - The E(AWS_SESSION_TOKEN) environment variable may also be used.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - A named profile of the AWS configuration files to use for authentication.
      - The E(AWS_PROFILE) or E(AWS_DEFAULT_PROFILE) environment variables may also be used, in decreasing order of
        preference.
      - Mutually exclusive with O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
  region:
    description:
      - The AWS region to use.
      - The E(AWS_REGION) or E(AWS_DEFAULT_REGION) environment variables may also be used, in decreasing order of
        preference.
    type: str
    aliases: [aws_region]
  endpoint_url:
    description:
      - URL to connect to instead of the default AWS endpoints.
      - The E(AWS_URL) environment variable may also be used.
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description:
      - Path of a bundle of CA certificates to validate the certificates of the AWS endpoints against.
      - The E(AWS_CA_BUNDLE) environment variable may also be used.
    type: path
  validate_certs:
    description:
      - Whether to validate the certificates of the AWS endpoints.
      - Prefer O(aws_ca_bundle) to V(false).
    type: bool
    default: true
  aws_config:
    description:
      - Settings of the botocore client, as in
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html#botocore.config.Config).
    type: dict
  debug_botocore_endpoint_logs:
    description:
      - Returns the unique AWS API calls of the task, read from the log of botocore, as C(resource_actions).
      - The E(ANSIBLE_DEBUG_BOTOCORE_LOGS) environment variable may also be used.
    type: bool
    default: false
requirements:
  - python >= 3.10
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
notes:
  - Environment variables and configuration files are read on the host that runs the module, which is not the controller
    unless the task is delegated to C(localhost).
  - What none of the options and environment variables sets is looked up by boto3 in its usual places, see
    U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
"""

    # For plugins that run on the controller. AWSInventoryBase of amazon.aws reads these options.
    PLUGINS = r"""
options:
  access_key:
    description:
      - AWS access key ID. Mutually exclusive with O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
    env:
      - name: AWS_ACCESS_KEY_ID
      - name: AWS_ACCESS_KEY
  secret_key:
    description:
      - AWS secret access key. Mutually exclusive with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
    env:
      - name: AWS_SECRET_ACCESS_KEY
      - name: AWS_SECRET_KEY
  session_token:
    description:
      - AWS STS session token, for use with temporary credentials. Mutually exclusive with O(profile).
    type: str
    aliases: [aws_session_token]
    env:
      - name: AWS_SESSION_TOKEN
  profile:
    description:
      - A named profile of the AWS configuration files to use for authentication.
      - Mutually exclusive with O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
    env:
      - name: AWS_PROFILE
      - name: AWS_DEFAULT_PROFILE
  assume_role_arn:
    description:
      - The ARN of a role that these credentials assume first, to read with it.
    type: str
    aliases: [iam_role_arn]
  region:
    description:
      - The AWS region of the endpoint to ask. A service with one endpoint for a whole partition takes the partition
        from it.
    type: str
    aliases: [aws_region]
    env:
      - name: AWS_REGION
      - name: AWS_DEFAULT_REGION
  endpoint_url:
    description:
      - URL to connect to instead of the default AWS endpoints.
    type: str
    aliases: [aws_endpoint_url]
    env:
      - name: AWS_URL
  aws_ca_bundle:
    description:
      - Path of a bundle of CA certificates to validate the certificates of the AWS endpoints against.
    type: path
    env:
      - name: AWS_CA_BUNDLE
  validate_certs:
    description:
      - Whether to validate the certificates of the AWS endpoints.
      - Prefer O(aws_ca_bundle) to V(false).
    type: bool
    default: true
  aws_config:
    description:
      - Settings of the botocore client, as in
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html#botocore.config.Config).
    type: dict
requirements:
  - python >= 3.11
  - boto3 >= 1.35.0
  - botocore >= 1.35.0
notes:
  - What none of the options and environment variables sets is looked up by boto3 in its usual places, see
    U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
"""
