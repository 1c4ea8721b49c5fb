# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The buckets of AWS that workloads in a VPC need: data only.

``{r}`` stands for the Region, ``{r_nodash}`` for it without dashes, the other names in braces for the values of
:data:`TABLES` and :data:`SUFFIXES`. Buckets whose names hold what AWS does not publish (Glue Studio, Cloud9) are
missing: a wildcard in their place would let through buckets of strangers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_SAMPLES = "https://github.com/aws-samples/data-perimeter-policy-examples"
_DOCS = "https://docs.aws.amazon.com"
_EMR = f"{_DOCS}/emr/latest/ManagementGuide/private-subnet-iampolicy.html"
_SSM_AGENT = f"{_DOCS}/systems-manager/latest/userguide/ssm-agent-technical-details.html"
_SSM_PATCHES = f"{_DOCS}/systems-manager/latest/userguide/patch-operations-s3-buckets.html"

#: Who asks for the objects, as the endpoint sees it. Unsigned requests and those that an account of AWS signed carry
#: no key that an endpoint policy could go by; those of a service principal do.
BY_RESOURCE, BY_SERVICE = "resource", "service"


@dataclass(frozen=True, slots=True)
class Preset:
    """``resources`` are what follows ``arn:<partition>:s3:::``; ``exceptions`` replace them in single Regions."""

    resources: tuple[str, ...]
    source: str
    actions: tuple[str, ...] = ("s3:GetObject",)
    caller: str = BY_RESOURCE
    exceptions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


