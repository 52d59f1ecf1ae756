# SPDX-License-Identifier: MIT
"""The blocks of README, which tests run as they are printed."""
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[3]
README = TOP / "README.md"


def blocks():
    """The lines of each block; one that goes on is joined."""
    text = re.sub(r" \\\n\s*", " ", README.read_text(encoding="utf-8"))
    return [[line[4:] for line in block.strip("\n").splitlines()]
            for block in re.findall(r"(?m)(?:^    .*\n|^\n(?=    ))+", text)]


def session():
    """(command, lines that it prints) of all blocks of a user's, in their order."""
    found = []
    for block in blocks():
        if block[0].startswith("$ "):
            for line in block:
                if line.startswith("$ "):
                    found.append((line[2:], []))
                else:
                    found[-1][1].append(line)
    return found


ADDRESS = r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"


def matches(shown, printed):
    """Is this what README shows? Numbers and addresses differ, and lines are broken elsewhere."""
    parts = re.split(rf"({ADDRESS}|\d+)", " ".join("\n".join(shown).split()))
    pattern = "".join(ADDRESS if ":" in part and index % 2 else r"\d+" if index % 2
                      else re.escape(part) for index, part in enumerate(parts))
    return re.fullmatch(pattern, " ".join(printed.split())) is not None


# Who runs the lines of the administrator's blocks, by how they begin.
PACKAGE = "tests/e2e/package/test_installed.py, on a host with systemd"
SOURCE = "tests/host check, on a host whose packages are there: it has no way to a mirror"
RUN_BY = {
    "sudo apt-get build-dep ": "tests/debian-root/package, without the packages of the build",
    "sudo apt-get install ./owvm_": PACKAGE,
    "sudo systemctl enable ": PACKAGE,
    "sudo adduser alice owvm": PACKAGE,
    "sudo apt-get purge ": PACKAGE,
    "permit group ": "tests/layout/test_readme.py, by owvm-policy",
    "sudo tests/demo ": "tests/check",
    "sudo tests/check ": ".ci/run, which is nothing else",
    "sudo apt-get install meson": SOURCE,
    "meson setup build ": SOURCE,
    "meson compile ": SOURCE,
    "sudo systemd-sysusers ": SOURCE,
    "sudo install -d ": SOURCE,
    "echo 'permit ": SOURCE,
    "sudo systemctl daemon-reload ": SOURCE,
    "sudo systemctl disable ": SOURCE,
    "sudo ninja ": SOURCE,
    "sudo rm ": SOURCE,
    "sudo nft ": SOURCE,
}


def lines_of_administrators():
    return [line for block in blocks() if not block[0].startswith("$ ") for line in block]


def runner_of(line):
    """By whom it is run; a line that nobody runs has none."""
    return next((runner for head, runner in RUN_BY.items() if line.startswith(head)), None)


def lines_of_package(word):
    """README's lines with the package, of the block that has this word."""
    return "\n".join(line for block in blocks() if any(word in line for line in block)
                     for line in block if runner_of(line) == PACKAGE)
