"""Commands of ganzoo in processes of their own, so many at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
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
    """Commands, one after the other, in the words that follow `ganzoo`. before: done first. log:
    what they print."""

    name: str
    before: Callable[[], None]
    commands: Sequence[Sequence[str]]
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

        with ThreadPoolExecutor(self._count) as pool, _terminated_as_interrupted():
            try:
                for future in as_completed([pool.submit(one, job) for job in jobs]):
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._stop()
                raise

    def _play(self, job: Job) -> str:
        try:
            job.before()
            job.log.parent.mkdir(parents=True, exist_ok=True)
            with job.log.open("ab") as log:
                for command in job.commands:
                    if self._run(command, log):
                        return _last_words(job.log)
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
        for process in running:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """A scheduler's SIGTERM does what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_words(log: Path) -> str:
    """The sentence that a command ended with."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = lines[-1].removeprefix("Error: ") if lines else "it printed nothing."
    return f"{said} (all of it: {log})"
