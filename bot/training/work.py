"""Running what a training needs as processes of their own: low priority, bounded in time and memory, never orphaned."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bot.errors import XinqiaoError
from bot.settings import ROOT, settings
from bot.supervisor import die_with_parent

NICENESS = 10
LEAST_FREE = 64  # MiB of disk, below which nothing is begun and a failure is put down to it
LOOK = 0.5  # seconds between two looks at a process
MIB = 1024 * 1024
FULL = "磁盘快满了：只剩 {free} MB，至少要 {least} MB。请先清出空间，再开始一次。"
MEMORY = "内存不够，训练停下了（上限是每个进程 {limit} MB）。请让技术人员看看。"
TIME = "这一步超过了 {minutes:g} 分钟，停下了。请让技术人员看看。"
CODE = "这一步没有做成（代码 {code}）。细节在日志 training.log 里，请让技术人员看看。"
OUT_OF_MEMORY = ("MemoryError", "Cannot allocate memory", "bad_alloc", "Unable to allocate", "ResourceExhausted")
NO_SPACE = ("No space left", "File too large", "Errno 28", "Errno 27", "disk is full")


class Failed(XinqiaoError):
    """A training that could not be done. Its text is what the page shows."""

    code = "training_failed"


class Process(subprocess.Popen[bytes]):
    """One that was started here. `began`: where the log ended then, in bytes; what went wrong stands behind it."""

    began = 0


def be_modest() -> None:
    """Gives this process and all it starts a low priority and a bound on memory; an engine that serves comes first."""
    os.nice(NICENESS)
    limit = settings().training_memory_mb * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def check_disk(needed: int = LEAST_FREE) -> None:
    """Raises Failed if there is less free space than that, in MiB."""
    free = shutil.disk_usage(settings().data_dir).free // MIB
    if free < needed:
        raise Failed(FULL.format(free=free, least=needed))


def log_path() -> Path:
    """Where all of it is logged."""
    return settings().data_dir / "log" / "training.log"


def run(command: list[str], environment: Mapping[str, str], alive: Callable[[], None]) -> None:
    """Runs a command to its end; `alive` is called all the while and may raise. Raises Failed with the reason."""
    with started(command, environment) as process:
        finish(process, alive)


def finish(process: Process, alive: Callable[[], None]) -> None:
    """Waits for a process. Raises Failed, with the reason, if it failed."""
    code = _wait(process, alive)
    if code != 0:
        raise Failed(_reason(code, process.began))


def _wait(process: subprocess.Popen[bytes], alive: Callable[[], None]) -> int:
    deadline = time.monotonic() + settings().training_minutes * 60
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(LOOK)
        if time.monotonic() > deadline:
            raise Failed(TIME.format(minutes=settings().training_minutes))
        alive()


@contextlib.contextmanager
def started(
    command: list[str], environment: Mapping[str, str], reads: Path = Path(os.devnull), writes: Path | None = None
) -> Iterator[Process]:
    """A process while the block lasts; whatever happens, it and what it has started are gone afterwards.

    `reads` is its input; `writes` is made for its output, which is logged otherwise.
    """
    log_path().parent.mkdir(parents=True, exist_ok=True)
    with log_path().open("ab") as log, reads.open("rb") as source, writes.open("wb") if writes else log as target:
        began = log.seek(0, os.SEEK_END)
        process = Process(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=source,
            stdout=target,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        process.began = began
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _reason(code: int, began: int) -> str:
    with log_path().open("rb") as log:
        log.seek(began)
        said = log.read().decode("utf-8", "replace")
    free = shutil.disk_usage(settings().data_dir).free // MIB
    if any(words in said for words in NO_SPACE) or free < 1:
        return FULL.format(free=free, least=LEAST_FREE)
    if code == -signal.SIGKILL or any(words in said for words in OUT_OF_MEMORY):
        return MEMORY.format(limit=settings().training_memory_mb)
    return CODE.format(code=code)