PRESETS: dict[str, Preset] = {
    "amazon_linux_1": Preset(("packages.{r}.amazonaws.com/*", "repo.{r}.amazonaws.com/*"), _EMR),
    "amazon_linux_2": Preset(("amazonlinux.{r}.amazonaws.com/*", "amazonlinux-2-repos-{r}/*"), _EMR),
    "amazon_linux_2023": Preset(("al2023-repos-{r}-de612dc2/*", "al2023-{r}/*"), _EMR),
    "ssm_agent": Preset(
        ("aws-windows-downloads-{r}/*", "amazon-ssm-{r}/*", "aws-ssm-{r}/*", "{r}-birdwatcher-prod/*"), _SSM_AGENT
    ),
    "ssm_distributor": Preset(
        (
            "amazon-ssm-packages-{r}/*",
            "aws-ssm-distributor-file-{r}/*",
            "aws-ssm-document-attachments-{r}/*",
            "ssm-document-categories/*",
            "session-manager-downloads/*",
        ),
        _SAMPLES,
    ),
    "ssm_patch_manager": Preset(
        ("aws-patch-manager-{r}-{patch_manager}/*", "patch-baseline-snapshot-{r}{patch_baseline}/*"), _SSM_PATCHES
    ),
    "ssm_patch_manager_macos": Preset(("aws-patchmanager-macos-{r}-{patch_manager}/*",), _SSM_PATCHES),
    "ecr": Preset(("prod-{r}-starport-layer-bucket/*",), f"{_DOCS}/AmazonECR/latest/userguide/vpc-endpoints.html"),
    "cloudwatch_agent": Preset(("amazoncloudwatch-agent/*", "amazoncloudwatch-agent-{r}/*"), _SAMPLES),
    "codedeploy": Preset(("aws-codedeploy-{r}/*",), _SAMPLES),
    "codeartifact": Preset(
        ("assets-{codeartifact}-{r}/*",), f"{_DOCS}/codeartifact/latest/ug/create-s3-gateway-endpoint.html"
    ),
    "elastic_beanstalk": Preset(
        (
            "elasticbeanstalk-samples-{r}/*",
            "elasticbeanstalk-platform-assets-{r}/*",
            "elasticbeanstalk-env-resources-{r}/*",
            "elasticbeanstalk-{r}/*",
        ),
        f"{_DOCS}/elasticbeanstalk/latest/dg/vpc-vpce.policy.html",
        exceptions={
            "cn-north-1": {
                "elasticbeanstalk-platform-assets-{r}/*": "elasticbeanstalk-platform-assets-public-beta-cn-north-1/*"
            },
            "me-central-1": {
                "elasticbeanstalk-platform-assets-{r}/*": "elasticbeanstalk-platform-assets-{r}-f08b818c/*",
                "elasticbeanstalk-env-resources-{r}/*": "elasticbeanstalk-env-resources-{r}-f08b818c/*",
            },
        },
    ),
    # Wait conditions and custom resources answer by an upload to a URL that CloudFormation signed.
    "cloudformation": Preset(
        ("cloudformation-waitcondition-{r}/*", "cloudformation-custom-resource-response-{r_nodash}/*"),
        _SAMPLES,
        actions=("s3:GetObject", "s3:PutObject"),
        caller=BY_SERVICE,
    ),
    "cloudformation_helper": Preset(("cloudformation-examples/*",), _SAMPLES),
    "emr": Preset(("repo.{r}.emr.amazonaws.com/*",), _EMR),
    "emr_8": Preset(
        ("aws157-instance-data-0-prod-{r}/*", "aws157-instance-data-1-prod-{r}/*"),
        _EMR,
        exceptions={
            "ap-southeast-2": {
                "aws157-instance-data-0-prod-{r}/*": "aws157-instance-data-bucket-0-prod-{r}/*",
                "aws157-instance-data-1-prod-{r}/*": "aws157-instance-data-bucket-1-prod-{r}/*",
            }
        },
    ),
    "emr_logs": Preset(
        ("aws157-logs-prod-{r}/*",),
        _EMR,
        actions=("s3:Put*",),
        exceptions={"us-east-1": {"aws157-logs-prod-{r}/*": "aws157-logs-prod/*"}},
    ),
    # The documentation lists s3:Create* too, which no action on objects is called.
    "emr_app_ui": Preset(("prod.{r}.appinfo.src/*",), _EMR, actions=("s3:Abort*", "s3:Get*", "s3:List*", "s3:Put*")),
    "image_builder": Preset(
        ("ec2imagebuilder-toe-{r}-prod/*", "ec2imagebuilder-managed-resources-{r}-prod/components/*"), _SAMPLES
    ),
    "mgn": Preset(
        (
            "aws-mgn-clients-{r}/*",
            "aws-mgn-clients-hashes-{r}/*",
            "aws-mgn-internal-{r}/*",
            "aws-mgn-internal-hashes-{r}/*",
            "aws-application-migration-service-{r}/*",
            "aws-application-migration-service-hashes-{r}/*",
            "amazon-ssm-{r}/*",
        ),
        _SAMPLES,
    ),
    "drs": Preset(
        (
            "aws-drs-clients-{r}/*",
            "aws-drs-clients-hashes-{r}/*",
            "aws-drs-internal-{r}/*",
            "aws-drs-internal-hashes-{r}/*",
            "aws-elastic-disaster-recovery-{r}/*",
            "aws-elastic-disaster-recovery-hashes-{r}/*",
        ),
        _SAMPLES,
    ),
    "acm_enclaves": Preset(("aws-ec2-enclave-certificate-{r}-prod/*",), _SAMPLES),
    # Listing a bucket is an action on its own ARN, not on that of its objects.
    "sagemaker_jumpstart": Preset(
        ("jumpstart-cache-prod-{r}", "jumpstart-cache-prod-{r}/*"), _SAMPLES, actions=("s3:GetObject", "s3:ListBucket")
    ),
    "neptune_notebook": Preset(
        ("aws-neptune-notebook", "aws-neptune-notebook/*", "aws-neptune-notebook-{r}", "aws-neptune-notebook-{r}/*"),
        _SAMPLES,
        actions=("s3:GetObject", "s3:ListBucket"),
    ),
    "athena_examples": Preset(
        ("athena-examples-{r}", "athena-examples-{r}/*"), _SAMPLES, actions=("s3:GetObject", "s3:ListBucket")
    ),
    "lambda_packages": Preset(("prod-04-2014-tasks/*", "awslambda-{r}-tasks/*"), _SAMPLES, caller=BY_SERVICE),
    "amazon_q": Preset(
        (
            "amazonq-code-scan-{r}-*/*",
            "amazonq-code-transformation-{r}-*/*",
            "amazonq-feature-development-{r}-*/*",
            "amazonq-test-generation-{r}-*/*",
        ),
        _SAMPLES,
        actions=("s3:GetObject", "s3:PutObject"),
        caller=BY_SERVICE,
    ),
    "sap": Preset(("aws-sap-data-provider/*", "aws-sap-dataprovider-{r}/*", "awssap-backint-agent/*"), _SAMPLES),
    "aws_cli": Preset(("aws-cli/*",), _SAMPLES),
    "schema_conversion_tool": Preset(("awssupportdatasvcs.com/*", "redshift-downloads/*"), _SAMPLES),
}

