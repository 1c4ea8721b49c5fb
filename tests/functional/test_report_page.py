# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report in a browser: what a person sees of it, with and without scripts, small, dark and on paper.

One page is made up and has much of everything; the real one is of a run of the role, as ``private_access_report_dir``
gets it.

It takes Chromium (Debian: chromium), and for its accessibility npm, which fetches axe-core.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile

import pytest

from ansible_collections.perimeter.s3.plugins.filter.drift_html import write
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.finding import Place
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.plan import fleet_findings
from ansible_collections.perimeter.s3.plugins.module_utils._plan.drift.report import report
from ansible_collections.perimeter.s3.plugins.module_utils._plan.report.perimeter import perimeter
from tests.functional.browser import Page, program, running_browser
from tests.functional.role_run import Step, play

pytestmark = pytest.mark.skipif(program() is None, reason="There is no Chromium (Debian: chromium).")

#: Development only: MPL-2.0, and never shipped.
AXE = "axe-core@4.14.1"
ACCOUNT, REGION, VPC, ENDPOINT = "111122223333", "us-east-1", "vpc-0aaaaaaaaaaaaaaaa", "vpce-0aaaaaaaaaaaaaaaa"
CELL = {"passes": "depends", "example": "role/x can get it", "denied": "role/y cannot", "depends_on": "PerimeterS3Deny"}
ROW = {
    "keys": ["declared prefixes"],
    "reach": {
        "endpoint": {"get": {**CELL, "passes": "always"}, "put": CELL, "list": {**CELL, "passes": "undecided"}},
        "internet": {"get": {"passes": "never"}, "put": {"passes": "never"}},
    },
}
WRONG = {"message": "A stranger.", "buckets": ["b"], "statement": "S", "layer": "bucket", "task": {"a.b.c": {"d": 1}}}


def access(number, **more):
    return {
        "number": number, "principal": f"role/batch-{number}", "via": "", "action": "s3:GetObject",
        "bucket": "fleet-bucket-0000", "key_pattern": "year=2026/*", "path": "internet", "flags": [], "count": 1200,
        "days": 14, "first_seen": "2026-11-01T00:00:00Z", "last_seen": "2026-11-28T00:00:00Z", "examples": ["x"],
        "addresses": ["198.51.100.7"], "verdict": "loses", "layer": "bucket_policy", "statement": "PerimeterS3Deny",
        "reason": "The endpoint is another one.", "missing": [], "cause": "bypasses_endpoint", "recorded": "allowed",
        "remedy": {"variable": "private_access_break_glass_principals", "value": ["r"], "text": "Declare it."}, **more,
    }  # fmt: skip


REPLAYED = {
    "window": {"from": "2026-11-01T00:02:11Z", "until": "2026-11-28T23:59:40Z", "days": 28, "days_with_records": 28},
    "summary": {"classes": 412, "loses": 2, "unknown": 1, "gains": 0, "stays_denied": 20, "not_evaluated": 0,
                "keeps": 389, "ignored": 0},
    "loses": [access(1), access(2, flags=["console"], count=1, days=1)],
    "unknown": [access(3, path="vpce-0bbb", remedy=None)], "gains": [], "keeps": [access(4)],
    "coverage": {"fleet-bucket-0000": {"evidence": "data_events", "count": 7, "first": "2026-11-01T00:00:00Z",
                                       "last": "2026-11-28T00:00:00Z"},
                 "fleet-bucket-0001": {"evidence": "none", "count": 0, "first": None, "last": None}},
    "findings": [{"kind": "gaps", "subject": "window", "text": "There is no record of 2026-11-07."}],
    "backtest": {"agree": 0.9991, "agreeing": 997, "disagreeing": 1},
    "proposal": {"variables": {"private_access_buckets": [{"name": "a", "access": "read"}]}},
    "assumed": ["Times are UTC."],
}  # fmt: skip
REACH = {
    "holds": False,
    "theorems": [
        {"title": "Nothing else reaches the buckets.", "verdict": "refuted", "rests_on": [], "narrowed": []},
        {"title": "What is declared passes.", "verdict": "undecided", "rests_on": [], "narrowed": []},
    ],
    "mismatches": [WRONG],
    "assumed": ["Identity policies are not looked at."],
    "matrix": [
        {"buckets": ["a", "b"], "rows": [{"principal": name, **ROW} for name in ("all principals", "anonymous")]},
    ],
}


