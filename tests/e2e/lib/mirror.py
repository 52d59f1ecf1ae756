# SPDX-License-Identifier: MIT
"""A web server on this host: files from memory, served badly where it is told to."""
import contextlib
import hashlib
import http.server
import re
import threading
import time

STALL = 30  # seconds
GIB = 1 << 30


class Mirror:
    """files: path -> bytes. What it does to one path is in `tricks`, a set of words:

    cut      once, the connection ends in the middle;
    cut-always, stall   the connection ends there, or goes silent, each time
    no-range the server knows no ranges;       no-tag     nor says what tells files apart
    weak     its tag is a weak one;            chunked    it does not say how long the file is
    lie      it sends less than it said;       busy       twice status 503, then all is well
    part     it sends a part that nobody asked for;   half     half of it, when all was asked for;
    endless  it goes on for a gigabyte;
    redirect it is elsewhere, at "/moved" + path;   away   it is in a file of the client's host;
    plainly  it is `elsewhere`"""

    def __init__(self, context=None):
        self.files, self.tricks, self.requests = {}, {}, []
        self.done = {}
        self.sent = 0  # of what has no end
        self.elsewhere = ""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True
        self.scheme = "https" if context else "http"
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def put(self, path, data, *tricks):
        self.files[path], self.tricks[path] = data, set(tricks)
        self.done.pop(path, None)
        self.requests.clear()
        return self.url + path

    def asked(self, path):
        """What was asked of a path: its Range header, or None, of each request."""
        return [wanted for where, wanted in self.requests if where == path]

    def first(self, path, times=1):
        """Is it one of the first requests of that path?"""
        self.done[path] = self.done.get(path, 0) + 1
        return self.done[path] <= times

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def handler_of(mirror):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

        def refuse(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def start(self, data):
            """The head of the answer; gives the bytes that follow."""
            tricks = mirror.tricks[self.path]
            tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            condition = self.headers.get("If-Range", tag)
            if wanted and "no-range" not in tricks and condition == tag:
                first = int(wanted[1]) + ("part" in tricks)
                if first >= len(data):
                    self.refuse(416)
                    return b""
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
                data = data[first:]
            elif "half" in tricks:
                self.send_response(206)
                data = data[:len(data) // 2]
            else:
                self.send_response(200)
            if "no-tag" not in tricks:
                self.send_header("ETag", "W/" * ("weak" in tricks) + tag)
            if not {"chunked", "endless"} & tricks:
                self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            return data

        def do_GET(self):  # pylint: disable=invalid-name
            mirror.requests.append((self.path, self.headers.get("Range")))
            self.close_connection = True
            tricks = mirror.tricks.get(self.path, set())
            if {"redirect", "away", "plainly"} & tricks:
                self.send_response(302)
                self.send_header("Location", "file:///etc/passwd" if "away" in tricks
                                 else mirror.elsewhere if "plainly" in tricks
                                 else "/moved" + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path not in mirror.files:
                self.refuse(404)
                return
            if "busy" in tricks and mirror.first(self.path, 2):
                self.refuse(503)
                return
            data = self.start(mirror.files[self.path])
            if "cut-always" in tricks or "lie" in tricks or (
                    "cut" in tricks and mirror.first(self.path)):
                data = data[:len(data) // 2]
            with contextlib.suppress(OSError):
                if "endless" in tricks:
                    mirror.sent = 0
                    while mirror.sent < GIB:
                        self.wfile.write(data)
                        mirror.sent += len(data)
                elif "stall" in tricks:
                    self.wfile.write(data[:len(data) // 2])
                    time.sleep(STALL)
                else:
                    self.wfile.write(data)
    return Handler
