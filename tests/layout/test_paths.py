# SPDX-License-Identifier: MIT
"""Files of running VMs are used by the fd of their directory, and by no path: who may change a
directory on the way decides what a path leads to, and may decide otherwise between two looks. The
rooms that have to do with running VMs therefore name all that they look at by a path, and why."""
import re

import pytest

import source
from source import c_files, name

ROOMS = ("runtime", "qemu", "console", "start", "sandbox", "image", "download", "command",
         "doctor")
# What takes a path, of libc and of launcher/base.
CALLS = ("access", "bind", "chdir", "chmod", "chown", "connect", "creat", "execv", "fopen",
         "freopen", "inotify_add_watch", "json_dump_file", "json_load_file", "link", "lstat",
         "mkdir", "mkfifo", "mkostemp", "mkstemp", "open", "opendir", "readlink", "realpath",
         "remove", "rename", "rmdir", "scandir", "stat", "statvfs", "symlink", "truncate", "unlink",
         "file_id", "file_names", "file_same", "own_directory_open", "own_path_open", "socket_bind",
         "socket_connect")
CALL = re.compile(rf"(?<![\w.>])({'|'.join(CALLS)})\s*\(")
ANYWHERE = re.compile(r"\bAT_FDCWD\b")
RUNTIME_PATH = re.compile(r'(?<!\w)(runtime_file)\s*\(|/"\s*(RUNTIME_\w+)'
                          r'|%s/%s[^;]*->(socket|log|lock)\b')

PROC = "of /proc, which the kernel names"
HOST = "of the host, for doctor to tell"
NAMED = "the user names it, or his vm.conf"
OWN_FD = "through a fd of this process"
# (file, function): {call: why}
EXCEPTIONS = {
    ("runtime/connect.c", "is_the_users"): {"stat": PROC},
    ("runtime/connect.c", "has_lock_open"): {"stat": PROC},
    ("runtime/connect.c", "gains_no_privileges"): {"fopen": PROC},
    ("runtime/connect.c", "executes_what_is_noted"): {"file_id": PROC},
    ("runtime/connect.c", "runtime_process_open"): {"file_same": PROC},
    ("runtime/connect.c", "connect_to"): {"socket_connect": OWN_FD},
    ("runtime/connect.c", "runtime_bind"): {"socket_bind": "that is its name; where it is is seen"},
    ("runtime/file.c", "runtime_file_leave_out"): {"readlink": OWN_FD},
    ("runtime/find.c", "runtime_each"): {"file_names": OWN_FD},
    ("runtime/lock.c", "runtime_holder_of"): {"file_id": "of a program"},
    ("runtime/place.c", "usable"): {"lstat": "which place is meant; it is judged when opened"},
    ("runtime/place.c", "pass_over_strangers"): {"lstat": "likewise"},
    ("runtime/place.c", "add_login"): {"file_same": "likewise"},
    ("runtime/place.c", "open_base"): {"own_path_open": "each step is judged"},
    ("runtime/place.c", "runtime_place_check"): {"lstat": "for the sentence; judged when opened"},
    ("runtime/place.c", "runtime_place_make"): {"mkdir": "judged when opened"},
    ("runtime/runtime.c", "each_file"): {"file_names": OWN_FD},
    ("runtime/state.c", "state_boot_id"): {"fopen": PROC},
    ("qemu/endpoint.c", "open_endpoint"): {"socket_bind": NAMED, "socket_connect": NAMED},
    ("qemu/keeper.c", "become_small"): {"execv": "a program of owvm's"},
    ("qemu/keeper.c", "let_go"): {"chdir": "the root", "open": "/dev/null"},
    ("qemu/spawn.c", "redirect"): {"open": "/dev/null"},
    ("qemu/spawn.c", "child"): {"execv": "QEMU"},
    ("qemu/watchdog.c", "watch_log"): {"inotify_add_watch": OWN_FD},
    ("console/output.c", "console_open_log"): {"inotify_add_watch": OWN_FD},
    ("console/output.c", "console_open_output"): {"open": OWN_FD},
    ("console/wait-log.c", "wait_log_open"): {"inotify_add_watch": OWN_FD},
    ("start/note.c", "start_note"): {"file_id": OWN_FD},
    ("start/way-out.c", "*"): {"access": "only a sentence comes of it"},
    ("sandbox/enter.c", "*"): {"open": "the root", "own_path_open": "each step is judged"},
    ("sandbox/loader.c", "*"): {"open": "QEMU"},
    ("sandbox/paths.c", "*"): {"stat": NAMED, "realpath": HOST},
    ("sandbox/sandbox.c", "*"): {"stat": NAMED, "realpath": HOST, "open": NAMED},
    ("sandbox/share-reach.c", "*"): {"readlink": NAMED, "file_same": NAMED, "access": NAMED},
    ("image/store.c", "*"): {"file_names": OWN_FD},
    ("image/convert.c", "check_description"): {"open": "in the cache, which was judged"},
    ("image/look.c", "look_at"): {"open": NAMED},
    ("image/look.c", "check_below"): {"access": "only a sentence comes of it"},
    ("sandbox/worker.c", "child"): {"open": HOST},
    ("image/users.c", "*"): {"file_same": "what is found is only told"},
    ("download/mirror.c", "read_key"): {"open": NAMED},
    ("download/origin.c", "*"): {"stat": NAMED},
    ("download/origin-fill.c", "*"): {"access": NAMED},
    ("download/take.c", "open_source"): {"open": OWN_FD},
    ("command/capture.c", "open_file"): {"open": NAMED},
    ("command/open.c", "open_in_browser"): {"open": HOST},
    ("command/cp.c", "is_inside"): {"access": NAMED},
    ("command/inside.c", "find_file"): {"open": NAMED},
    ("command/inside.c", "is_in_store"): {"file_same": NAMED, "realpath": NAMED},
    ("command/log.c", "follow"): {"inotify_add_watch": OWN_FD},
    ("doctor/probe-bridges.c", "each_name"): {"file_names": HOST},
    ("doctor/probe-kernel.c", "*"): {"fopen": HOST, "open": HOST, "stat": HOST},
    ("doctor/probe-places.c", "is_own_directory"): {"lstat": HOST},
    ("doctor/probe-places.c", "existing_parent"): {"access": HOST},
    ("doctor/probe-places.c", "probe_trust"): {"own_path_open": HOST},
    ("doctor/probe-places.c", "doctor_probe_data"): {"access": HOST, "stat": HOST},
    ("doctor/probe-places.c", "probe_one_space"): {"statvfs": HOST},
    ("doctor/probe-programs.c", "*"): {"access": HOST, "opendir": HOST, "stat": HOST},
}
# Who makes a path of a file of a running VM, which nothing opens here.
PATHS = {
    ("runtime/connect.c", "runtime_bind"): "the name of a socket",
    ("runtime/place.c", "check_length"): "to measure it",
    ("runtime/runtime.c", "claim"): "for a sentence",
    ("command/log.c", "open_log"): "for a sentence",
    ("command/run.c", "load_state"): "for a sentence",
    ("command/status.c", "add_file"): "for who asks",
    ("command/stop.c", "say_no_process"): "for a sentence",
    ("console/wait-log.c", "wait_log_open"): "for a sentence",
    ("doctor/probe-places.c", "note_log"): "for a sentence",
    ("start/note.c", "start_note"): "for a sentence",
    ("sandbox/sandbox.c", "add_runtime"): "a rule for QEMU, below a place that was judged",
}


