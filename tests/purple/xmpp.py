# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real XMPP server on the loopback, for people who have each other in their
rosters, and a tap that reads what a client says to it."""
import html
import os
import re
import socket
import subprocess
import time

import children
import irc

DOMAIN = "chat.example"
PASSWORD = "correct horse"
CONFIG = """
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "roster", "saslauth", "disco", "posix" }}
modules_disabled = {{ "s2s", "offline" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
log = {{ info = "*console" }}
VirtualHost "{domain}"
"""


def address(name):
    return "%s@%s" % (name, DOMAIN)


class Server:
    def __init__(self, folder, people):
        self.port = irc.free_port()
        self._write_people(folder / "data" / DOMAIN.replace(".", "%2e"), people)
        config = folder / "prosody.cfg.lua"
        config.write_text(CONFIG.format(folder=folder, port=self.port, domain=DOMAIN))
        self.log = open(folder / "prosody.log", "wb")
        self.process = children.start(["prosody", "-F", "--config", str(config)], cwd=folder,
                                      stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self._wait_for_it(folder / "prosody.log")

    @staticmethod
    def _write_people(folder, people):
        for kind in ("accounts", "roster"):
            (folder / kind).mkdir(parents=True)
        for name in people:
            (folder / "accounts" / (name + ".dat")).write_text(
                'return { ["password"] = "%s"; };\n' % PASSWORD)
            others = "".join('["%s"] = { ["subscription"] = "both"; ["name"] = "%s"; '
                             '["groups"] = { ["Buddies"] = true; }; };\n' % (address(other), other)
                             for other in people if other != name)
            (folder / "roster" / (name + ".dat")).write_text(
                "return { [false] = { [\"version\"] = 1; };\n%s};\n" % others)

    def _wait_for_it(self, log):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)  # it tells nobody that it listens
        raise AssertionError("prosody does not listen:\n" + log.read_text(errors="replace"))

    def close(self):
        children.end(self.process)
        self.log.close()


class Tap(irc.Tap):
    def texts(self):
        """What the client has said to people: each message twice if it was HTML as well."""
        stream = self.said.decode(errors="replace")
        bodies = re.findall(r"<body[^>]*>(.*?)</body>", stream, re.DOTALL)
        return [html.unescape(re.sub("<[^>]*>", "", body)) for body in bodies]
