"""A Hugging Face Hub of one process, for the tests: it takes repositories and commits."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_of_the_tests"


@dataclass
class Hub:
    """repos: whether each repository is private. files: of the commits, by repository. status: the
    answer to every request, if it is not 0."""

    address: str = ""
    repos: dict[str, bool] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    status: int = 0

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self.status or token != f"Bearer {TOKEN}":
            return self.status or 401, {"error": "no"}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked.get('organization') or 'ada'}/{asked['name']}"
            if repo in self.repos:
                return 409, {"error": "exists", "url": f"{self.address}/{repo}"}
            self.repos[repo] = asked.get("private") or asked.get("visibility") == "private"
            return 200, {"url": f"{self.address}/{repo}", "id": repo, "name": repo}
        _, _, _, user, name, *rest = path.split("/")
        repo = f"{user}/{name}"
        if rest[:1] == ["preupload"]:
            several = json.loads(body)["files"]
            modes = {"uploadMode": "regular", "shouldIgnore": False}
            return 200, {"files": [{"path": each["path"], **modes} for each in several]}
        if rest[:1] == ["commit"]:
            self._commit(repo, body)
            url = f"{self.address}/{repo}/commit/1"
            return 200, {"success": True, "commitUrl": url, "commitOid": "1", "hookOutput": ""}
        return 200, {"id": repo, "modelId": repo, "private": self.repos[repo], "sha": "1"}

    def _commit(self, repo: str, body: bytes) -> None:
        for line in body.splitlines():
            entry = json.loads(line)
            if entry["key"] == "header":
                self.commits.append(entry["value"]["summary"])
            if entry["key"] == "file":
                content = base64.b64decode(entry["value"]["content"])
                self.files.setdefault(repo, {})[entry["value"]["path"]] = content


@contextmanager
def hub_server() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            token = self.headers.get("Authorization") or ""
            body = self.rfile.read(length)
            status, answer = hub.answer(self.path.partition("?")[0], token, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
