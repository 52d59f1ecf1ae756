# SPDX-License-Identifier: MIT
"""Runs owvm-policy as an ordinary user."""
import json

TOOL = "/usr/local/bin/owvm-policy"
PERMIT, DENY, BROKEN = 0, 1, 2


def tool(user, *arguments, status, **options):
    done = user.run(TOOL, *arguments, **options)
    assert done.returncode == status, done
    return done


def explain(user, bridge, *arguments, status):
    """The JSON that explains what `user` may do with the bridge."""
    done = tool(user, "explain", "--user", user.name, "--bridge", bridge, "--json", *arguments,
                status=status)
    assert done.stderr == ""
    return json.loads(done.stdout)
