# SPDX-License-Identifier: MIT
"""What the kernel has that owvm uses or could use: a line 'FEATURE<tab>yes or no' for each. Runs as
root in a network namespace of its own; called by tests/host."""
import ctypes
import os
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
LANDLOCK_CREATE_RULESET, LANDLOCK_VERSION = 444, 1
SO_PASSRIGHTS = 83
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL = 0x1, 0x4, 0x400, 0x200
NLMSG_ERROR, NESTED = 2, 0x8000
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
RTM_NEWLINK, RTM_GETLINK = 16, 18
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 3, 18, 1, 2
IFLA_BR_FDB_MAX_LEARNED = 49
NFNL_BATCH_BEGIN, NFNL_BATCH_END, NFNL_SUBSYS_NFTABLES = 16, 17, 10
NFT_MSG_NEWTABLE, NFTA_TABLE_NAME, NFTA_TABLE_FLAGS = 0, 1, 2
NFT_OWNER, NFT_PERSIST = 0x2, 0x4
NFPROTO_INET = 1

libc = ctypes.CDLL(None, use_errno=True)


def works(*command):
    try:
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def message(kind, flags, number, body):
    return struct.pack("=IHHII", 16 + len(body), kind, flags, number, 0) + body


def has_flags(flags):
    """Does nf_tables take a table with them? It goes with this process's socket."""
    header = struct.pack("=BBH", NFPROTO_INET, 0, 0)
    batch = struct.pack("=BBH", 0, 0, socket.htons(NFNL_SUBSYS_NFTABLES))
    table = header + attribute(NFTA_TABLE_NAME, b"probe\0") + attribute(
        NFTA_TABLE_FLAGS, struct.pack(">I", flags))
    kind = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
        sock.settimeout(30)
        sock.send(message(NFNL_BATCH_BEGIN, NLM_F_REQUEST, 1, batch)
                  + message(kind, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK, 2, table)
                  + message(NFNL_BATCH_END, NLM_F_REQUEST, 3, batch))
        answer = sock.recv(65536)
    return struct.unpack_from("=i", answer, 16)[0] == 0


def limits_learning():
    """Does a bridge tell the limit that it was made with?"""
    data = attribute(IFLA_BR_FDB_MAX_LEARNED, struct.pack("=I", 4711))
    info = attribute(IFLA_INFO_KIND, b"bridge\0") + attribute(IFLA_INFO_DATA | NESTED, data)
    link = bytes(16) + attribute(IFLA_IFNAME, b"learns\0") + attribute(IFLA_LINKINFO | NESTED, info)
    asked = bytes(16) + attribute(IFLA_IFNAME, b"learns\0")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as sock:
        sock.settimeout(30)
        flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
        sock.send(message(RTM_NEWLINK, flags, 1, link))
        sock.recv(65536)
        sock.send(message(RTM_GETLINK, NLM_F_REQUEST, 2, asked))
        return data in sock.recv(65536)


def has_locked_ports():
    """The kernel ignores what it does not know, so that only the read-back tells."""
    works("ip", "link", "set", "dev", "two", "master", "lan")
    works("bridge", "link", "set", "dev", "two", "locked", "on")
    told = subprocess.run(("bridge", "-d", "link", "show", "dev", "two"), check=False,
                          capture_output=True, text=True).stdout
    return "locked on" in told


def landlock():
    return libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION)


def refuses_fds():
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, SO_PASSRIGHTS, 0)
        except OSError:
            return False
    return True


def hooks(name):
    return works("nft", f"add table netdev probe; add chain netdev probe {name} "
                 f"{{ type filter hook {name} device one priority 0; }}")


def classifies(*words):
    return works("tc", "filter", "add", "dev", "one", "ingress", "protocol", "all", *words)


def rows():
    drop = ("action", "drop")
    redirect = ("action", "mirred", "egress", "redirect", "dev", "two")
    police = ("action", "police", "rate", "10mbit", "burst", "100k", "conform-exceed", "drop")
    yield "veth", works("ip", "link", "add", "one", "type", "veth", "peer", "name", "two")
    yield "bridge", works("ip", "link", "add", "name", "lan", "type", "bridge")
    yield "bridge VLAN filtering", works("ip", "link", "add", "name", "lan-vlan", "type",
                                         "bridge", "vlan_filtering", "1")
    yield "bridge limit of learned addresses", limits_learning()
    yield "locked bridge port", has_locked_ports()
    yield "tun with several queues", works("ip", "tuntap", "add", "tap0", "mode", "tap",
                                           "multi_queue")
    yield "tc clsact", works("tc", "qdisc", "add", "dev", "one", "clsact")
    yield "tc matchall", classifies("matchall", *drop)
    yield "tc flower", classifies("flower", *drop)
    yield "tc bpf with mirred", classifies("bpf", "bytecode", "1,6 0 0 65535", *redirect)
    yield "tc u32", classifies("u32", "match", "u32", "0", "0", *drop)
    yield "tc mirred redirect", classifies("matchall", *redirect)
    yield "tc police", classifies("matchall", *police)
    yield "tc tbf", works("tc", "qdisc", "add", "dev", "two", "root", "tbf", "rate", "10mbit",
                          "burst", "100k", "latency", "50ms")
    yield "nft netdev ingress hook", hooks("ingress")
    yield "nft netdev egress hook", hooks("egress")
    yield "nft table owner", has_flags(NFT_OWNER)
    yield "nft table owner, persist", has_flags(NFT_OWNER | NFT_PERSIST)
    yield "vhost-net", works("modprobe", "vhost_net") and os.path.exists("/dev/vhost-net")
    yield "br_netfilter", works("modprobe", "br_netfilter") and os.path.exists(
        "/proc/sys/net/bridge/bridge-nf-call-iptables")
    yield "SO_PASSRIGHTS", refuses_fds()
    yield "user namespaces without privilege", works(
        "setpriv", "--reuid", "65534", "--clear-groups", "unshare", "--user", "true")
    yield "Landlock", f"ABI {landlock()}" if landlock() > 0 else False


def main():
    print(f"kernel\t{os.uname().release}")
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "cannot make a network namespace")
    for name, value in rows():
        print(f"{name}\t{value if isinstance(value, str) else 'yes' if value else 'no'}")


if __name__ == "__main__":
    main()
