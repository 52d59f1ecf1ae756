# SPDX-License-Identifier: MIT
"""What `owrun doctor` says to a user, and its commands, carried out as the administrator would."""
import json
import subprocess

from machine import owrun


class Diagnosis:
    def __init__(self, user, *arguments, **options):
        done = owrun(user, "doctor", "--json", *arguments, **options)
        assert done.stderr == ""
        self.status = done.returncode
        self.findings = json.loads(done.stdout)
        assert all(set(finding) == {"check", "state", "text", "command"}
                   for finding in self.findings)
        assert all(finding["state"] in ("ok", "warning", "broken") for finding in self.findings)
        assert self.status == (1 if self.of_state("broken") else 0)

    def of_state(self, state):
        return [finding for finding in self.findings if finding["state"] == state]

    def has(self, check):
        return any(finding["check"] == check for finding in self.findings)

    def of(self, check, text=""):
        """The one finding of a check, with that text."""
        found = [finding for finding in self.findings
                 if finding["check"] == check and text in finding["text"]]
        assert len(found) == 1, self.findings
        return found[0]


def carry_out(finding):
    """Run the command of a finding; root needs no sudo."""
    command = finding["command"].replace("sudo ", "")
    done = subprocess.run(("sh", "-c", command), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
