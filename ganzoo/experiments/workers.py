"""Worker processes that perform the tasks of jobs, several jobs at a time."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError
from ganzoo.experiments.task import Task

GRACE = 60.0  # seconds for an interrupted training to write its checkpoint
ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

Progress = Callable[[float, str], None]  # the share that is done, in [0, 1], and it in words
Perform = Callable[[Task, Progress], int]
# The share of a task in the progress of its job: a training of the usual length takes longer than
# the evaluation of its run.
WEIGHTS = {"train": 4.0, "resume": 4.0, "evaluate": 1.0}


@dataclass(frozen=True)
class Job:
    """Tasks that run one after the other. tasks: called when the job starts. log: the file for
    their output."""

    name: str
    tasks: Callable[[], Sequence[Task]]
    log: Path


class Workers:
    """Run ``count`` jobs at a time, each in a process of its own. An interrupt is passed on once to
    the running processes, so that each writes its checkpoint; no further process is started.

    ``perform(task, progress)`` is called in the process, and calls ``progress``. It returns the
    exit code, 0 for success; for a failure it also prints a line that begins with "Error: ". It
    must be a function of a module, because a new process imports it."""

    def __init__(self, count: int, perform: Perform) -> None:
        self._count, self._perform = count, perform
        self._running: set[SpawnProcess] = set()
        self._changed, self._stopped = threading.Condition(), False

    def play(
        self,
        jobs: Sequence[Job],
        started: Callable[[Job], None],
        progress: Callable[[Job, float, str], None] = lambda job, share, words: None,
    ) -> Iterator[tuple[Job, str]]:
        """Yields each job when it ends, with its error in words, or "". ``progress`` is called,
        from a thread, with the share of a job that is done."""

        def one(job: Job) -> tuple[Job, str]:
            started(job)
            return job, self._play(job, functools.partial(progress, job))

        self._count = min(self._count, max(1, len(jobs)))  # the processes that share the cores
        with ThreadPoolExecutor(self._count) as pool, _ended_as_interrupted():
            try:
                for future in as_completed([pool.submit(one, job) for job in jobs]):
                    yield future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._stop()
                raise

    def _play(self, job: Job, progress: Progress) -> str:
        try:
            tasks = job.tasks()
            job.log.parent.mkdir(parents=True, exist_ok=True)
            with job.log.open("ab") as log:
                start = log.tell()
            code = self._run(tasks, job.log, progress)
            return _error(job.log, start, code) if code else ""
        except GanzooError as error:
            return str(error)
        except OSError as error:
            return f"{error.filename}: {error.strerror}."

    def _run(self, tasks: Sequence[Task], log: Path, progress: Progress) -> int:
        """Perform the tasks in a process. Returns its exit code."""
        receiver, sender = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(self._perform, tasks, log, self._threads(), sender)
        )
        with self._changed:
            if self._stopped:
                return 130
            with _signals_blocked(), _main_module_hidden():
                process.start()
            self._running.add(process)
        sender.close()  # the process has its own copy; without one the pipe ends
        with receiver, suppress(EOFError):
            while True:
                progress(*receiver.recv())
        connection.wait([process.sentinel])
        with self._changed:  # only one thread at a time may ask the system for an exit code
            process.join()
            self._running.discard(process)
            self._changed.notify_all()
        return process.exitcode or 0

    def _threads(self) -> int | None:
        """The number of threads per process. The processes share the cores: if each used all cores,
        they would slow each other down. None: no limit."""
        return max(1, (os.cpu_count() or 1) // self._count) if self._count > 1 else None

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            for process in self._running:
                process.terminate()
            try:
                if self._changed.wait_for(lambda: not self._running, GRACE):
                    return
            except KeyboardInterrupt:  # a second interrupt ends the wait
                pass
            for process in self._running:
                process.kill()


def _work(
    perform: Perform,
    tasks: Sequence[Task],
    log: Path,
    threads: int | None,
    sender: connection.Connection,
) -> None:
    """The main function of a process. The process has a session of its own: Ctrl-C on a terminal
    reaches only the sweep, which passes it on."""
    if hasattr(os, "setsid"):
        os.setsid()
    if threads is not None:  # torch reads it at its import, which comes later
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    with log.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    code = 0
    try:
        _unblock_signals()
        for task, progress in zip(tasks, _shares(tasks, sender), strict=True):
            if code := perform(task, progress):
                break
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _shares(tasks: Sequence[Task], sender: connection.Connection) -> Iterator[Progress]:
    """For each task, the function that takes its progress and sends that of the job."""
    done, total = 0.0, sum(WEIGHTS[task.function] for task in tasks)
    for task in tasks:
        share = WEIGHTS[task.function] / total
        yield functools.partial(_send, sender, done, share)
        done += share


def _send(
    sender: connection.Connection, done: float, share: float, part: float, words: str
) -> None:
    with suppress(OSError):  # the sweep has ended
        sender.send((done + share * part, words))


def _unblock_signals() -> None:
    """Unblock the signals that were blocked at the start of the process. A signal from the sweep is
    handled; a SIGINT from the terminal, sent before the process had its session, is dropped."""
    if not hasattr(signal, "pthread_sigmask"):
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # drops a pending SIGINT
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block signals: a process that is started inside inherits the mask, until it calls
    ``_unblock_signals``."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # if it were started inside, it would remove the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """A process that is started inside does not import the main module. It needs only ganzoo's
    modules, and a script without ``if __name__ == "__main__"`` would run once more in it."""
    names = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {
        name: names[name] for name in ("__file__", "__spec__") if name in names
    }
    names.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        names.update(hidden)


@contextmanager
def _ended_as_interrupted() -> Iterator[None]:
    """A scheduler's SIGTERM, and a closed terminal's SIGHUP, act as Ctrl-C does; otherwise the
    processes, which have sessions of their own, would continue. SIGINT is included because a
    background job of a shell ignores it."""
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


def _error(log: Path, start: int, code: int) -> str:
    """The error message of a process, whose output in the log begins at byte ``start``."""
    text = log.read_bytes()[start:].decode(errors="replace")
    lines = [line for line in text.splitlines() if line.startswith("Error: ")]
    if code < 0:
        message = f"The process was ended by signal {-code}."
    elif lines:
        message = lines[-1].removeprefix("Error: ")
    else:
        message = f"The process ended with exit code {code}."
    return f"{message} (its output: {log})"