def functions(path, strings):
    """(name, its lines without comments) of each function"""
    lines = source.code(path, strings)
    for start, length in source.functions(path):
        head = start - 1
        while head > 0 and lines[head - 1].strip():
            head -= 1
        signature = re.sub(r"__attribute__\(\(.*?\)\)\s*", "", " ".join(lines[head:start - 1]))
        yield re.search(r"(\w+)\s*\(", signature).group(1), lines[start - 1:start + length]


def found(path, pattern, strings=False):
    """(function, what) for each hit"""
    return {(function, next(filter(None, hit.groups()), hit.group(0)))
            for function, lines in functions(path, strings)
            for hit in pattern.finditer("\n".join(lines))}


def files():
    return [path for path in c_files("launcher")
            if path.suffix == ".c" and path.parent.name in ROOMS]


def short(path):
    return name(path).removeprefix("launcher/")


def is_known(file, function, call):
    return any(call in EXCEPTIONS.get((file, where), ()) for where in (function, "*"))


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_used_by_a_path_is_named(room):
    mine = [path for path in files() if path.parent.name == room]
    wrong = [f"{short(path)}: {function}() calls {call}()" for path in mine
             for function, call in sorted(found(path, CALL))
             if not is_known(short(path), function, call)]
    assert mine and wrong == []


def test_nothing_is_named_that_is_not_there():
    there = {(short(path), *hit) for path in files() for hit in found(path, CALL)}
    unused = [(file, function, call) for (file, function), calls in EXCEPTIONS.items()
              for call in calls
              if not any(one[0] == file and one[2] == call and function in ("*", one[1])
                         for one in there)]
    assert len(there) > 40 and unused == []


def test_nobody_starts_from_the_directory_that_a_process_is_in():
    wrong = [f"{short(path)}: {function}()" for path in files()
             for function, _ in found(path, ANYWHERE)]
    # These go along an absolute path.
    assert wrong == ["runtime/connect.c: executes_what_is_noted()",
                     "runtime/lock.c: runtime_holder_of()", "runtime/place.c: open_base()"]


def test_paths_of_files_of_running_vms_are_made_for_people_only():
    makers = {(short(path), function) for path in files()
              for function, _ in found(path, RUNTIME_PATH, strings=True)}
    assert makers == set(PATHS)


@pytest.mark.parametrize("line, call", [
    ("fd = open(path, 0);", "open"), ("if (stat (path, &st) < 0)", "stat"),
    ("r = socket_connect(path, SOCK_STREAM, 0);", "socket_connect"),
    ("unlink(runtime_file(runtime, RUNTIME_PID));", "unlink")])
def test_the_search_finds_a_call_that_is_added(tmp_path, line, call):
    path = tmp_path / "x.c"
    path.write_text("/* rename(a) */\nstatic int f(\n\tint a)\n{\n\topenat(a, \"rename(b)\", c);\n"
                    f"\t{line}\n\tx.rename(d); /* rename(e) */\n}}\n", encoding="utf-8")
    assert found(path, CALL) == {("f", call)}


def test_the_search_finds_a_path_that_is_made(tmp_path):
    path = tmp_path / "x.c"
    path.write_text('int f(void)\n{\n\tg("%s/" RUNTIME_LOCK);\n}\n\n'
                    "int h(void)\n{\n\trun(runtime_file(runtime, RUNTIME_PID));\n}\n\n"
                    'int i(void)\n{\n\tg("%s/%s", directory, serial_console(0)->log);\n}\n',
                    encoding="utf-8")
    assert found(path, RUNTIME_PATH, strings=True) == {
        ("f", "RUNTIME_LOCK"), ("h", "runtime_file"), ("i", "log")}
