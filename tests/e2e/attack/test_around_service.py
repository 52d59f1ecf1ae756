# SPDX-License-Identifier: MIT
"""The helper is no way around a service, whatever a user does to the socket; one that was left by a
service is no service, and there the same request is granted."""
import os
import resource
import socket

import pytest

import owvm
import service
from conftest import OWN_BRIDGE
from held import Held
from owvm import Code
from people import as_user


@pytest.fixture
def listening(helper):
    """A service whose netd is being started again: an init system listens, and nobody accepts."""
    helper(OWN_BRIDGE)
    other = service.Service()
    other.listen()
    yield other
    other.close()


def code_for(user, before=None):
    """Of the helper's reply to a request of that user; None: it ended without one."""
    asked = Held(user, before)
    with asked.ours, asked.process:
        try:
            reply = owvm.exchange(asked.ours, user.tap())
        except (ConnectionResetError, BrokenPipeError):
            reply = None
    if reply is None:
        return None
    reply.close()
    return reply.code


def test_a_socket_that_was_left_is_no_service(listening, alice):
    assert code_for(alice) == Code.NOT_SUPPORTED
    listening.listener.close()
    assert os.path.exists(owvm.SOCKET) and code_for(alice) == Code.OK
    os.chmod(owvm.SOCKET, 0)
    assert code_for(alice) == Code.NOT_SUPPORTED, "who may not look does not know"


def fill():
    """Connect until the listener takes no more; gives the connections."""
    waiting = []
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            sock.connect(owvm.SOCKET)
        except BlockingIOError:
            return waiting
        waiting.append(sock)


def test_a_full_queue_leads_nobody_past_the_service(listening, alice):
    assert as_user(alice, lambda: len(fill())) >= 64
    assert fill() == [], "who has gone keeps his place until he is accepted"
    assert code_for(alice) == Code.NOT_SUPPORTED


def test_no_limit_of_files_leads_past_the_service(listening, alice):
    """With few enough, there is none to look with."""
    codes = {code_for(alice, lambda n=n: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
             for n in range(3, 20)}
    assert Code.NOT_SUPPORTED in codes and Code.OK not in codes
