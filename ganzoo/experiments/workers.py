"""Tasks in processes of their own, so many at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnProcess
from pathlib import Path

from ganzoo.errors import GanzooError
from ganzoo.experiments.task import Task

GRACE = 60.0  # seconds in which a training that was asked to stop writes its checkpoint
ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

Perform = Callable[[Task], int]


@dataclass(frozen=True)
class Job:
    """Tasks, one after the other; they are asked for when the job begins. log: the file that takes
    what they print."""

    name: str
    tasks: Callable[[], Sequence[Task]]
    log: Path


class Workers:
    """``count`` jobs at a time, each in a process of its own. An interrupt is passed on once to the
    processes that are running, so that each writes its checkpoint, and no further one is started.

    ``perform(task)``: called in the process; it gives the exit code, 0 where all went well, and
    prints a line that begins with "Error: " otherwise. It is a function of a module, which a new
    process imports."""

    def __init__(self, count: int, perform: Perform) -> None:
        self._count, self._perform = count, perform
        self._running: set[SpawnProcess] = set()
        self._changed, self._stopped = threading.Condition(), False

    def play(
        self, jobs: Sequence[Job], started: Callable[[Job], None]
    ) -> Iterator[tuple[Job, str]]:
        """Each job as it ends, with what went wrong, empty where nothing did."""

        def one(job: Job) -> tuple[Job, str]:
            started(job)
            return job, self._play(job)

        self._count = min(self._count, max(1, len(jobs)))  # the number that shares the cores
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
            tasks = job.tasks()
            job.log.parent.mkdir(parents=True, exist_ok=True)
            with job.log.open("ab") as log:
                start = log.tell()
            code = self._run(tasks, job.log)
            return _last_words(job.log, start, code) if code else ""
        except GanzooError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename}: {error.strerror}."

    def _run(self, tasks: Sequence[Task], log: Path) -> int:
        """The exit code of a process that performs the tasks."""
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(self._perform, tasks, log, self._threads())
        )
        with self._changed:
            if self._stopped:
                return 130
            with _held_back():
                process.start()
            self._running.add(process)
        connection.wait([process.sentinel])
        with self._changed:  # one thread at a time asks the system for the code of a process
            process.join()
            self._running.discard(process)
            self._changed.notify_all()
        return process.exitcode or 0

    def _threads(self) -> int | None:
        """The cores are shared out: processes that each take all of them hold each other up."""
        return max(1, (os.cpu_count() or 1) // self._count) if self._count > 1 else None

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            for process in self._running:
                process.terminate()
            try:
                if self._changed.wait_for(lambda: not self._running, GRACE):
                    return
            except KeyboardInterrupt:  # a second one waits no longer
                pass
            for process in self._running:
                process.kill()


def _work(perform: Perform, tasks: Sequence[Task], log: Path, threads: int | None) -> None:
    """What the process does. It has a session of its own: Ctrl-C on a terminal reaches only the
    sweep, which passes it on."""
    if hasattr(os, "setsid"):
        os.setsid()
    if threads is not None:  # read when torch is imported, which it is not yet
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    code = 0
    try:
        _listen()
        for task in tasks:
            if code := perform(task):
                break
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _listen() -> None:
    """Let the signals in that were held back while the process began: the sweep's, and not those
    that a terminal sent before the process had its session."""
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # forgets one that waits
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


@contextmanager
def _held_back() -> Iterator[None]:
    """A process that is started inside begins with signals that wait until it listens."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would lift the mask, were it started inside
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    """A scheduler's SIGTERM, and a terminal that is closed, do what Ctrl-C does: the processes have
    sessions of their own, and would go on. SIGINT too: a shell's background job ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _last_words(log: Path, start: int, code: int) -> str:
    """The sentence that a process ended with; it has written from ``start`` on."""
    text = log.read_bytes()[start:].decode(errors="replace")
    lines = [line for line in text.splitlines() if line.startswith("Error: ")]
    if code < 0:
        said = f"it was ended by signal {-code}."
    else:
        said = lines[-1].removeprefix("Error: ") if lines else f"it ended with exit code {code}."
    return f"{said} (all of it: {log})"
