# SPDX-License-Identifier: MIT
"""What the programs are really made of: link lines, the linker's map of owvm-netd, and readelf.
Archives leave no trace in readelf, so the map decides what runs with the capability."""
import pathlib
import re

import pytest

import source
from objects import BUILD, output, source_of, symbols
from source import name

MAP = BUILD / "netd" / "owvm-netd.map"
PRIVILEGED_LINES = 2500

# Archives by the end of their path. libpthread.a is empty since glibc 2.34.
NETD_ARCHIVES = {"libnetd-back.a", "libnetd-filter.a", "libnetd-front.a", "libpolicy.a",
                 "libcommon.a", "libcap.a", "libnl-3.a", "libnl-route-3.a", "libpthread.a",
                 "libc_nonshared.a", "libgcc.a"}
OWRUN_LIBRARIES = {"libbase.a", "libcommon.a", "libnetd-client.a", "liblauncher.a",
                   "libarchive.so", "libcap.so", "libcom_err.so", "libcurl.so", "libexpat.so",
                   "libext2fs.so", "libfdisk.so", "libjansson.so", "libnl-3.so", "libnl-route-3.so",
                   "libseccomp.so", "libsodium.so"}
KEEPER_LIBRARIES = {"libbase.a", "libcommon.a", "libnetd-client.a", "liblauncher.a",
                    "libjansson.so"}
BRIDGE_HELPER_LIBRARIES = {"libbase.a", "libcommon.a", "libnetd-client.a", "libbridge-helper.a"}
BACK, FRONT = "netd/libnetd-back.a", "netd/libnetd-front.a"
POLICY, COMMON = "policy/libpolicy.a", "common/libcommon.a"
MAIN = "netd/owvm-netd.p/main.c.o"
NEVER = {"execve", "execv", "execvp", "execvpe", "execl", "execle", "execlp", "fexecve",
         "posix_spawn", "posix_spawnp", "system", "popen", "dlopen", "pthread_create"}


@pytest.fixture(scope="module")
def linked():
    """The map's list of object files and archive members that went into owvm-netd."""
    assert MAP.is_file(), f"no map of the linker: build '{BUILD}' first"
    return MAP.read_text(encoding="utf-8")


