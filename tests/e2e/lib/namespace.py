# SPDX-License-Identifier: MIT
"""A network namespace of a user's own, as `unshare -Urn` gives one, what is asked from it, and what
is done there."""
import contextlib
import ctypes
import fcntl
import json
import os
import pickle
import socket
import struct
import subprocess
import time
import traceback

import network
import owvm
from people import become
from service import NETD

CLIENT_GROUP = "1870100067"  # 0x6f777663, of ends of netd's in slots
CLONE_NEWUSER, CLONE_NEWNET, PR_SET_DUMPABLE = 0x10000000, 0x40000000, 4
SOL_PACKET, PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING, ETH_P_ALL = 263, 15, 23, 3
SIOCSIFFLAGS = 0x8914
SIOCETHTOOL, ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO = 0x8946, 0x17, 0x1F, 0x24
ETHTOOL_SGRO = 0x2C
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def within(path):
    """This process is in the network namespace of `path`."""
    own, other = (os.open(where, os.O_RDONLY) for where in ("/proc/self/ns/net", path))
    try:
        call(libc.setns, other, CLONE_NEWNET)
        try:
            yield
        finally:
            call(libc.setns, own, CLONE_NEWNET)
    finally:
        os.close(own)
        os.close(other)


def make_namespaces(uid, gid):
    # Only who is dumpable may write his own map.
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNET)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
            stream.write(text)
    # The kernel itself is to say nothing there.
    with contextlib.suppress(FileNotFoundError), open(
            "/proc/sys/net/ipv6/conf/default/disable_ipv6", "w", encoding="ascii") as stream:
        stream.write("1")


# RTM_NEWLINK with IFLA_NET_NS_PID.
MOVE = """
import socket, struct, sys
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
sock.send(struct.pack("=IHHIIBxHiIIHHI", 40, 16, 5, 1, 0, 0, 0, socket.if_nametoindex(sys.argv[1]),
                      0, 0, 8, 19, int(sys.argv[2])))
print(struct.unpack_from("=i", sock.recv(4096), 16)[0])
"""


def serve(control):
    """Requests for netd, of which the reply is sent back; a command as a pickle; one byte: two ends
    of a socketpair and a socket that is not connected are passed."""
    data = control.recv(65536)
    if not data:
        os._exit(0)
    if len(data) == 1:
        made = (*socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET),
                socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
        socket.send_fds(control, [b"."], [sock.fileno() for sock in made])
        for sock in made:
            sock.close()
    elif data.startswith(owvm.MAGIC):
        with owvm.connect() as sock:
            with contextlib.suppress(BrokenPipeError):
                sock.send(data)
            control.send(sock.recv(owvm.REPLY_SIZE + 1) or b".")
    else:
        done = subprocess.run(pickle.loads(data), capture_output=True, text=True, check=False)
        control.send(pickle.dumps((done.returncode, done.stdout, done.stderr)))


