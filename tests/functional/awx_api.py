# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's API on loopback as the modules of awx.awx need, and stricter with what they send.

AWX passes over fields that it does not know; here they are refused, as are references to nothing, since both mean that
the setup would silently be another one. Every request is kept.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "a-token-of-awx"
ENCRYPTED = "$encrypted$"
SECRETS = {"password", "security_token"}
# Table -> (fields that have to be given, further fields). A field that names a table of REFERENCES is an id in it.
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "credentials": ({"name", "credential_type"}, {"description", "organization", "inputs"}),
    "execution_environments": ({"name", "image"}, {"description", "organization", "pull"}),
    "projects": (
        {"name", "organization"},
        {"description", "scm_type", "scm_url", "scm_branch", "scm_update_on_launch", "credential"},
    ),
    "inventories": ({"name", "organization"}, {"description", "kind", "host_filter", "variables"}),
    "inventory_sources": (
        {"name", "inventory", "source"},
        {
            "description",
            "source_project",
            "source_path",
            "credential",
            "execution_environment",
            "overwrite",
            "overwrite_vars",
            "update_on_launch",
        },
    ),
    "job_templates": (
        {"name", "project", "playbook", "inventory"},
        {
            "description",
            "organization",
            "job_type",
            "execution_environment",
            "diff_mode",
            "forks",
            "job_slice_count",
            "allow_simultaneous",
            "extra_vars",
            "survey_enabled",
            "ask_limit_on_launch",
        },
    ),
    "workflow_job_templates": (
        {"name"},
        {"description", "organization", "allow_simultaneous", "extra_vars", "survey_enabled"},
    ),
    "workflow_job_template_nodes": (
        {"workflow_job_template", "identifier"},
        {"unified_job_template", "extra_data", "all_parents_must_converge"},
    ),
    # The module sends the fields of the node along, which AWX passes over.
    "workflow_approval_templates": ({"name"}, {"description", "timeout", "identifier", "workflow_job_template"}),
    "schedules": ({"name", "unified_job_template", "rrule"}, {"description", "enabled", "extra_data"}),
}
REFERENCES = {
    "credential": "credentials",
    "credential_type": "credential_types",
    "execution_environment": "execution_environments",
    "inventory": "inventories",
    "organization": "organizations",
    "project": "projects",
    "source_project": "projects",
    "unified_job_template": "unified_job_templates",
    "workflow_job_template": "workflow_job_templates",
}
UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")
ASSOCIATIONS = {
    "credentials": "credentials",
    "notification_templates_error": "notification_templates",
    "notification_templates_approvals": "notification_templates",
    "success_nodes": "workflow_job_template_nodes",
    "failure_nodes": "workflow_job_template_nodes",
}
INTEGERS = {"forks", "job_slice_count", "timeout"}
QUESTION = {"question_name", "question_description", "variable", "type", "required", "default", "choices"}
QUESTION_TYPES = {"text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"}
RRULE = re.compile(r"DTSTART(;TZID=[^:]+)?:\d{8}T\d{6}Z? RRULE:\S*INTERVAL=\d")
WITH_CHILDREN = {
    "workflow_job_templates": ("workflow_job_template", "unified_job_template"),
    "inventories": ("inventory",),
}


class Refused(Exception):
    """The request is answered with 400 and this."""


def type_of(table: str) -> str:
    return {"inventories": "inventory"}.get(table, table.removesuffix("s"))