def needed(program):
    return set(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", output("readelf", "-d", program)))


def imports(*arguments):
    lines = output("nm", "--undefined-only", *arguments).splitlines()
    return {line.split()[1].split("@")[0] for line in lines if line.strip().startswith("U ")}


def test_netd_is_linked_from_the_allowed_archives_alone(linked):
    archives = set(re.findall(r"^LOAD (\S+\.a)$", linked, re.MULTILINE))
    assert {pathlib.Path(path).name for path in archives} <= NETD_ARCHIVES
    assert "netd/libnetd-back.a" in archives


def test_netd_needs_no_shared_library_but_libc():
    assert needed("netd/owvm-netd") == {"libc.so.6"}


@pytest.mark.parametrize("program, allowed", (("owrun", OWRUN_LIBRARIES),
                                              ("owrun-keeper", KEEPER_LIBRARIES),
                                              ("owvm-bridge-helper", BRIDGE_HELPER_LIBRARIES)))
def test_a_client_is_linked_from_no_privileged_code(program, allowed):
    inputs = output("ninja", "-t", "query", f"launcher/{program}").split("outputs:")[0]
    libraries = {pathlib.Path(word).name for word in inputs.split()
                 if re.search(r"\.(a|so)$", word)}
    assert libraries == allowed


def test_owrun_needs_no_other_shared_library():
    assert needed("launcher/owrun") == {"libc.so.6", "libarchive.so.13", "libcap.so.2",
                                        "libcom_err.so.2", "libcurl.so.4", "libexpat.so.1",
                                        "libext2fs.so.2",
                                        "libfdisk.so.1", "libjansson.so.4",
                                        "libnl-3.so.200", "libnl-route-3.so.200",
                                        "libseccomp.so.2", "libsodium.so.23"}


def test_owrun_keeper_needs_few_shared_libraries():
    """Each of them would take memory as long as a VM runs."""
    assert needed("launcher/owrun-keeper") == {"libc.so.6", "libjansson.so.4"}


def test_owvm_bridge_helper_needs_no_shared_library_but_libc():
    assert needed("launcher/owvm-bridge-helper") == {"libc.so.6"}


@pytest.mark.parametrize("archive", (BACK, FRONT, POLICY, COMMON))
def test_what_netd_is_made_of_cannot_start_programs_or_threads(archive):
    assert imports(archive) & NEVER == set()


def test_what_netd_links_holds_no_more_of_these_than_is_known():
    """The object of libcap that drops capabilities has a launcher of programs, too. That netd
    cannot start one, its filters show: test_filters.py, ../e2e/test_seccomp.py."""
    assert imports("-D", "netd/owvm-netd") & NEVER == {"execve"}


def test_what_is_linked_of_libnl_route_reads_neither_files_nor_the_environment(linked):
    path = re.search(r"^LOAD (\S+/libnl-route-3\.a)$", linked, re.MULTILINE)[1]
    members = set(re.findall(rf"^{re.escape(path)}\((\S+)\)$", linked, re.MULTILINE))
    needs = {member: needed for member, (_, needed) in symbols(path).items() if member in members}
    assert 2 < len(members) == len(needs) < 20
    assert set().union(*needs.values()) & {"getenv", "fopen", "open", "open64", "socket"} == set()


def test_owvm_netd_is_hardened():
    elf = output("readelf", "-hdl", "netd/owvm-netd")
    assert re.search(r"Type:\s+DYN \(Position-Independent", elf)
    assert "BIND_NOW" in elf and "GNU_RELRO" in elf
    assert re.search(r"GNU_STACK\s+(\S+\s+){5}RW\s", elf)


def reached(start, objects):
    """The objects that `start` needs, directly or not, itself included."""
    owner = {symbol: where for where, (defined, _) in objects.items() for symbol in defined}
    found, todo = set(), list(start)
    while todo:
        where = todo.pop()
        if where not in found:
            found.add(where)
            todo += [owner[symbol] for symbol in objects[where][1] if symbol in owner]
    return found


@pytest.fixture(scope="module")
def privileged(linked):
    """The objects that the process with the capability runs: main, the back, and what they use of
    the rest. main's one call into the front stands behind the point where everything is given
    up."""
    back = {where: found for where, found in symbols(BACK).items()
            if re.search(rf"^{re.escape(where)}\b", linked, re.MULTILINE)}
    assert MAIN in linked and len(back) > 5
    main = symbols(MAIN)
    main[MAIN] = (main[MAIN][0], main[MAIN][1] - {"front_run"})
    objects = {**main, **back, **symbols(COMMON), **symbols(POLICY), **symbols(FRONT)}
    return reached([MAIN, *back], objects)


def test_what_runs_with_the_capability_uses_neither_policy_nor_front(privileged):
    assert [where for where in privileged if "libpolicy" in where or "netd-front" in where] == []


def test_the_privileged_code_is_small(privileged, capsys):
    files = {source_of(where) for where in privileged}
    counts = {name(path): source.code_lines(path) for path in files}
    total = sum(counts.values())
    headers = sum(source.code_lines(path) for path in source.with_headers(files) - files)
    by_folder = {folder: sum(lines for path, lines in counts.items()
                             if path.startswith(folder + "/"))
                 for folder in ("netd", "common")}
    with capsys.disabled():
        print(f"\nprivileged lines of code: {total} of {PRIVILEGED_LINES} "
              f"({', '.join(f'{folder} {lines}' for folder, lines in by_folder.items())}; "
              f"{headers} lines of headers not counted)")
    assert {"netd/main.c", "netd/port/port.c", "common/ifname-slot.c"} <= set(counts)
    assert total < PRIVILEGED_LINES
