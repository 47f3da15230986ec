"""Celery with Redis, as most would build it: batches of 100, a process per core, a row for every mail.

Each task opens one connection, sends its hundred, and writes what became of them in one statement.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from bench.messaging.peers import tell

BATCH = 100


def main(port: str, mails: str, folder: str) -> None:
    """Plan all rows, put all batches into the queue, wait until the last is written."""
    redis = shutil.which("redis-server")
    if find_spec("celery") is None or find_spec("redis") is None:
        tell("Celery with Redis", "not installed", "")
        return
    if redis is None:
        tell("Celery with Redis", "not installed", "", says="redis-server is missing")
        return
    from todoke.base.postgres import EmbeddedServer

    with socket.create_server(("127.0.0.1", 0)) as free:
        queue = free.getsockname()[1]
    server = EmbeddedServer(Path(folder) / "postgres")
    server.start()
    keeper = subprocess.Popen(
        [redis, "--port", str(queue), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    workers = None
    try:
        os.environ.update(BENCH_QUEUE=str(queue), BENCH_SINK=port, BENCH_DATABASE=_address(server))
        from bench.messaging.peers import celery_tasks

        celery_tasks.make_table()
        workers = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "bench.messaging.peers.celery_tasks", "worker"),
                *("--concurrency", str(os.cpu_count() or 1), "--loglevel", "ERROR"),
                *("--without-gossip", "--without-mingle"),
            ],
            stdout=subprocess.DEVNULL,
        )
        celery_tasks.app.control.ping(timeout=10)
        began = time.perf_counter()
        celery_tasks.plan(int(mails))
        for start in range(0, int(mails), BATCH):
            celery_tasks.send_batch.delay(list(range(start, min(start + BATCH, int(mails)))))
        while celery_tasks.left():
            time.sleep(0.1)
        tell("Celery with Redis", round(int(mails) / (time.perf_counter() - began)), "mails/s", batch=BATCH)
    finally:
        for process in filter(None, (workers, keeper)):
            process.terminate()
            process.wait(timeout=30)
        server.stop()


def _address(server) -> str:
    told = server.settings()
    return f"host={told['HOST']} port={told.get('PORT') or 5432} user={told['USER']} dbname={told['NAME']}"


if __name__ == "__main__":
    main(*sys.argv[1:])