#: Names for presets that are mostly wanted together.
GROUPS: dict[str, tuple[str, ...]] = {
    "amazon_linux": ("amazon_linux_2", "amazon_linux_2023"),
    "ssm": ("ssm_agent", "ssm_distributor"),
}

#: Name in braces -> Region -> text. A Region that is not there has no documented bucket of that kind.
TABLES: dict[str, dict[str, str]] = {
    "patch_manager": {
        "af-south-1": "bdd5f65a9",
        "ap-east-1": "632356271",
        "ap-east-2": "5a64b2916",
        "ap-northeast-1": "4849fa78f",
        "ap-northeast-2": "10467995c",
        "ap-northeast-3": "67373598a",
        "ap-south-1": "cb7c62ff9",
        "ap-south-2": "32f4b4128",
        "ap-southeast-1": "7fdfd9ef7",
        "ap-southeast-2": "17283a275",
        "ap-southeast-3": "aa48fc462",
        "ap-southeast-4": "01e2c40d3",
        "ap-southeast-5": "dcb42f3e3",
        "ap-southeast-6": "df0d3a7f2",
        "ap-southeast-7": "c707c017a",
        "ca-central-1": "3148e69e3",
        "ca-west-1": "9e3a4b2f9",
        "eu-central-1": "9163fdaaf",
        "eu-central-2": "184ce43c8",
        "eu-north-1": "795879e9b",
        "eu-south-1": "c52f3f594",
        "eu-south-2": "a4cf248b1",
        "eu-west-1": "5522fb710",
        "eu-west-2": "902a2bc74",
        "eu-west-3": "29bf85721",
        "il-central-1": "e221cb57b",
        "me-central-1": "2932f2f80",
        "me-south-1": "a53fc9dce",
        "mx-central-1": "396b275ad",
        "sa-east-1": "ddf4b6a09",
        "us-east-1": "1970c647d",
        "us-east-2": "552881074",
        "us-west-1": "8badb4304",
        "us-west-2": "34d7f99f8",
    },
    "codeartifact": {
        "ap-northeast-1": "660291247815",
        "ap-south-1": "681137435769",
        "ap-southeast-1": "421485864821",
        "ap-southeast-2": "860415559748",
        "eu-central-1": "769407342218",
        "eu-north-1": "611884512288",
        "eu-south-1": "484130244270",
        "eu-west-1": "438097961670",
        "eu-west-2": "247805302724",
        "eu-west-3": "762466490029",
        "us-east-1": "193858265520",
        "us-east-2": "250872398865",
        "us-west-2": "787052242323",
    },
}
#: The same for names that most Regions have no suffix in.
SUFFIXES: dict[str, dict[str, str]] = {
    "patch_baseline": {
        "af-south-1": "-tbxdb5b9",
        "ap-east-2": "-8947749e",
        "ap-south-2": "-50209442",
        "ap-southeast-3": "-be0a3174",
        "ap-southeast-4": "-dc6f76ce",
        "ap-southeast-6": "-62f446f2",
        "ap-southeast-7": "-1699f14f",
        "eu-south-2": "-df2c9d70",
        "me-south-1": "-uduvl7q8",
        "mx-central-1": "-ed0da79c",
    },
}
