# SPDX-License-Identifier: MIT
"""Runs the files of tests/e2e side by side, each worker in a sandbox of its own.

usage: side_by_side.py RUN BUILD [--workers N] [--folders A,B] [--without FILE] [-m MARK] [-k EXPR]

A worker is one tests/sandbox: a network, processes, users and a /run of its own. It takes one file
after the other, the longest first as far as an earlier run told, and runs each in a pytest of its
own, so that one that hangs or dies takes nothing with it but its file. Users have other uids in
each, as the kernel counts processes, queues and watches by uid, whatever the namespace. Tests with
`@pytest.mark.alone` measure time: they run at the end, one after the other.
pytest-xdist does none of this: its workers share one set of namespaces.

Writes build/results/RUN/FILE.xml and RUN.count; exits with 1 where a test failed."""
import argparse
import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
import time

import tally

TOP = pathlib.Path(__file__).resolve().parents[2]
SUITE = TOP / "tests" / "e2e"
DURATIONS = TOP / "build" / "durations.json"
RESULTS = TOP / "build" / "results"
WORKERS = 4
FILE_TIMEOUT = 600  # seconds
UIDS = 100  # of each worker, from 1001 on
NO_TESTS = 5  # pytest's exit status where nothing was selected


def label(path):
    return str(path.relative_to(SUITE))


def has_mark(path, mark):
    return f"mark.{mark}" in path.read_text(encoding="utf-8")


def files(folders, without, mark):
    """The files that are to run, the longest first."""
    known = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.exists() else {}
    found = [path for path in sorted(SUITE.glob("*/test_*.py"))
             if label(path) != without and (not folders or path.parent.name in folders)]
    if mark:
        found = [path for path in found if has_mark(path, mark)]
    return sorted(found, key=lambda path: -known.get(label(path), path.stat().st_size / 1000))


class Worker:
    """One sandbox, and what runs in it."""

    def __init__(self, number, build, options, results):
        self.number, self.options, self.results = number, options, results
        self.environment = {**os.environ, "OWVM_BUILD": str(build),
                            "OWVM_UID_MIN": str(1001 + UIDS * number)}
        self.sandbox = None

    def start(self):
        self.sandbox = subprocess.Popen(
            (TOP / "tests" / "sandbox", sys.executable, "-B", __file__, "--inside"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOP,
            env=self.environment)

    def run(self, path, xml, marks):
        """Run a file. Gives what is to be printed of it and whether all is well."""
        if self.sandbox is None or self.sandbox.poll() is not None:
            self.start()
        command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb",
                   "short", "--junit-xml", str(xml), "-m", marks, *self.options, str(path)]
        timer = threading.Timer(FILE_TIMEOUT, self.stop)
        timer.start()
        try:
            print(json.dumps(command), file=self.sandbox.stdin, flush=True)
            answer = json.loads(self.sandbox.stdout.readline())
        except (BrokenPipeError, ValueError):
            self.stop()
            answer = {"status": -1, "said": "its sandbox died, or it took more than "
                                            f"{FILE_TIMEOUT} s"}
        timer.cancel()
        return answer["said"], answer["status"] in (0, NO_TESTS)

    def stop(self):
        if self.sandbox is not None:
            self.sandbox.send_signal(signal.SIGTERM)
            try:
                self.sandbox.wait(10)
            except subprocess.TimeoutExpired:
                self.sandbox.kill()
                self.sandbox.wait()
            self.sandbox = None


def inside():
    """In the sandbox: run each command that comes, and tell what became of it. Its output is a
    pipe: a file would be one that netd can write."""
    for line in sys.stdin:
        done = subprocess.run(json.loads(line), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        print(json.dumps({"status": done.returncode, "said": done.stdout.decode(errors="replace")}),
              flush=True)


class Run:
    """All files, and what became of them."""

    def __init__(self, todo, workers, mark):
        self.todo, self.workers, self.mark = todo, workers, mark
        self.lock = threading.Lock()
        self.durations, self.broken, self.failed = {}, 0, False

    def xml_of(self, path, end):
        name = label(path).removesuffix(".py").replace("/", "-")
        return self.workers[0].results / f"{name}{end}.xml"

    def take(self, worker, waiting, marks, end):
        while True:
            try:
                path = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.monotonic()
            said, well = worker.run(path, self.xml_of(path, end), marks)
            with self.lock:
                self.note(path, time.monotonic() - started, said, well)
                self.broken += not self.xml_of(path, end).exists()

    def note(self, path, seconds, said, well):
        self.durations[label(path)] = round(self.durations.get(label(path), 0) + seconds, 1)
        print(f"{label(path)}: {said.strip().splitlines()[-1] if said.strip() else 'silence'}",
              file=sys.stderr, flush=True)
        if not well:
            self.failed = True
            print(said, file=sys.stderr, flush=True)

    def together(self, paths, workers, marks, end):
        marks = f"({self.mark}) and {marks}" if self.mark else marks
        waiting = queue.Queue()
        for path in paths:
            waiting.put(path)
        threads = [threading.Thread(target=self.take, args=(worker, waiting, marks, end))
                   for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def all(self):
        self.together(self.todo, self.workers, "not alone", "")
        for worker in self.workers[1:]:
            worker.stop()
        self.together([path for path in self.todo if has_mark(path, "alone")], self.workers[:1],
                      "alone", "-alone")


def remember(durations):
    known = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.exists() else {}
    DURATIONS.write_text(json.dumps({**known, **durations}, indent=1, sort_keys=True),
                         encoding="utf-8")


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("build")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--folders", default="")
    parser.add_argument("--without")
    parser.add_argument("-m", dest="mark")
    known, options = parser.parse_known_args(arguments)
    results = RESULTS / known.run
    results.mkdir(parents=True)
    folders = [folder for folder in known.folders.split(",") if folder]
    run = Run(files(folders, known.without, known.mark),
              [Worker(number, TOP / "build" / known.build, options, results)
               for number in range(known.workers)], known.mark)
    # Ctrl-C and a stop reach the sandboxes; without this process they would end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run.all()
    finally:
        for worker in run.workers:
            worker.stop()
    if not known.mark:
        remember(run.durations)
    counts = [sum(column) for column in zip(
        (0, run.broken, 0), *(tally.of_pytest(xml) for xml in results.glob("*.xml")))]
    (RESULTS / f"{known.run}.count").write_text(" ".join(map(str, counts)) + "\n",
                                                encoding="utf-8")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(inside() if sys.argv[1:] == ["--inside"] else main(sys.argv[1:]))