def statement(bucket, **more):
    return {
        "Sid": "PerimeterS3Deny", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpce": ENDPOINT}}, **more,
    }  # fmt: skip


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def written(path, buckets, damaged):
    """A page over so many buckets, a third of the damaged ones by kind."""
    results = []
    for number in range(buckets):
        name = f"fleet-bucket-{number:04}"
        declared = document(statement(name))
        live = declared
        if number < damaged:
            changed = statement(name, Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0bbb"}})
            allowed = statement(name, Sid="Partner", Effect="Allow", Principal={"AWS": "999988887777"})
            live = (None, document(changed), document(statement(name), allowed))[number % 3]
        results.append({"bucket": name, "changed": live != declared, "before": live, "policy": declared, "actions": []})
    findings = fleet_findings(
        Place(ACCOUNT, REGION), [(each["bucket"], each["before"], each["policy"]) for each in results]
    )
    routes = [["rtb-1", "rtb-2"], ["rtb-2", "rtb-3"]]
    shown = {"vpc_endpoint_id": ENDPOINT, "tags": {}, "policy_document": document()}
    before, after = ({**shown, "route_table_ids": ids} for ids in routes)
    looked = {"before": before, "endpoint": after, "changed": True, "actions": ["ec2:ModifyVpcEndpoint"]}
    seen = perimeter("localhost", ACCOUNT, REGION, VPC, looked, results, (), REACH, accesses=REPLAYED)
    failures = [
        {"host": "localhost", "account": ACCOUNT, "region": REGION, "bucket": "misspelt", "msg": "No such bucket."}
    ]
    told = report([each.as_dict() for each in findings], False, (), (), failures, [seen], "2026-11-29T11:20:03Z")
    path.write_text(write(told), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        yield browser


@pytest.fixture
def page(browser):
    page = Page(browser)
    page.looks_like(1200, 900)
    yield page
    page.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return written(tmp_path_factory.mktemp("small") / "drift.html", 12, 7)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return written(tmp_path_factory.mktemp("large") / "drift.html", 2000, 1500)


@pytest.fixture(scope="module")
def real(emulator_process, tmp_path_factory):
    return of_a_run(emulator_process, tmp_path_factory.mktemp("real"))


def of_a_run(emulator, directory):
    """The page of a run of the role: three kinds of buckets, two route tables, three subnets, one policy of others."""
    emulator.reset()
    ec2, s3 = emulator.client("ec2"), emulator.client("s3")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "production"}])
    private = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_tags(Resources=[private], Tags=[{"Key": "Name", "Value": "private"}])
    for number, name in enumerate(("app-a", "app-b", "bastion")):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": name}])
        if name != "bastion":
            ec2.associate_route_table(RouteTableId=private, SubnetId=subnet)
    for bucket in ("payroll-reports", "payroll-archive-2026", "payroll-inbox"):
        s3.create_bucket(Bucket=bucket)
    theirs = {**statement("payroll-archive-2026", Sid="Tls"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket="payroll-archive-2026", Policy=json.dumps(document(theirs)))
    role = "arn:aws:iam::123456789012:role"
    given = {
        "vpc_id": vpc,
        "buckets": [
            {
                "name": "payroll-reports", "access": "read", "prefixes": ["reports/"],
                "principals": [f"{role}/payroll-app"],
            },
            "payroll-archive-2026",
            {"name": "payroll-inbox", "access": "write"},
        ],
        "break_glass_principals": [f"{role}/break-glass"],
        "report_dir": str(directory),
    }  # fmt: skip
    played = play(emulator, Step(given))
    assert [each.message for each in played.outcomes] == [""], played.output
    return directory / "localhost.html"


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    if shutil.which("npm") is None:
        pytest.skip("There is no npm, which fetches axe-core.")
    directory = tmp_path_factory.mktemp("axe")
    packed = subprocess.run(
        ["npm", "pack", AXE, "--silent"], cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )
    if packed.returncode:
        pytest.skip(f"npm cannot fetch axe-core: {packed.stderr[-200:]}")
    with tarfile.open(next(directory.glob("*.tgz"))) as archive:
        file = archive.extractfile("package/axe.min.js")
        assert file
        return file.read().decode()


SHOWN = "[...document.querySelectorAll('#findings-list > details:not([hidden])')]"


def test_the_first_screen_says_what_how_bad_where_and_what_to_do(page, small):
    page.open(small)
    text = page.run("document.body.innerText")
    for said in ("7 of 13 resources differ from what is declared", ACCOUNT, REGION, VPC, "refuted", "misspelt"):
        assert said in text
    # The worst finding stands open, with both forms and the task to paste.
    assert page.run(f"{SHOWN}.map(one => one.open)")[0] is True
    for said in ("Found", "Declared", "private_access_limit"):
        assert said in page.run(f"{SHOWN}[0].innerText")
    assert (page.complaints(), page.requests()) == ([], [small.as_uri()])


def test_lists_are_searched_sorted_and_folded(page, large):
    page.open(large)
    page.run(f"{SHOWN}; const search = document.querySelector('#findings input[type=search]'); "
             "search.value = 'partner NOT'; search.dispatchEvent(new Event('input'))")  # fmt: skip
    found = page.run(f"{SHOWN}.map(one => one.querySelector('.what').innerText)")
    assert len(found) == 1
    assert "Partner is not declared" in found[0]
    assert page.run("document.querySelector('[data-told=findings-list]').textContent") == "1 of 3"
    page.run("document.querySelector('[data-fold]').click()")
    assert page.run(f"{SHOWN}.filter(one => one.open).length") == 0
    page.run("document.querySelector('[data-unfold]').click()")
    assert page.run(f"{SHOWN}.filter(one => one.open).length") == 1
    rows = "[...document.querySelectorAll('table.buckets tbody tr')]"
    page.run("document.querySelector('table.buckets').closest('details').open = true")
    head = "document.querySelectorAll('table.buckets th')"
    page.run(f"{head}[1].querySelector('button').click()")
    states = page.run(f"{rows}.map(one => one.cells[1].innerText)")
    assert states == sorted(states, key=["critical", "major", "minor", "as declared"].index)
    assert page.run(f"{head}[1].getAttribute('aria-sort')") == "ascending"
    page.run(f"{head}[1].querySelector('button').click()")
    assert page.run(f"{rows}[0].cells[1].innerText") == "as declared"
    page.run("const names = document.querySelector('table.buckets').closest('details').querySelector('input'); "
             "names.value = 'bucket-19 critical'; names.dispatchEvent(new Event('input'))")  # fmt: skip
    assert page.run(f"{rows}.filter(one => !one.hidden).length") == 0
    page.run("names.value = 'bucket-19'; names.dispatchEvent(new Event('input'))")
    assert page.run(f"{rows}.filter(one => !one.hidden).length") == 100
    assert page.complaints() == []


def test_a_page_of_two_thousand_buckets_is_small(large):
    assert large.stat().st_size <= 2_000_000
    assert large.read_text(encoding="utf-8").count("fleet-bucket-1999") >= 1


def test_all_is_there_without_scripts(page, small):
    page.open(small)
    with_scripts = page.run("document.body.textContent.replace(/Copy|↕/g, '').replace(/\\s+/g, ' ')")
    page.without_scripts()
    page.open(small)
    without = page.run("document.body.textContent.replace(/Copy|↕/g, '').replace(/\\s+/g, ' ')")
    assert without == with_scripts
    # What needs them is not offered.
    assert page.run("[...document.querySelectorAll('.js')].every(one => one.offsetParent === null)")
    assert page.run(f"{SHOWN}.length") > 0


def test_it_is_used_by_keyboard(page, small):
    page.open(small)
    seen = []
    for _press in range(14):
        page.press("Tab", 9)
        seen.append(page.run("document.activeElement.tagName + ' ' + document.activeElement.innerText.split('\\n')[0]"))
    assert seen[0] == "A To the content"
    assert any(each.startswith("INPUT") for each in seen)
    page.run(f"{SHOWN}[1].querySelector('summary').focus()")
    page.press("Enter", 13)
    assert page.run(f"{SHOWN}[1].open") is True
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize("which", ["small", "real"])
@pytest.mark.parametrize("width", [320, 375, 768, 1200])
def test_it_fits_every_width(page, which, width, request):
    page.looks_like(width, 800)
    page.open(request.getfixturevalue(which))
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.run("document.documentElement.scrollWidth") <= width
    drawn = page.run("[...document.querySelectorAll('svg')].map(one => getComputedStyle(one).display)")
    assert drawn == (["none", "block"] if width <= 760 else ["block", "none"])


def test_the_drawing_shows_which_route_tables_lead_where(page, small):
    page.open(small)
    said = page.run("document.querySelector('svg.broad').textContent.replace(/\\s+/g, ' ')")
    for word in ("rtb-1", "route is not declared", "rtb-3", "route is missing", "S3 gateway endpoint", "12 buckets"):
        assert word in said
    assert page.run("document.querySelectorAll('svg.broad path.route').length") == 4


def test_a_cell_opens_what_decides_it(page, small):
    page.open(small)
    cell = "document.querySelector('.reach td details')"
    assert page.run(f"{cell}.querySelector('dl').checkVisibility()") is False
    page.run(f"{cell}.querySelector('summary').click()")
    text = page.run(f"{cell}.innerText")
    for said in ("get: always", "put: depends", "role/x can get it", "PerimeterS3Deny"):
        assert said in text


def test_the_page_of_a_run_says_who_reaches_what_and_why(page, real):
    page.open(real)
    assert page.run("document.querySelector('h1').innerText") == "4 resources corrected"
    heads = page.run("[...document.querySelectorAll('table.reach')].map(one => one.previousElementSibling.innerText)")
    assert len(heads) == 3
    # Each cell that is not empty opens, and says what decides it.
    cells = page.run("""[...document.querySelectorAll('.reach td details')].map(one => {
      one.querySelector('summary').click();
      return [one.open, one.querySelector('summary').innerText, one.querySelector('dl').innerText];
    })""")
    assert len(cells) > 6
    assert all(opened and said.strip() and text.strip() for opened, said, text in cells)
    assert any("payroll-app" in text for _opened, _said, text in cells)
    assert any("PerimeterS3" in text for _opened, _said, text in cells)
    assert (page.complaints(), page.requests()) == ([], [real.as_uri()])


def test_recorded_access_says_who_would_be_cut_off_and_what_would_keep_it(page, small):
    page.open(small)
    text = page.run("document.body.innerText")
    for said in (
        "2 kinds of recorded access stop by it.",
        "Of 412 kinds of access that were seen on 28 days (2026-11-01 to 2026-11-28), 2 stop, 1 cannot be decided",
        "say of 99.91% of 998 requests",
        "There is no record of 2026-11-07.",
        "role/batch-1 s3:GetObject fleet-bucket-0000/year=2026/* from the internet (198.51.100.7)",
        "1,200 times on 14 days, last on 2026-11-28",
        "The endpoint is another one.",
        'private_access_break_glass_principals: ["r"]',
    ):
        assert said in text
    assert "role/batch-4" not in page.run("document.body.textContent")


def test_on_paper_all_is_open(page, small):
    page.open(small)
    page.looks_like(800, 1000, media="print")
    page.run("dispatchEvent(new Event('beforeprint'))")
    closed = page.run("[...document.querySelectorAll('details:not([open])')].map(one => 'big' in one.dataset)")
    assert all(closed)
    assert page.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.send("Page.printToPDF", {"printBackground": True})["data"]
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run(f"{SHOWN}.filter(one => one.open).length") == 1


@pytest.mark.parametrize("which", ["small", "real"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [375, 1200])
def test_nobody_is_left_out(page, which, axe, width, dark, request):
    page.looks_like(width, 900, dark)
    page.open(request.getfixturevalue(which))
    page.run("for (const one of document.querySelectorAll('details')) one.open = true")
    page.run(axe + "; 1")
    found = page.run("axe.run(document).then(one => JSON.stringify(one.violations))")
    assert [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in json.loads(found)] == []
    assert page.complaints() == []
