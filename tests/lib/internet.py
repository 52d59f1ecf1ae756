# SPDX-License-Identifier: MIT
"""Pulls OpenWrt's latest release from its own mirror, boots it, and asks for its page.

usage: internet.py OWRUN [OPTION...]: the options go to `owrun run`. It does not run as root where
sudo tells of somebody else. Whatever is made is in a directory of its own, and gone at the end."""
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

PULL = 1800  # seconds, for 10 to 20 MB
USER = int(os.environ.get("SUDO_UID", os.getuid()))
GROUP = int(os.environ.get("SUDO_GID", os.getgid()))


def run(home, *command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PULL,
                          user=USER, group=GROUP,
                          env={**os.environ, "HOME": home, "XDG_DATA_HOME": f"{home}/data",
                               "XDG_CACHE_HOME": f"{home}/cache", "XDG_RUNTIME_DIR": home})
    print(done.stdout + done.stderr, file=sys.stderr)
    return done


def main():
    owrun, *options = sys.argv[1:]
    owrun = os.path.abspath(owrun)
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, USER, GROUP)
        try:
            done = run(home, owrun, "run", "-d", "--name", "internet", "--lan", "user", *options,
                       "openwrt")
            url = re.search(r"its page answers at (http://\S+)", done.stdout)
            if not url:
                return 1
            with urllib.request.urlopen(url[1], timeout=20) as answer:
                page = answer.read().decode(errors="replace")
            listed = run(home, owrun, "images", "--json").stdout
            return 0 if "cgi-bin/luci" in page and '"signature"' in listed else 1
        finally:
            run(home, owrun, "rm", "-f", "internet")


if __name__ == "__main__":
    sys.exit(main())
