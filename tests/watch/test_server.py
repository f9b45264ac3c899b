"""The server: for this machine only, and no file that a request names."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ganzoo.errors import GanzooError
from ganzoo.watch.page import Page
from ganzoo.watch.server import HOST, Server

from .conftest import log

Serve = Callable[..., Server]


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """The answer to a request with exactly this path."""
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def test_the_page_its_parts_and_a_picture(serve: Serve, run: Path) -> None:
    log(run, 10)
    server = serve(run)
    status, page, headers = ask(server, "/")
    assert status == 200
    assert b"<title>10 % one - ganzoo watch</title>" in page
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    status, parts, _ = ask(server, "/parts")
    assert json.loads(parts).keys() == {"title", "runs", "curves"}
    assert 'src="/samples/0/10.png"' in json.loads(parts)["runs"]
    status, png, headers = ask(server, "/samples/0/10.png")
    assert (status, png) == (200, (run / "samples" / "step-000010.png").read_bytes())
    assert headers["Content-Type"] == "image/png"


def test_the_page_loads_nothing_from_elsewhere_and_runs_one_script(serve: Serve, run: Path) -> None:
    _, page, headers = ask(serve(run), "/")
    assert b"http://" not in page.replace(b"http://www.w3.org/", b"")
    assert b"https://" not in page
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">'.encode() in page


def test_a_new_log_is_seen(serve: Serve, run: Path) -> None:
    server = serve(run)
    log(run, 10)
    assert b"Step 10 of 100" in ask(server, "/parts")[1]
    log(run, 20)
    assert b"Step 20 of 100" in ask(server, "/parts")[1]


@pytest.mark.parametrize(
    "path",
    [
        "/../config.json",
        "/samples/0/../../config.json",
        "/samples/0/..%2f..%2fconfig.json",
        "/samples/0//etc/passwd",
        "/samples/9/10.png",
        "/samples/0/11.png",
        "/samples/-1/10.png",
        "/samples/0/10.png/",
        "/samples/0/%31%30.png",
        "/config.json",
        "//etc/passwd",
    ],
)
def test_no_other_file_is_given(serve: Serve, run: Path, path: str) -> None:
    log(run, 10)
    status, content, _ = ask(serve(run), path)
    assert status == 404
    assert content == b"There is nothing here. The page is at /\n"


def test_it_is_no_proxy(serve: Serve, run: Path) -> None:
    assert ask(serve(run), "http://other.example/")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", ""])
def test_another_host_gets_nothing(serve: Serve, run: Path, host: str) -> None:
    status, content, _ = ask(serve(run), "/", Host=host)
    assert (status, content) == (403, b"This page is for this machine only.\n")


def test_localhost_is_this_machine(serve: Serve, run: Path) -> None:
    server = serve(run)
    assert ask(server, "/", Host=f"localhost:{server.server_port}")[0] == 200


def test_it_listens_on_the_loopback_only(serve: Serve, run: Path) -> None:
    assert serve(run).socket.getsockname()[0] == "127.0.0.1"


def test_head_has_no_content_and_other_methods_are_refused(serve: Serve, run: Path) -> None:
    server = serve(run)
    assert ask(server, "/", "HEAD")[:2] == (200, b"")
    assert ask(server, "/", "POST")[0] == 501


def test_a_reader_that_goes_away_does_not_end_it(
    serve: Serve, run: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = serve(run)
    for request in (b"GET / HTTP/1.0\r\n", b"\x00\xff\r\n\r\n", b""):
        with socket.create_connection((HOST, server.server_port)) as other:
            other.sendall(request)
    assert ask(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_fault_is_answered_and_does_not_end_it(
    serve: Serve, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(run)

    def broken() -> dict[str, str]:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(server.page, "parts", broken)
        assert ask(server, "/parts")[:2] == (
            500,
            b"The page cannot be made: RuntimeError: a fault\n",
        )
    assert ask(server, "/parts")[0] == 200


def test_a_taken_port_is_a_sentence(serve: Serve, run: Path) -> None:
    port = serve(run).server_port
    with pytest.raises(GanzooError, match=f"Port {port} is in use .*--port 0"):
        Server(Page([run]), port)