class Namespace:
    """A process of the user's that holds both namespaces, and is root there."""

    def __init__(self, user):
        self.user = user
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(owvm.TIMEOUT)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, 4096)
                become(user)
                make_namespaces(user.uid, user.gid)
                theirs.send(b".")
                while True:
                    serve(theirs)
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
            finally:
                os._exit(1)
        theirs.close()
        assert self.control.recv(1) == b"."

    @property
    def path(self):
        return f"/proc/{self.pid}/ns/net"

    def ask(self, bridge=None, name="eth0", mac=None):
        """netd's reply to a request for a client's port."""
        return self.send(owvm.pack_client(bridge or self.user.bridge, name, mac))

    def send(self, request):
        self.control.send(request)
        return self.reply()

    def reply(self):
        return owvm.Reply(self.control.recv(owvm.REPLY_SIZE + 1))

    def sockets(self):
        """Two ends of a socketpair, and a socket, made inside. The caller closes them."""
        self.control.send(b".")
        return [socket.socket(fileno=fd) for fd in socket.recv_fds(self.control, 1, 3)[1]]

    def ask_helper(self, bridge=None, name="eth0", mac=None):
        """The same by the file-capability helper, which is started outside."""
        ours, theirs, other = self.sockets()
        with ours, theirs, other:
            ours.settimeout(owvm.TIMEOUT)
            with subprocess.Popen((NETD, "--fd", str(theirs.fileno())), pass_fds=[theirs.fileno()],
                                  preexec_fn=lambda: become(self.user)) as process:
                theirs.close()
                reply = owvm.exchange(ours, owvm.pack_client(bridge or self.user.bridge, name, mac))
                assert process.wait(20) == 0
        return reply

    def run(self, *command, check=True):
        """As its root. Gives status, standard output and error."""
        self.control.send(pickle.dumps(command))
        done = pickle.loads(self.control.recv(1 << 20))
        assert not check or done[0] == 0, (command, done)
        return done

    def move(self, pid, name="eth0"):
        """To the network namespace of a process; gives the kernel's answer, 0 or -errno. Some
        versions of ip(8) refuse what the kernel is to refuse."""
        return int(self.run("/usr/bin/python3", "-c", MOVE, name, str(pid))[1])

    def links(self):
        return {link["ifname"]: link for link in
                json.loads(self.run("ip", "-j", "-d", "link", "show")[1])}

    def up(self, address=None, name="eth0"):
        if address:
            self.run("ip", "addr", "add", address, "dev", name)
        self.run("ip", "link", "set", name, "up")

    def kill(self):
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self.pid = 0
            self.control.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def clients_gone():
    """Are all clients gone? The helper's next run takes away what is left of them."""
    return network.wait_until(lambda: not [link for link in network.links().values()
                                           if link.get("group") == CLIENT_GROUP])


def all_gone():
    """Is nothing left of any port?"""
    return network.wait_until(lambda: not network.made_by_netd() and not network.chains())


class End(network.Tap):
    """An interface in such a namespace, up, and all frames that its owner likes to send, with a
    virtio header before each; a veth of netd's in the slot `slot`, or one of root's."""

    def __init__(self, place, slot, name="eth0"):
        place.up(name=name)
        with within(place.path):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((name, 0))
        for option in (PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING):
            self.socket.setsockopt(SOL_PACKET, option, 1)
        self.place = place
        super().__init__(self.socket.fileno(), slot)

    def flags(self):
        return network.IFF_VNET_HDR

    def offload(self, on, name="eth0", whats=(ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO)):
        """Checksums, and the cutting of segments, left to whoever comes next; or not."""
        with within(self.place.path), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for what in whats:
                value = ctypes.create_string_buffer(struct.pack("=II", what, int(on)))
                fcntl.ioctl(sock, SIOCETHTOOL, struct.pack("16sP16x", name.encode(),
                                                           ctypes.addressof(value)))

    def storm(self, seconds, name="eth0"):
        """Up and down as fast as one process can; where it is gone, that is the end."""
        with within(self.place.path), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, \
                contextlib.suppress(OSError):
            end, up = time.monotonic() + seconds, 1
            while time.monotonic() < end:
                up = 1 - up
                fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH22x", name.encode(), up))

    def close(self):
        self.fd = -1
        self.socket.close()

    @classmethod
    @contextlib.contextmanager
    def plain(cls, user, bridge, mac, slot="plain-v"):
        """A bare veth of root's between the user's namespace and the bridge, without protection."""
        with Namespace(user) as place:
            network.command("ip", "link", "add", slot, "type", "veth", "peer", "name", "eth0",
                            "address", mac, "netns", str(place.pid))
            network.command("ip", "link", "set", slot, "master", bridge, "up")
            with cls(place, slot) as end:
                yield end
        network.wait_until(lambda: slot not in network.links())

    @classmethod
    @contextlib.contextmanager
    def client(cls, user, bridge, mac=None):
        """A client's port of netd's, which runs."""
        with Namespace(user) as place:
            reply = place.ask(bridge, mac=mac)
            assert reply.code == owvm.Code.OK, reply.text
            with cls(place, reply.interface) as end:
                end.reply = reply
                yield end
