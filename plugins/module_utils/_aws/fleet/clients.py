# Copyright (c) 2026 perimeter.s3 contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What many buckets share in one run of a module: a client of S3 for each region."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

try:
    from botocore.config import Config
except ImportError:  # AnsibleAWSModule says so before anything here is called.
    Config = None

from ..api import s3, sts
from ..module import Session
from .calls import Calls
from .processes import away, useful_processes


class CountedSession(Session):
    """A session whose requests are counted, and whose clients may be of another region than the module's."""

    def __init__(self, module: Any, calls: Calls) -> None:
        super().__init__(module)
        self._calls = calls
        self._lock = threading.RLock()

    @property
    def caller(self) -> sts.Caller:
        with self._lock:  # AWS is asked once, whoever asks first.
            return super().caller

    def client(self, service: str, region: str | None = None) -> Any:
        with self._lock:  # boto3 does not make clients in two threads at once.
            known = len(self._clients)
            client = super().client(service, region)
            return self._calls.of(client) if len(self._clients) > known else client


class RegionalClients:
    """The clients of one run, one per Region, each made once.

    Not for threads: ask for all of them before workers begin.

    :ivar home: the region of the module.
    """

    def __init__(self, module: Any, calls: Calls, connections: int) -> None:
        self.home: str = module.region
        self._module = module
        self._calls = calls
        self._connections = connections
        # A worker that finds no free connection in the pool opens one for each request, handshake and all. The
        # adaptive mode has a limiter that slows all workers down together when S3 has too many requests.
        self._config = Config(max_pool_connections=connections, retries={"mode": "adaptive"})
        self._clients: dict[str, Any] = {}

    def at(self, region: str | None = None) -> Any:
        """The client (of :func:`s3.once_only`) of a region, or of the module's."""
        region = region or self.home
        if region not in self._clients:
            client = s3.once_only(self._module.client("s3", config=self._config, region=region))
            self._clients[region] = self._calls.of(client)
        return self._clients[region]

    @contextmanager
    def spread(self, regions: Sequence[str]) -> Iterator[None]:
        """Have processes make the calls to S3, if there are enough of them.

        :param regions: where the calls go, one for each.
        """
        for region in regions:
            self.at(region)
        processes = useful_processes(len(regions), self._connections)
        # amazon.aws takes the log that this asks for from the process that it is in itself.
        if not processes or self._module.params.get("debug_botocore_endpoint_logs"):
            yield
            return
        here = self._clients
        with away(here, self._connections, processes, self._calls) as s3s:
            self._clients = dict(s3s)
            try:
                yield
            finally:
                self._clients = here
