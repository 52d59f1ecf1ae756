# SPDX-License-Identifier: MIT
"""The unit under systemd: how it is confined, how it starts, what it tells the journal."""
import json

from conftest import BRIDGE, VM

EXPOSURE = 1.5  # of ten, as systemd-analyze rates it
INFO, WARNING = 6, 4
NET_ADMIN = 1 << 12
BROKEN, VHOST = "/etc/owvm/policy.d/broken.conf", "/etc/owvm/policy.d/vhost.conf"
PERSIST = (6, 9)  # the first kernel with tables that outlive their owner


def statuses(host):
    """Of each process of the service, what /proc says."""
    lines = "; ".join(f"cat /proc/{pid}/status; echo" for pid in host.pids())
    return [dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            for text in host.text(lines).split("\n\n")]


def said(host):
    """[(priority, text)] of the service in the journal."""
    lines = host.text("journalctl -u owvm-netd -o json --output-fields=MESSAGE,PRIORITY,_COMM")
    rows = [json.loads(line) for line in lines.splitlines()]
    return [(int(row["PRIORITY"]), row["MESSAGE"]) for row in rows
            if row.get("_COMM") == "owvm-netd"]


def test_it_runs_under_its_hardening(host, router):
    assert host.text("systemctl is-active owvm-netd.service") == "active"
    found = statuses(host)
    uid = host.text("id -u owvm-netd")
    assert len(found) >= 2
    for status in found:
        assert set(status["Uid"].split()) == {uid}
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        assert int(status["CapBnd"], 16) in (0, NET_ADMIN)
    assert {int(status["CapEff"], 16) for status in found} == {0, NET_ADMIN}


def test_systemd_rates_it_as_well_confined(host, router):
    last = host.text("systemd-analyze security --no-pager owvm-netd.service").splitlines()[-1]
    assert float(last.split("service: ")[1].split()[0]) <= EXPOSURE, last


def test_it_has_landlock_and_says_so_where_it_has_none(host, router):
    assert "Landlock" not in "".join(text for _, text in said(host))


def test_it_says_where_its_guards_have_no_owner_and_why(host, router):
    kernel = tuple(map(int, host.text("uname -r").split(".")[:2]))
    found = [text for _, text in said(host) if "has no owner" in text]
    assert (found == []) == (kernel >= PERSIST)
    assert all("(Operation not supported)" in text for text in found)


def test_a_vm_gets_vhost_net_as_debian_has_it(host, router):
    host.text(f"mkdir -p /etc/owvm/policy.d && echo 'permit any bridge ow-%U create vhost' "
              f">{VHOST} && systemctl restart owvm-netd")
    try:
        assert "vhost" not in host.text(f"owrun run -d --name fast {VM} --nic bridge,vhost=on "
                                        "-- -S", "alice")
        pid = host.json("owrun status fast --json", "alice")["pid"]
        assert "/dev/vhost-net" in host.text(f"ls -l /proc/{pid}/fd")
        host.text("owrun kill fast", "alice")
    finally:
        host.text(f"rm -r {VHOST} && systemctl restart owvm-netd")
    host.wait_for(f"[ $(ip -o link show master {BRIDGE} | wc -l) = 1 ]")


def test_lines_have_their_priorities(host, router):
    host.run(f"owrun run -d --name guest --lan {BRIDGE} {VM}", "bob")
    lines = said(host)
    assert [text for _, text in lines if text.startswith("<")] == []
    assert {priority for priority, text in lines if " has port " in text} == {INFO}
    assert {priority for priority, text in lines if " refused: " in text} == {INFO}


def test_a_broken_policy_is_told_with_its_place(host, router):
    host.text(f"mkdir -p /etc/owvm/policy.d && echo nonsense >{BROKEN} && "
              "systemctl restart owvm-netd")
    try:
        found = [priority for priority, text in said(host) if BROKEN in text]
        assert found and max(found) <= WARNING
        host.text(f"owrun run -d --name second {VM}", "alice", status=1)
        assert host.port() == router
    finally:
        host.text(f"rm -r {BROKEN} && systemctl restart owvm-netd")
