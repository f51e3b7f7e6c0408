# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real IRC server on the loopback, and a tap before it that writes down all
that each client says to it and hears from it."""
import os
import socket
import subprocess
import threading
import time

import children

CONFIG = """[Global]
Name = irc.example.org
Info = a test
Listen = 127.0.0.1
Ports = {port}
ServerUID = {user}
ServerGID = {group}
[Limits]
MaxPenaltyTime = 0
MaxConnectionsIP = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Server:
    def __init__(self, folder):
        self.port = free_port()
        config = folder / "ngircd.conf"
        config.write_text(CONFIG.format(port=self.port, user=os.getuid(), group=os.getgid()))
        self.log = open(folder / "ngircd.log", "wb")
        self.process = children.start(["/usr/sbin/ngircd", "--nodaemon", "--config", str(config)],
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self._wait_for_it()

    def _wait_for_it(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError("ngircd does not listen")

    def close(self):
        children.end(self.process)
        self.log.close()


class Tap:
    """Passes everything on; `said` is what the client said to the server."""

    def __init__(self, server):
        self.said, self.heard = bytearray(), bytearray()
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            link = socket.create_connection(("127.0.0.1", self.server.port))
            for arguments in ((client, link, self.said), (link, client, self.heard)):
                threading.Thread(target=self._carry, args=arguments, daemon=True).start()

    @staticmethod
    def _carry(source, target, record):
        try:
            while piece := source.recv(65536):
                record += piece
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def texts(self):
        """What the client has said to people and rooms."""
        lines = self.said.decode(errors="replace").split("\r\n")
        return [line.split(" ", 2)[2].removeprefix(":") for line in lines
                if line.startswith(("PRIVMSG ", "NOTICE ")) and line.count(" ") >= 2]

    def close(self):
        self.listener.close()
