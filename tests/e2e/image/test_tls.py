# SPDX-License-Identifier: MIT
"""https: the certificates of the host decide from whom an image may come."""
import datetime
import ipaddress
import pathlib
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import images
from machine import owrun
from mirror import Mirror

BELIEVED = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
HOUR = datetime.timedelta(hours=1)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a server of the tests")])


def make_certificate(path, address, since):
    """One for a server of that address, signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(since).not_valid_after(since + 2 * HOUR)
            .add_extension(names, False)
            .add_extension(x509.BasicConstraints(True, None), True)
            .sign(key, hashes.SHA256()))
    pem = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(pem + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return pem


@pytest.fixture
def serve(tmp_path, alice):
    """serve(address, since) gives a server and its certificate."""
    before, servers = BELIEVED.read_bytes(), []

    def start(address="127.0.0.1", since=datetime.datetime.utcnow() - HOUR):
        path = tmp_path / "server.pem"
        pem = make_certificate(path, address, since)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        servers.append(Mirror(context))
        return servers[-1], pem
    yield start
    BELIEVED.write_bytes(before)
    for server in servers:
        server.close()
    images.forget(alice)


def believe(pem):
    BELIEVED.write_bytes(BELIEVED.read_bytes() + pem)


def test_who_is_known_is_believed_and_nobody_else(alice, serve):
    server, pem = serve()
    url = server.put("/d.img", bytes(1 << 20))
    done = owrun(alice, "pull", url)
    assert done.returncode == 1 and images.names(alice) == []
    assert (f"'{url}' does not come from whom it says, by this host's certificates: "
            in done.stderr)
    believe(pem)
    done = owrun(alice, "pull", url)
    assert done.returncode == 0 and done.stderr == ""
    assert images.names(alice) == ["d.img", "d.json"]


@pytest.mark.parametrize("how", [
    {"address": "127.0.0.2"}, {"since": datetime.datetime.utcnow() - 9 * HOUR}],
    ids=["of another", "out of date"])
def test_a_certificate_that_does_not_fit_is_none(alice, serve, how):
    server, pem = serve(**how)
    believe(pem)
    done = owrun(alice, "pull", server.put("/d.img", bytes(1 << 20)))
    assert done.returncode == 1 and "does not come from whom it says" in done.stderr


def test_https_never_goes_on_without_it(alice, serve):
    server, pem = serve()
    plain = Mirror()
    believe(pem)
    server.put("/d.img", b"", "plainly")
    server.elsewhere = plain.put("/d.img", bytes(1 << 20))
    done = owrun(alice, "pull", server.url + "/d.img")
    plain.close()
    assert done.returncode == 1 and "Protocol \"http\" not supported" in done.stderr
    assert plain.asked("/d.img") == []
