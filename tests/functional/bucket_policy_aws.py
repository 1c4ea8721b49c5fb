# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWS on loopback for the tests of the bucket policy modules, and a way to run modules against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request

import boto3
import werkzeug.serving
from botocore.exceptions import ClientError
from moto.server import DomainDispatcherApplication, create_backend_app

CONNECTION = {
    "region": "us-east-1",
    "access_key": "AKIAIOSFODNN7EXAMPLE",
    "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
_POLICY_CALLS = {"GET": "GetBucketPolicy", "PUT": "PutBucketPolicy", "DELETE": "DeleteBucketPolicy"}


class Result(dict):
    """What the module returned; ``calls`` are the names of the calls that it made, in their order."""

    calls: list[str]


class Aws:
    ACCOUNT = "123456789012"

    def __init__(self) -> None:
        application = DomainDispatcherApplication(create_backend_app)

        def logged(environ, start_response):
            self.calls.append(_name_of(environ))
            return application(environ, start_response)

        self.calls: list[str] = []
        self._server = werkzeug.serving.make_server("127.0.0.1", 0, logged, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.s3 = self.client("s3")

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=CONNECTION["region"],
            aws_access_key_id=CONNECTION["access_key"],
            aws_secret_access_key=CONNECTION["secret_key"],
        )

    def close(self) -> None:
        reset = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def bucket(self, name: str, policy: dict | None) -> None:
        self.s3.create_bucket(Bucket=name)
        if policy is not None:
            self.put_policy(name, policy)

    def put_policy(self, bucket: str, policy: dict) -> None:
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def policy(self, bucket: str) -> dict | None:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
                return None
            raise

    def run(self, module: str, check: bool = False, **options) -> Result:
        """Run a module as a process of its own, the way Ansible runs it, with ``--diff``."""
        arguments = {
            **CONNECTION,
            "endpoint_url": self.url,
            **options,
            "_ansible_check_mode": check,
            "_ansible_diff": True,
        }
        self.calls.clear()
        finished = subprocess.run(
            [sys.executable, "-m", f"ansible_collections.perimeter.s3.plugins.modules.{module}"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert finished.stdout, finished.stderr
        result = Result(json.loads(finished.stdout))
        result.calls = list(self.calls)
        return result


def _name_of(environ: dict) -> str:
    if environ["QUERY_STRING"] == "policy":
        return _POLICY_CALLS[environ["REQUEST_METHOD"]]
    if environ["PATH_INFO"] == "/" and environ["REQUEST_METHOD"] == "POST":
        return "GetCallerIdentity"
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
