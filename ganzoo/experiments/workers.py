"""Commands of ganzoo in processes of their own, so many at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ganzoo.errors import GanzooError

GRACE = 60.0  # seconds in which a training that was asked to stop writes its checkpoint


@dataclass(frozen=True)
class Job:
    """Commands, one after the other, in the words that follow `ganzoo`; they are asked for when
    the job begins. log: what they print."""

    name: str
    commands: Callable[[], Sequence[Sequence[str]]]
    log: Path


class Workers:
    """``count`` jobs at a time. An interrupt is passed on once to the processes that are running,
    so that each writes its checkpoint, and no further one is started."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self._stopped = threading.Lock(), False

    def play(
        self, jobs: Sequence[Job], started: Callable[[Job], None]
    ) -> Iterator[tuple[Job, str]]:
        """Each job as it ends, with what went wrong, empty where nothing did."""

        def one(job: Job) -> tuple[Job, str]:
            started(job)
            return job, self._play(job)

        self._count = min(self._count, max(1, len(jobs)))  # who shares the cores
        with ThreadPoolExecutor(self._count) as pool, _ended_as_interrupted():
            try:
                for future in as_completed([pool.submit(one, job) for job in jobs]):
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._stop()
                raise

    def _play(self, job: Job) -> str:
        try:
            job.log.parent.mkdir(parents=True, exist_ok=True)
            with job.log.open("ab") as log:
                for command in job.commands():
                    start = log.tell()
                    if code := self._run(command, log):
                        return _last_words(job.log, start, code)
        except GanzooError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename}: {error.strerror}."
        return ""

    def _run(self, command: Sequence[str], log: IO[bytes]) -> int:
        """Its exit code. In a session of its own: Ctrl-C on a terminal is passed on by us alone."""
        with self._lock:
            if self._stopped:
                return 130
            process = subprocess.Popen(
                [sys.executable, "-m", "ganzoo", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._lock:
                self._running.discard(process)

    def _environment(self) -> dict[str, str]:
        """The cores are shared out: processes that each take all of them hold each other up."""
        each = max(1, (os.cpu_count() or 1) // self._count)
        return {"OMP_NUM_THREADS": str(each), **os.environ} if self._count > 1 else {**os.environ}

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            running = [*self._running]
        for process in running:
            process.send_signal(signal.SIGINT)
        try:
            deadline = time.monotonic() + GRACE
            for process in running:
                process.wait(max(0.0, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second one waits no longer
            for process in running:
                process.kill()


@contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    """A scheduler's SIGTERM, and a terminal that is closed, do what Ctrl-C does: the processes have
    sessions of their own, and would go on. SIGINT too: a shell's background job ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    ends = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    before = {number: signal.signal(number, interrupt) for number in ends}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_words(log: Path, start: int, code: int) -> str:
    """The sentence that a command ended with; it has written from ``start`` on."""
    text = log.read_bytes()[start:].decode(errors="replace")
    lines = [line for line in text.splitlines() if line.startswith("Error: ")]
    if code < 0:
        said = f"it was ended by signal {-code}."
    else:
        said = lines[-1].removeprefix("Error: ") if lines else f"it ended with exit code {code}."
    return f"{said} (all of it: {log})"
