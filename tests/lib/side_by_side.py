# SPDX-License-Identifier: MIT
"""Runs the files of tests/e2e side by side, each in a sandbox and a pytest of its own.

usage: side_by_side.py RUN BUILD [--workers N] [--folders A,B] [--without FILE] [-m MARK] [-k EXPR]

A sandbox with the installed build and its users costs half a second, so each file has a fresh one:
a network, processes, users and a /run that no other file has seen. Which ran before it or beside it
makes no difference, and one that hangs or dies takes no other along. The longest start first, as
far as an earlier run told. Users have other uids in each of those that run at a time, as the kernel
counts processes, queues and watches by uid, whatever the namespace. Tests with the mark `alone`
measure time: they run at the end, one file after the other.
pytest-xdist does none of this: its workers share one set of namespaces.

Writes build/results/RUN/FILE.xml and RUN.count; exits with 1 where a test failed. Whatever ends it
or its parent ends all that it started."""
import argparse
import ctypes
import json
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import time

import tally

TOP = pathlib.Path(__file__).resolve().parents[2]
SUITE = TOP / "tests" / "e2e"
DURATIONS = TOP / "build" / "durations.json"
RESULTS = TOP / "build" / "results"
WORKERS = min(2 * os.cpu_count(), 16)
FILE_TIMEOUT = 600  # seconds
GRACE = 20  # seconds that a file has to tell where it hangs
END = 10  # seconds that all have to end when this process is ended
UIDS = 100  # of each worker, from 1001 on
FAILURES, NO_TESTS = 1, 5  # exit statuses of pytest
PYTEST = (sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb", "short",
          "--rootdir", str(TOP))
SANDBOX = (str(TOP / "tests" / "sandbox"),)
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None)


def die_with_parent(number):
    libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


class File:
    """The tests of a file that bear company, or those that do not, in one run."""

    def __init__(self, path, run, alone):
        self.path, self.run, self.alone = path, run, alone
        self.name = f"{path.relative_to(SUITE)}{' alone' if alone else ''}"
        short = self.name.replace(".py", "").replace("/", "-").replace(" ", "-")
        self.xml = RESULTS / run.name / f"{short}.xml"
        self.process, self.worker, self.started, self.hung = None, None, 0, 0
        self.said, self.counts = b"", [0, 0, 0]

    def start(self, worker):
        """Its output is a pipe: a file would be one that netd can write."""
        marks = "alone" if self.alone else "not alone"
        marks = f"({self.run.mark}) and {marks}" if self.run.mark else marks
        self.worker, self.started = worker, time.monotonic()
        self.process = subprocess.Popen(
            (*SANDBOX, *PYTEST, "--junit-xml", str(self.xml), "-m", marks,
             *self.run.options, str(self.path)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=TOP,
            env={**os.environ, "OWVM_BUILD": str(self.run.build),
                 "OWVM_UID_MIN": str(1001 + UIDS * worker)},
            start_new_session=True, preexec_fn=lambda: die_with_parent(signal.SIGKILL))

    def look_whether_it_hangs(self):
        """Then it is asked once where, by what pytest takes for Ctrl-C."""
        now = time.monotonic()
        if not self.hung and now - self.started > FILE_TIMEOUT:
            self.hung = now
            self.process.send_signal(signal.SIGINT)
        elif self.hung and now - self.hung > GRACE:
            self.kill(signal.SIGKILL)

    def kill(self, number):
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)

    def end(self):
        """Count its tests: a bad end of the whole is a failure, too. Says how it ended."""
        status, there = self.process.wait(), True
        try:
            self.counts = tally.of_pytest(self.xml)
        except tally.UNREADABLE:
            there = False
        if there and status in (0, NO_TESTS):
            return ""
        self.counts[1] = max(self.counts[1], 1)
        if self.hung:
            return f"it hung: no end after {FILE_TIMEOUT} s"
        if there and status == FAILURES:
            return ""
        return f"it ended with status {status}{'' if there else ' and no result'}"

    def report(self, problem):
        text = self.said.decode(errors="replace").strip()
        last = problem or (text.splitlines() or ["silence"])[-1]
        if self.counts[1]:
            print(text, file=sys.stderr)
        print(f"{self.name}: {last}", file=sys.stderr, flush=True)


