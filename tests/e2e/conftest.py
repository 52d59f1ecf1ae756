# SPDX-License-Identifier: MIT
"""Fixtures: the installed build, real users, netd in both modes, what must be gone at the end.

Run by tests/check; by hand: OWVM_BUILD=BUILD tests/sandbox /usr/bin/python3 -m pytest tests/e2e"""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e" / "lib"))

# pylint: disable=wrong-import-position
import network
import owvm
import processes
import service
from machine import left_of
from namespace import Namespace, clients_gone
from people import User, sleeper

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "e2e")).resolve()
REPORTS = "/var/log/sanitizer"
USERS = {"alice": "owvm", "bob": "owvm", "carol": ""}  # and their further groups
OWN_BRIDGE = "permit group owvm bridge ow-%U create\n"


def pytest_configure(config):
    config.addinivalue_line("markers", "smoke: also run with the builds that have no sanitizer")
    config.addinivalue_line("markers", "alone: measures time; run when nothing else runs")
    if os.environ.get("OWVM_SANDBOX") != "1":
        pytest.exit("these tests change users and the network: run tests/check, or run pytest "
                    "inside tests/sandbox", 2)
    os.umask(0o022)
    # netd is not dumpable and a file-capability process cannot be traced by its user, so the leak
    # checker, which traces its own process at exit, cannot work there. Unit tests look for leaks.
    options = f"detect_leaks=0:halt_on_error=1:print_stacktrace=1:log_path={REPORTS}/report"
    os.environ.update(ASAN_OPTIONS=options, UBSAN_OPTIONS=options)