class Awx:
    """What is in AWX: tables of objects by id, and lists of ids by (table, id, association)."""

    def __init__(self, playbooks: tuple[str, ...]) -> None:
        self.playbooks = playbooks
        self.tables: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in (*FIELDS, "notification_templates")}
        self.associations: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Any] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.last_id = 0
        for table, name in (("organizations", "Default"), ("credential_types", "Amazon Web Services")):
            self.tables[table] = {}
            self.add(table, {"name": name})

    def add(self, table: str, values: dict[str, Any]) -> dict[str, Any]:
        self.last_id += 1
        self.tables[table][self.last_id] = values
        return self.shown(table, self.last_id)

    def named(self, table: str, name: str) -> dict[str, Any]:
        """The one object of this name, as it was sent."""
        (found,) = (values for values in self.tables[table].values() if values["name"] == name)
        return found

    def names(self) -> dict[str, list[str]]:
        """Names of all that the setup can make, by table."""
        tables = (table for table in FIELDS if self.tables[table])
        return {
            table: sorted(values.get("name", values.get("identifier")) for values in self.tables[table].values())
            for table in tables
        }

    def associated(self, table: str, number: int, kind: str) -> list[str]:
        """Names (or identifiers) at the other end of an association."""
        others = self.tables[ASSOCIATIONS[kind]]
        found = (others[other] for other in self.associations.get((table, number, kind), []))
        return sorted(each.get("name", each.get("identifier")) for each in found)

    def shown(self, table: str, number: int) -> dict[str, Any]:
        """An object as the API answers with it."""
        values = dict(self.tables[table][number])
        if "inputs" in values:
            values["inputs"] = {key: ENCRYPTED if key in SECRETS else value for key, value in values["inputs"].items()}
        url = f"/api/v2/{table}/{number}/"
        related = {"survey_spec": f"{url}survey_spec/"}
        if values.get("unified_job_template") in self.tables["workflow_approval_templates"]:
            related["unified_job_template"] = f"/api/v2/workflow_approval_templates/{values['unified_job_template']}/"
        extra = {"scm_revision": "0" * 40} if table == "projects" else {}
        return {
            "id": number,
            "type": type_of(table),
            "url": url,
            "related": related,
            "summary_fields": {},
            **extra,
            **values,
        }

    def table(self, name: str) -> dict[int, str]:
        """Id -> table of its object, for a table or for all that AWX can start."""
        return {
            number: table
            for table in (UNIFIED if name == "unified_job_templates" else (name,))
            for number in self.tables[table]
        }

    def listed(self, name: str, query: dict[str, str]) -> dict[str, Any]:
        found = [self.shown(table, number) for number, table in self.table(name).items()]
        for key, value in query.items():
            if key.startswith("or__"):
                raise Refused({key: ["names that are numbers are not known here"]})
            found = [each for each in found if str(each.get(key)) == value]
        return {"count": len(found), "next": None, "previous": None, "results": found}

    def checked(self, table: str, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        required, more = FIELDS[table]
        after = {**before, **{key: int(value) if key in INTEGERS else value for key, value in values.items()}}
        problems = {key: ["This field is not known."] for key in values if key not in required | more}
        problems |= {key: ["This field is required."] for key in required if after.get(key) in (None, "")}
        for key, target in REFERENCES.items():
            if after.get(key) and after[key] not in self.table(target):
                problems[key] = [f"Invalid pk '{after[key]}' - object does not exist."]
        if table == "job_templates" and after.get("playbook") not in self.playbooks:
            problems["playbook"] = ["Playbook not found for project."]
        if table == "schedules" and not RRULE.match(after.get("rrule") or ""):
            problems["rrule"] = ["Valid DTSTART and INTERVAL required in rrule."]
        if problems:
            raise Refused(problems)
        return after

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        words = path.removeprefix("/api/v2/").strip("/").split("/")
        table, rest = words[0], words[1:]
        if not rest:
            if method == "GET":
                return 200, self.listed(table, query)
            return 201, self.add(table, self.checked(table, body, {}))
        number = int(rest[0])
        if number not in self.tables[table]:
            return 404, {"detail": "Not found."}
        if len(rest) == 2:
            return self.part(method, table, number, rest[1], body)
        if method == "DELETE":
            self.delete(table, number)
            return 204, None
        if method == "PATCH":
            self.tables[table][number] = self.checked(table, body, self.tables[table][number])
        return 200, self.shown(table, number)

    def delete(self, table: str, number: int) -> None:
        del self.tables[table][number]
        for key in WITH_CHILDREN.get(table, ()):
            for other, objects in self.tables.items():
                for child in [child for child, values in objects.items() if values.get(key) == number]:
                    self.delete(other, child)

    def part(self, method: str, table: str, number: int, name: str, body: Any) -> tuple[int, Any]:
        if name == "survey_spec":
            return self.survey(method, (table, number), body)
        if name == "create_approval_template":
            made = self.add("workflow_approval_templates", self.checked("workflow_approval_templates", body, {}))
            self.tables[table][number]["unified_job_template"] = made["id"]
            return 201, made
        other = ASSOCIATIONS[name]
        ids = self.associations.setdefault((table, number, name), [])
        if method == "GET":
            return 200, {"count": len(ids), "next": None, "results": [self.shown(other, each) for each in ids]}
        if body["id"] not in self.tables[other]:
            raise Refused({"id": [f"Invalid pk '{body['id']}'"]})
        if body.get("disassociate"):
            ids.remove(body["id"])
        else:
            ids.append(body["id"])
        return 204, None

    def survey(self, method: str, key: tuple[str, int], body: Any) -> tuple[int, Any]:
        if method == "POST":
            if set(body) != {"name", "description", "spec"}:
                raise Refused({"error": "'name', 'description' and 'spec' are required."})
            for question in body["spec"]:
                choices = question.get("choices")
                wrong = set(question) - QUESTION or question["type"] not in QUESTION_TYPES or not question["variable"]
                if wrong or (choices and question["default"] not in choices):
                    raise Refused({"error": f"wrong question: {question}"})
            self.surveys[key] = body
        if method == "DELETE":
            self.surveys.pop(key, None)
        return 200, self.surveys.get(key, {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        awx: Awx = self.server.awx  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        url = urlsplit(self.path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send(401, {"detail": "Authentication credentials were not provided."})
        with awx_lock:
            awx.requests.append((self.command, url.path, body))
            try:
                status, answer = awx.answer(self.command, url.path, dict(parse_qsl(url.query)), body)
            except Refused as refused:
                status, answer = 400, refused.args[0]
        return self.send(status, answer)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def send(self, status: int, answer: Any) -> None:
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            "X-API-Product-Name": "AWX",
            "X-API-Product-Version": "24.6.1",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Tests read what was asked from ``Awx.requests``."""


awx_lock = threading.Lock()


@contextmanager
def running_awx(*playbooks: str) -> Iterator[tuple[Awx, str]]:
    """An AWX whose projects have these playbooks, and its address, for the time of the ``with`` block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.awx = Awx(playbooks)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.awx, f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
