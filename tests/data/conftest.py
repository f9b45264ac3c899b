"""What the tests of the readers share: tiny IDX files, and a web server that can misbehave."""

from __future__ import annotations

import gzip
import os
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]


def idx_bytes(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write(path: Path, data: bytes) -> Path:
    """``data`` as ``path``, gzipped if that is what the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The data directory, where it has the real MNIST."""
    root = Path(os.environ.get("GANZOO_DATA", "nowhere"))
    if not (root / "MNIST" / "raw" / "train-images-idx3-ubyte").exists():
        pytest.skip("GANZOO_DATA has no MNIST/raw")
    return root


class Server:
    """A web server on this machine. ``answers``: what to do at each path; 404 elsewhere."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answers.get(self.path, lambda handler: handler.send_error(404))(self)

            def log_message(self, *args: object) -> None:
                pass

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.01,))
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}{path}"

    def sends(self, path: str, data: bytes, promised: int | None = None) -> str:
        """``data``, under a header that promises ``promised`` bytes, and then the end."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data) if promised is None else promised))
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)

    def stalls(self, path: str, data: bytes) -> str:
        """Half of ``data``, and then silence until the test is over."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[: len(data) // 2])
            handler.wfile.flush()
            self.released.wait(10)

        self.answers[path] = answer
        return self.url(path)

    def close(self) -> None:
        self.released.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = Server()
    yield running
    running.close()


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes reading files of a name fail as the system does; chmod would not stop root."""

    def forbid(name: str) -> None:
        for way in ("read_bytes", "open"):
            monkeypatch.setattr(Path, way, refusing(getattr(Path, way), name))

    def refusing(read: Callable[..., Any], name: str) -> Callable[..., Any]:
        def refuse(path: Path, *args: Any, **options: Any) -> Any:
            if path.name == name:
                raise PermissionError(13, "Permission denied", str(path))
            return read(path, *args, **options)

        return refuse

    return forbid
