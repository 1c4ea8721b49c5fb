# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: accounts
short_description: One host for each account of an AWS organization and each region
version_added: 1.0.0
author:
  - perimeter.s3 contributors (@perimeter-s3)
description:
  - Reads the accounts of an organization from AWS Organizations and makes one host of each account in each of
    O(regions).
  - Its hosts carry what P(perimeter.s3.private_access#role) needs to work in that account and region,
    C(private_access_region), C(private_access_account_id) and C(private_access_assume_role_arn), and run on the
    controller.
  - The name of the configuration file ends in C(perimeter_accounts.yml) or C(perimeter_accounts.yaml).
options:
  plugin:
    description:
      - Which plugin the file is for.
    type: str
    required: true
    choices: [perimeter.s3.accounts]
  regions:
    description:
      - The regions of which each account becomes a host.
      - Whether an account has enabled a region is not looked up. Where organizational units differ, give each an
        inventory file of its own, with its O(ous) and O(regions); files in one directory are one inventory.
    type: list
    elements: str
    required: true
  role_name:
    description:
      - The name of the role to assume in each account, with its path if it has one, such as V(automation/perimeter).
      - Where the name differs from account to account, set C(private_access_assume_role_arn) with O(compose).
    type: str
    required: true
  accounts_without_role:
    description:
      - The ids of accounts, in quotes, whose hosts have no C(private_access_assume_role_arn), so that tasks for them
        use the credentials as they are. That can only be right for the account that the credentials of the jobs belong
        to.
    type: list
    elements: str
    default: []
  ous:
    description:
      - The organizational units whose accounts are taken, with all units below them. All if it is empty.
      - An id, such as V(ou-ab12-11223344) or that of the root, V(r-ab12), or a path of names such as
        V(Root/Workloads/Prod).
    type: list
    elements: str
    default: []
  exclude_ous:
    description:
      - The organizational units whose accounts are left out, with all units below them, written like O(ous).
    type: list
    elements: str
    default: []
  accounts:
    description:
      - The ids of accounts to take, in quotes. All if it is empty.
      - An id that is in none of the chosen units is an error.
    type: list
    elements: str
    default: []
  exclude_accounts:
    description:
      - The ids of accounts to leave out, in quotes.
    type: list
    elements: str
    default: []
  include_management_account:
    description:
      - Whether the management account of the organization is taken too.
      - Policies of the organization do not bind it, roles that CloudFormation deploys to the members are not in it, and
        AWS advises to keep workloads out of it.
    type: bool
    default: false
  states:
    description:
      - The states of accounts to take. Any, if it is empty.
      - What AWS calls C(State) since September 2025; where an older botocore does not know that, C(Status).
    type: list
    elements: str
    choices: [PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED]
    default: [ACTIVE]
  tags:
    description:
      - Tags that an account must have, each with the value or one of the values. Without a value, any will do.
    type: dict
    default: {}
  include_tags:
    description:
      - Whether hosts have C(account_tags). AWS tells the tags of one account at a time, so this takes a call for each
        account that passes all other filters.
      - If it is not set, tags are read when O(tags) is set or O(hostname), O(compose), O(groups) or O(keyed_groups)
        mention C(account_tags).
    type: bool
  hostname:
    description:
      - A Jinja2 expression for the name of a host, by its variables. No two hosts may get the same name.
      - By default it is made of the id of the account and the region, such as C(111122223333-eu-central-1).
    type: str
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - perimeter.s3._aws.plugins
notes:
  - AWS answers only to the management account and to delegated administrators. Needed are
    C(organizations:DescribeOrganization), C(organizations:ListRoots),
    C(organizations:ListOrganizationalUnitsForParent), C(organizations:ListAccountsForParent), and for tags
    C(organizations:ListTagsForResource).
  - It makes two calls, two for the root and for each organizational unit, one more for each further twenty accounts in
    one unit, and one for each account whose tags are read. AWS throttles them for the organization as a whole; the
    plugin then slows down and repeats. With O(cache) it asks only for what is not in there.
  - All hosts are in the group C(perimeter_accounts). Their variables are C(account_id), C(account_name),
    C(account_state), C(account_tags) if tags are read, C(is_management_account), C(organization_id),
    C(organizational_unit) (the path of names from the root), C(organizational_unit_id), C(organizational_units) (the
    paths of all units from the root to that one), C(partition), C(region), C(role_arn), and those for the role.
  - If an inventory cannot be read, Ansible warns and goes on with the hosts of the others. Set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true) to stop instead.
seealso:
  - plugin: amazon.aws.aws_ec2
    plugin_type: inventory
"""

# One document, because ansible-test with ansible-core 2.16 reads no more; the others are comments.
EXAMPLES = r"""
# production.perimeter_accounts.yml: all active accounts below one organizational unit, in two regions
plugin: perimeter.s3.accounts
ous: [Root/Workloads/Prod]
regions: [eu-central-1, eu-west-1]
role_name: automation/perimeter
keyed_groups:
  # Groups such as ou_Root_Workloads and ou_Root_Workloads_Prod, each with the hosts of all units below
  - key: organizational_units
    prefix: ou
  - key: region
    prefix: ""
    separator: ""

# ---
# # By tags, with speaking names, and the buckets by a naming rule of the organization
# plugin: perimeter.s3.accounts
# regions: [eu-central-1]
# role_name: perimeter
# exclude_ous: [Root/Suspended, Root/Sandbox]
# tags:
#   data-class: [confidential, restricted]
# hostname: account_name | lower | replace(' ', '-') ~ '.' ~ region
# compose:
#   private_access_vpc_name: "'main'"
#   private_access_buckets: "['data-' ~ account_id ~ '-' ~ region]"
# groups:
#   restricted: account_tags['data-class'] == 'restricted'