@pytest.fixture(scope="session", autouse=True)
def installed():
    """The build under test in /usr/local, the service's user, and three ordinary users."""
    os.makedirs(REPORTS)
    os.chmod(REPORTS, 0o1777)
    done = subprocess.run(("meson", "install", "--no-rebuild", "--quiet", "-C", BUILD), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        pytest.exit(f"cannot install the build '{BUILD}': {done.stdout}", 2)
    network.command("groupadd", "--force", "--system", "owvm")
    add_user("owvm-netd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
             "/usr/sbin/nologin")
    for name, groups in USERS.items():
        add_user(name, "--create-home", "--shell", "/bin/sh", "--groups", groups, "--key",
                 f"UID_MIN={os.environ.get('OWVM_UID_MIN', 1001)}")
    service.remove_policy()


def add_user(name, *options):
    try:
        pwd.getpwnam(name)
    except KeyError:
        network.command("useradd", *options, name)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Nothing reaches another module: neither what owrun remembers of a VM, nor a VM that a test
    which failed has left. A fixture would not always come after all others of its scope."""
    yield
    if nextitem is None or nextitem.path != item.path:
        remove_what_users_left()


def remove_what_users_left():
    for name in USERS:
        user = pwd.getpwnam(name)
        for pid in processes.of_user(user.pw_uid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert network.wait_until(lambda: not processes.of_user(user.pw_uid))
        for place in (pathlib.Path(user.pw_dir, ".local/share/owvm"), f"/tmp/owvm-{user.pw_uid}"):
            shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def alice(installed):
    return User("alice")


@pytest.fixture(scope="session")
def bob(installed):
    return User("bob")


@pytest.fixture(scope="session")
def carol(installed):
    """Not in group owvm."""
    return User("carol")


@pytest.fixture
def victim(alice):
    """A process of alice's, which nobody has a reason to end."""
    with sleeper(alice) as process:
        yield process


@pytest.fixture
def secret(alice):
    """A file of alice's, empty, which nobody else can read."""
    path = pathlib.Path(alice.home, "secret")
    path.touch(0o600)
    os.chown(path, alice.uid, alice.gid)
    yield path
    path.unlink()


@pytest.fixture
def nothing_left(installed):
    """At the end the network is as it was, and no sanitizer said anything."""
    before = set(network.links())

    def left():
        return set(network.links()) - before | set(network.chains())
    yield
    # A hundred ports are deleted in some seconds, on a busy host in more.
    gone = network.wait_until(lambda: not left(), 20)
    assert gone, f"left behind: {left()}\nowvm-netd said:\n{service.log()}"
    assert_no_report()


def assert_no_report():
    reports = glob.glob(f"{REPORTS}/*")
    texts = [pathlib.Path(path).read_text(encoding="utf-8", errors="replace") for path in reports]
    for path in reports:
        os.unlink(path)
    # UBSan of a process of netd does not hear of REPORTS (see the top meson.build).
    texts += [line for line in service.log().splitlines()
              if "runtime error:" in line or "Sanitizer" in line]
    assert not texts, "\n".join(texts)


@pytest.fixture
def policy(installed):
    """Writes the policy; it is gone after the test."""
    yield service.write_policy
    service.remove_policy()


@pytest.fixture
def fresh_log():
    """netd's log of this test alone."""
    pathlib.Path(service.LOG).unlink(missing_ok=True)
    return service.log


@pytest.fixture
def netd(nothing_left, policy, fresh_log):
    """start(policy text, option..., variable=value...) starts the service with that policy;
    start.service is what it starts."""
    running = service.Service()

    def start(text, *options, **environment):
        policy(text)
        running.options, running.environment = options, environment
        running.start()
        return running
    start.service = running
    yield start
    # netd removes bridges and chains when it is told that ports left: let it hear that.
    network.wait_until(lambda: not network.made_by_netd() and not network.chains())
    running.close()


@pytest.fixture(scope="module")
def running(installed):
    """The service, for all tests of a module, with everybody's own bridge."""
    service.write_policy(OWN_BRIDGE)
    netd = service.Service()
    netd.start()
    yield netd
    network.wait_until(lambda: not network.made_by_netd())
    netd.close()
    service.remove_policy()


@pytest.fixture
def helper(nothing_left, policy):
    """start(policy text) arms the file capability with that policy."""
    def start(text):
        policy(text)
        service.Helper.arm()
        return service.Helper()
    yield start
    # Nobody waits for ports to leave in this mode: the next request of the same user tidies up.
    for name in ("alice", "bob"):
        service.Helper().request(User(name), owvm.pack_nets())
    service.Helper.disarm()


@pytest.fixture(params=["service", "helper"])
def either_mode(request):
    """Either way to start netd: either_mode(policy text).request(user, bytes)."""
    return request.getfixturevalue("netd" if request.param == "service" else "helper")


@pytest.fixture(scope="module")
def user(alice, running):
    """alice, where everybody has a bridge; her VMs have left nothing in the end."""
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def place(nothing_left, alice):
    """A network namespace of alice's own."""
    with Namespace(alice) as namespace:
        yield namespace
    assert clients_gone()


@pytest.fixture
def bridge(nothing_left):
    """br-lab: a bridge that the administrator made."""
    network.add_bridge("br-lab")
    yield "br-lab"
    network.delete_link("br-lab")


def place_guest(suffix, *names):
    """A demo guest's files, where every user can read them. Gives their directory."""
    source = pathlib.Path(os.environ.get("OWVM_GUEST", str(TOP / "build" / "guest")) + suffix)
    if suffix and not source.exists():
        pytest.skip(f"'{source}' is missing: make it with tests/guest/build")
    target = pathlib.Path(f"/usr/local/share/owvm-guest{suffix}")
    target.mkdir()
    for name in names:
        shutil.copy(source / name, target / name)
        (target / name).chmod(0o644)
    return target


@pytest.fixture(scope="session")
def guest(installed):
    return place_guest("", "vmlinux", "vmlinuz", "initrd.gz")


@pytest.fixture(scope="session")
def arm_guest(installed):
    """For another processor than x86."""
    return place_guest("-arm64", "vmlinuz", "initrd.gz")
