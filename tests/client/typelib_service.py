#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that the bus activates: it answers every member of the contract, and
writes the name of each call, with its arguments, into $HOME/calls."""
import os
import pathlib
import sys

from gi.repository import Gio, GLib

ACCOUNT_PATH = "/im/otrd1/account/xmpp_3aalice_40example_2eorg"
SESSION_PATH = ACCOUNT_PATH + "/session/bob_40example_2eorg"
PATHS = {"im.otrd1.Manager": "/im/otrd1", "im.otrd1.Account": ACCOUNT_PATH,
         "im.otrd1.Session": SESSION_PATH}
PROPERTIES = {"Version": ("u", 1), "Vault": ("s", "ready"), "KeyState": ("s", "ready"),
              "State": ("s", "private"), "Trust": ("s", "verified"),
              "Protocol": ("s", "xmpp"), "Name": ("s", "alice@example.org"),
              "Contact": ("s", "bob@example.org"), "SessionId": ("(ss)", ("01", "ab")),
              "Messengers": ("as", ["test"])}
OBJECT_MANAGER = """<node><interface name="org.freedesktop.DBus.ObjectManager">
<method name="GetManagedObjects"><arg name="objects" type="a{oa{sa{sv}}}" direction="out"/></method>
</interface></node>"""
EMPTY = {"s": "", "u": 0, "h": 0}
NAMED = {"account": ACCOUNT_PATH, "session": SESSION_PATH, "policy": "always",
         "origin": "contact", "verdict": "private"}


def properties():
    return {name: GLib.Variant(*value) for name, value in PROPERTIES.items()}


def key_descriptor():
    descriptor = os.memfd_create("key")
    os.write(descriptor, b"0123456789abcdef" * 2)
    return descriptor


def socket_descriptor():
    import socket
    ours, theirs = socket.socketpair()
    stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
    Gio.DBusConnection.new(
        stream, Gio.dbus_generate_guid(),
        Gio.DBusConnectionFlags.AUTHENTICATION_SERVER
        | Gio.DBusConnectionFlags.DELAY_MESSAGE_PROCESSING, None, None,
        lambda _, result: serve_directly(Gio.DBusConnection.new_finish(result)))
    return theirs.detach()


def serve_directly(connection):
    directs.append(connection)
    export(connection)
    connection.start_message_processing()


directs = []


def transmissions(method, arguments):
    if method != "Send":
        return []
    return [(arguments[0].upper(), {"ids": GLib.Variant("at", [arguments[2]["id"]]),
                                    "to": GLib.Variant("s", "bob@example.org/phone")})]


def results(info, arguments):
    answers = []
    for argument in info.out_args:
        if argument.name == "transmit":
            answers.append(transmissions(info.name, arguments))
        elif argument.name == "events" and info.name == "Start":
            answers.append([("private", {"version": GLib.Variant("u", 3)})])
        elif argument.name == "state":
            answers.append(properties())
        elif argument.name == "objects":
            answers.append({ACCOUNT_PATH: {"im.otrd1.Account": properties()},
                            SESSION_PATH: {"im.otrd1.Session": properties()}})
        elif argument.name in NAMED:
            answers.append(NAMED[argument.name])
        else:
            answers.append(EMPTY.get(argument.signature, {} if "{" == argument.signature[1:2]
                                     else []))
    return GLib.Variant("(%s)" % "".join(a.signature for a in info.out_args), answers)


def on_call(connection, sender, path, interface, method, arguments, invocation):
    with open(pathlib.Path(os.environ["HOME"]) / "calls", "a") as log:
        log.write("%s %r\n" % (method, arguments.unpack()))
    if method == "Remove":
        invocation.return_dbus_error("im.otrd1.Error.InUse", "a session is private")
        return
    info = invocation.get_method_info()
    descriptors = Gio.UnixFDList.new()
    if any(a.signature == "h" for a in info.out_args):
        make = socket_descriptor if method == "OpenDirectConnection" else key_descriptor
        descriptors = Gio.UnixFDList.new_from_array([make()])
    invocation.return_value_with_unix_fd_list(results(info, arguments.unpack()), descriptors)


def on_get(connection, sender, path, interface, name):
    return properties().get(name)


def export(connection):
    for name, path in PATHS.items():
        xml = (pathlib.Path(os.environ["OTRD_CONTRACT"]) / (name + ".xml")).read_text()
        connection.register_object(path, Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0],
                                   on_call, on_get, None)
    connection.register_object("/im/otrd1", Gio.DBusNodeInfo.new_for_xml(OBJECT_MANAGER)
                               .interfaces[0], on_call, on_get, None)


def main():
    connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    export(connection)
    Gio.bus_own_name_on_connection(connection, "im.otrd1", Gio.BusNameOwnerFlags.NONE, None,
                                   lambda *_: sys.exit(1))
    GLib.MainLoop().run()


main()