class Run:
    """All files, and what became of them."""

    def __init__(self, name, build, mark, options):
        self.name, self.build, self.mark, self.options = name, TOP / "build" / build, mark, options
        self.selector, self.durations = selectors.DefaultSelector(), {}
        self.counts = [0, 0, 0]

    def running(self):
        return [key.data for key in self.selector.get_map().values()]

    def together(self, files, workers):
        files = list(files)
        while files or self.running():
            free = set(range(workers)) - {file.worker for file in self.running()}
            for worker, file in zip(sorted(free), list(files)):
                files.remove(file)
                file.start(worker)
                self.selector.register(file.process.stdout, selectors.EVENT_READ, file)
            self.listen()

    def listen(self):
        for key, _ in self.selector.select(1):
            said = os.read(key.fd, 65536)
            key.data.said += said
            if not said:
                self.selector.unregister(key.fileobj)
                self.note(key.data)
        for file in self.running():
            file.look_whether_it_hangs()

    def note(self, file):
        """It has ended: nobody holds its output any more."""
        file.report(file.end())
        file.process.stdout.close()
        self.counts = [a + b for a, b in zip(self.counts, file.counts)]
        self.durations[file.name] = round(time.monotonic() - file.started, 1)

    def end_all(self):
        end = time.monotonic() + END
        files = self.running()
        for file in files:
            file.kill(signal.SIGTERM)
        while time.monotonic() < end and any(file.process.poll() is None for file in files):
            time.sleep(0.05)
        for file in files:
            file.kill(signal.SIGKILL)


def has_mark(path, mark):
    return f"mark.{mark}" in path.read_text(encoding="utf-8")


def selected(run):
    """The files with a test that an expression selects; all where pytest cannot say so."""
    done = subprocess.run((*PYTEST, "--collect-only", *run.options, str(SUITE)), cwd=TOP, text=True,
                          env={**os.environ, "OWVM_BUILD": str(run.build), "OWVM_SANDBOX": "1"},
                          stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, NO_TESTS):
        return set(SUITE.glob("*/test_*.py"))
    return {TOP / line.split("::")[0] for line in done.stdout.splitlines() if "::" in line}


def files_of(run, folders, without):
    """What is to run: the longest first, and those alone at the end."""
    known = durations()
    paths = [path for path in sorted(SUITE.glob("*/test_*.py"))
             if str(path.relative_to(SUITE)) != without
             and (not folders or path.parent.name in folders)
             and (not run.mark or has_mark(path, run.mark))]
    if run.options:
        wanted = selected(run)
        paths = [path for path in paths if path in wanted]
    files = [File(path, run, False) for path in paths]
    files.sort(key=lambda file: -known.get(file.name, file.path.stat().st_size / 1000))
    return files, [File(path, run, True) for path in paths if has_mark(path, "alone")]


def durations():
    return json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.exists() else {}


def remember(found):
    DURATIONS.write_text(json.dumps({**durations(), **found}, indent=1, sort_keys=True),
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
    (RESULTS / known.run).mkdir(parents=True)
    run = Run(known.run, known.build, known.mark, options)
    folders = [folder for folder in known.folders.split(",") if folder]
    company, alone = files_of(run, folders, known.without)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    die_with_parent(signal.SIGTERM)
    try:
        run.together(company, known.workers)
        run.together(alone, 1)
    except KeyboardInterrupt:
        return 130
    finally:
        run.end_all()
    if not known.mark and not options:
        remember(run.durations)
    (RESULTS / f"{known.run}.count").write_text(" ".join(map(str, run.counts)) + "\n",
                                                encoding="utf-8")
    return 1 if run.counts[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