# ---
# # From a delegated administrator's account, kept for an hour
# plugin: perimeter.s3.accounts
# regions: [us-east-1]
# role_name: perimeter
# assume_role_arn: arn:aws:iam::111122223333:role/read-organization
# cache: true
# cache_plugin: ansible.builtin.jsonfile
# cache_connection: /var/tmp/perimeter-accounts
# cache_timeout: 3600
"""

from typing import Any

from ansible.errors import AnsibleParserError
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19 takes every text for a template.
    trust_as_template = str

from ansible_collections.perimeter.s3.plugins.module_utils._aws.accounts.organizations import Directory, client_config
from ansible_collections.perimeter.s3.plugins.module_utils._aws.api.errors import CallError, aws_errors
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts import input as accounts_input
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts import plan
from ansible_collections.perimeter.s3.plugins.module_utils._plan.accounts.units import choose_units
from ansible_collections.perimeter.s3.plugins.module_utils._plan.errors import Refusal
from ansible_collections.perimeter.s3.plugins.module_utils._policy.language.errors import PolicyError

GROUP = "perimeter_accounts"
# What tells one organization, or one view of it, from another; keys and tokens change with every session.
SOURCE = ("assume_role_arn", "profile", "endpoint_url")
# Modules run where Ansible runs, with the boto3 that is there.
CONNECTION = {
    "ansible_connection": "local",
    "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
}


class InventoryModule(AWSInventoryBase):
    NAME = "perimeter.s3.accounts"
    INVENTORY_FILE_SUFFIXES = ("perimeter_accounts.yml", "perimeter_accounts.yaml")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        try:
            super().parse(inventory, loader, path, cache=cache)
            self._fill(path, cache)
        except (CallError, Refusal, PolicyError) as error:
            raise AnsibleParserError(f"{self.NAME}: {error}") from error
        except aws_errors() as error:
            role = str(self.get_option("assume_role_arn"))
            failed = CallError(f"assume the role {role}", "sts:AssumeRole", role, error)
            raise AnsibleParserError(f"{self.NAME}: {failed}") from error

    def client(self, *words: Any, **options: Any) -> Any:
        """Any region of the partition will do."""
        region = self.region or next(iter(self.get_option("regions")), None)
        return super().client(*words, **{"region": region, "config": client_config(), **options})

    def _fill(self, path: str, cache: bool) -> None:
        options = {name: self.get_option(name) for name in self._options}
        filters, roles = accounts_input.read_filters(options), accounts_input.read_roles(options)
        directory = Directory(self.client, self._kept_answers(path, cache))
        organization = directory.organization()
        accounts_input.check_regions(options["regions"], organization)

        units = choose_units(directory.units(), options["ous"], options["exclude_ous"])
        accounts = [account for unit in units for account in directory.accounts(unit)]
        chosen = plan.choose_accounts(accounts, filters, organization)
        if accounts_input.needs_tags(options):
            tagged = [plan.with_tags(account, directory.tags(account.id)) for account in chosen.accounts]
            chosen = plan.choose_tagged(tagged, chosen.left_out, filters)
        self._keep_answers(path, directory)

        for warning in plan.warnings(accounts, chosen, filters):
            self.warn(f"{self.NAME}: {warning}")
        # Whoever administers a member account chooses its name and tags. Until ansible-core 2.18 the variables of hosts
        # are evaluated unless they are marked.
        hosts = [
            {**wrap_var(host), **CONNECTION}
            for host in plan.make_hosts(chosen.accounts, options["regions"], organization, roles)
        ]
        self.inventory.add_group(GROUP)
        for name, host in plan.name_hosts((self._name_of(host, options["hostname"]), host) for host in hosts):
            self._add_host(name, host, options)

    def _add_host(self, name: str, variables: dict[str, Any], options: dict[str, Any]) -> None:
        self.inventory.add_host(name, group=GROUP)
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)
        strict = options["strict"]
        self._set_composite_vars(options["compose"], variables, name, strict=strict)
        self._add_host_to_composed_groups(options["groups"], variables, name, strict=strict)
        self._add_host_to_keyed_groups(options["keyed_groups"], variables, name, strict=strict)

    def _name_of(self, variables: dict[str, Any], expression: str | None) -> Any:
        if not expression:
            return plan.default_name(variables)
        try:
            return self._compose(expression, variables)
        except Exception as error:  # Jinja2 may raise anything.
            raise AnsibleParserError(
                f"{self.NAME}: hostname: {expression!r} fails for account {variables['account_id']}: {error}"
            ) from error

    def _kept_answers(self, path: str, cache: bool) -> dict[str, Any]:
        """What AWS answered when the cache was filled, if this is to be used."""
        if not cache or not self.get_option("cache"):
            return {}
        kept = self._cache.get(self.get_cache_key(path)) or {}
        return dict(kept["answers"]) if kept.get("source") == self._source() else {}

    def _keep_answers(self, path: str, directory: Directory) -> None:
        """Not if nothing is new: the cache would forget how old it is."""
        if self.get_option("cache") and directory.asked:
            self._cache[self.get_cache_key(path)] = {"source": self._source(), "answers": directory.answers}

    def _source(self) -> list[Any]:
        return [self.get_option(name) for name in SOURCE]
