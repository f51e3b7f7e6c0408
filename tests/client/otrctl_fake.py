# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that says what a test wants: the contract's interfaces, read from
its XML, with answers from a table. It shows what otrctl makes of states that
the real one is seldom in, and what otrctl really puts on the bus."""
import os
import pathlib

from gi.repository import Gio, GLib

MANAGER_PATH = "/im/otrd1"
ACCOUNT_PATH = "/im/otrd1/account/xmpp_3aalice_40example_2eorg"
SESSION_PATH = ACCOUNT_PATH + "/session/bob_40example_2eorg"
MANAGER, ACCOUNT, SESSION = ("im.otrd1." + n for n in ("Manager", "Account", "Session"))
OBJECT_MANAGER = """<node><interface name="org.freedesktop.DBus.ObjectManager">
<method name="GetManagedObjects"><arg name="objects" type="a{oa{sa{sv}}}" direction="out"/></method>
</interface></node>"""
OURS, THEIRS = "A" * 40, "B" * 40
TURN = ([], [])


def variants(**properties):
    kinds = {bool: "b", str: "s", int: "u", list: "as", tuple: "(ss)"}
    return {name: value if isinstance(value, GLib.Variant) else
            GLib.Variant(kinds[type(value)], value) for name, value in properties.items()}


class FakeService:
    def __init__(self, desktop):
        self.connection = desktop.connect()
        self.calls = []         # (method, arguments, descriptors' contents)
        self.answers = {        # method: an error's name, or what makes the results
            "OpenAccount": lambda *_: (ACCOUNT_PATH,),
            "GetVerification": lambda *_: ({},),
            "ListFingerprints": lambda *_: ([], ""),
            "OpenDirectConnection": "NotSupported",
        }
        self.objects = {
            MANAGER_PATH: {MANAGER: variants(
                Version=1, ProgramVersion="fake", Vault="ready", KeyStore="secret-service",
                DefaultPolicy="opportunistic", LockWithScreen=False, LockWhenIdle=0)},
            ACCOUNT_PATH: {ACCOUNT: variants(
                Protocol="xmpp", Name="alice@example.org", Fingerprint=OURS, KeyState="ready",
                Policy="")},
            SESSION_PATH: {SESSION: variants(
                Account=GLib.Variant("o", ACCOUNT_PATH), Contact="bob@example.org",
                Policy="opportunistic", State="private", Trust="unverified", Blocked="",
                Fingerprint=THEIRS, OtrVersion=3, SessionId=("01234567", "89abcdef"),
                Instances=GLib.Variant("a(ua{sv})", []), Instance=0, Verification="idle", Held=0,
                Messengers=["pidgin"])},
        }
        for path, interfaces in self.objects.items():
            for name in interfaces:
                self._export(path, self._read_interface(name))
        self._export(MANAGER_PATH, Gio.DBusNodeInfo.new_for_xml(OBJECT_MANAGER).interfaces[0])
        self._call_bus("RequestName", "(su)", "im.otrd1", 0)

    def _call_bus(self, method, signature, *arguments):
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
            GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE, -1, None)

    def close(self):
        self._call_bus("ReleaseName", "(s)", "im.otrd1")
        self.connection.close_sync(None)

    @staticmethod
    def _read_interface(name):
        xml = (pathlib.Path(os.environ["OTRD_CONTRACT"]) / (name + ".xml")).read_text()
        return Gio.DBusNodeInfo.new_for_xml(xml).lookup_interface(name)

    def _export(self, path, interface):
        self.connection.register_object(path, interface, self._on_call, self._on_get, None)

    def set(self, path, interface, **properties):
        """Changes properties and tells, as the real one does."""
        changed = variants(**properties)
        self.objects[path][interface].update(changed)
        self.connection.emit_signal(
            None, path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            GLib.Variant("(sa{sv}as)", (interface, changed, [])))

    def _on_get(self, connection, sender, path, interface, name):
        return self.objects[path][interface][name]

    def _visible(self):
        return {path: interfaces for path, interfaces in self.objects.items()
                if path != MANAGER_PATH}

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        if method == "GetManagedObjects":
            invocation.return_value(GLib.Variant("(a{oa{sa{sv}}})", (self._visible(),)))
            return
        descriptors = invocation.get_message().get_unix_fd_list()
        contents = [self._read(fd) for fd in descriptors.steal_fds()] if descriptors else []
        self.calls.append((method, arguments.unpack(), contents))
        answer = self.answers.get(method)
        if isinstance(answer, str):
            invocation.return_dbus_error("im.otrd1.Error." + answer, "because \033[31mof it")
            return
        signature = "(%s)" % "".join(a.signature for a in
                                     invocation.get_method_info().out_args)
        results = answer(*arguments.unpack()) if answer else TURN if signature != "()" else ()
        invocation.return_value(GLib.Variant(signature, results))

    @staticmethod
    def _read(descriptor):
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read()

    def called(self, method):
        return [(arguments, contents) for name, arguments, contents in self.calls
                if name == method]
