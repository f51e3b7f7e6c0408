# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tells of the screen, in the place of a desktop: a screen saver on the
session bus, and a logind with one session on a system bus of the test's own."""
import subprocess

from gi.repository import Gio, GLib

import children

SAVER_XML = """<node><interface name="org.freedesktop.ScreenSaver">
<method name="GetActive"><arg type="b" direction="out"/></method>
<signal name="ActiveChanged"><arg type="b"/></signal></interface></node>"""
LOGIND_XML = """<node><interface name="org.freedesktop.login1.Manager">
<method name="GetSession"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
</interface><interface name="org.freedesktop.login1.Session">
<property name="LockedHint" type="b" access="read"/><signal name="Lock"/><signal name="Unlock"/>
</interface></node>"""
SESSION = "/org/freedesktop/login1/session/_31"
OTHER_SESSION = "/org/freedesktop/login1/session/_32"
SYSTEM_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={folder}/system</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
FLAGS = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
         | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)


def own(connection, name):
    connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         "RequestName", GLib.Variant("(su)", (name, 0)), None, 0, -1, None)


class ScreenSaver:
    def __init__(self, desktop, is_active=False):
        self.is_active = is_active
        self.connection = desktop.connect()
        interface = Gio.DBusNodeInfo.new_for_xml(SAVER_XML).interfaces[0]
        self.connection.register_object("/org/freedesktop/ScreenSaver", interface, self._on_call)
        own(self.connection, "org.freedesktop.ScreenSaver")

    def _on_call(self, *arguments):
        arguments[-1].return_value(GLib.Variant("(b)", (self.is_active,)))

    def set_active(self, is_active):
        self.is_active = is_active
        self.connection.emit_signal(None, "/org/freedesktop/ScreenSaver",
                                    "org.freedesktop.ScreenSaver", "ActiveChanged",
                                    GLib.Variant("(b)", (is_active,)))


class Logind:
    """Made before the service is started, which finds the bus in its environment."""

    def __init__(self, desktop):
        config = desktop.folder / "system.conf"
        config.write_text(SYSTEM_BUS.format(folder=desktop.folder))
        self.bus = desktop.start(["dbus-daemon", "--config-file", config, "--nofork",
                                  "--print-address=1"], stdout=subprocess.PIPE, stderr=desktop.log)
        address = self.bus.stdout.readline().decode().strip()
        self.connection = Gio.DBusConnection.new_for_address_sync(address, FLAGS, None, None)
        self.connection.set_exit_on_close(False)
        self.asked = []
        self.is_watched = False
        manager, session = Gio.DBusNodeInfo.new_for_xml(LOGIND_XML).interfaces
        self.connection.register_object("/org/freedesktop/login1", manager, self._on_call)
        self.connection.register_object(SESSION, session, None, self._on_get)
        own(self.connection, "org.freedesktop.login1")
        desktop.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                     "UpdateActivationEnvironment",
                     GLib.Variant("(a{ss})", ({"DBUS_SYSTEM_BUS_ADDRESS": address},)))

    def _on_call(self, connection, sender, path, interface, method, parameters, invocation):
        self.asked += parameters.unpack()
        invocation.return_value(GLib.Variant("(o)", (SESSION,)))

    def _on_get(self, *_):
        self.is_watched = True
        return GLib.Variant("b", False)

    def say(self, signal, path=SESSION):
        self.connection.emit_signal(None, path, "org.freedesktop.login1.Session", signal, None)

    def set_hint(self, is_locked):
        self.connection.emit_signal(
            None, SESSION, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            GLib.Variant("(sa{sv}as)", ("org.freedesktop.login1.Session",
                                        {"LockedHint": GLib.Variant("b", is_locked)}, [])))

    def close(self):
        self.connection.close_sync(None)
        children.end(self.bus)
