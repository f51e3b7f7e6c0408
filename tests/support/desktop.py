# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A desktop session of a test's own: a private HOME, a real dbus-daemon that
activates the otrd that was built, and a real gnome-keyring. Nothing of the
person who runs the test is seen or touched, and nothing is left behind."""
import contextlib
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time

from gi.repository import Gio, GLib

import children

PASSWORD = "correct horse"
SERVICE = "im.otrd1"

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:path={folder}/bus</listen>
  <servicedir>{folder}/services</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
ACTIVATION = "[D-BUS Service]\nName={name}\nExec={program}\n"
FOLDERS = {"HOME": "home", "XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "home/.local/share",
           "XDG_CONFIG_HOME": "home/.config", "XDG_CACHE_HOME": "home/.cache"}
FOREIGN = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL",
           "SSH_AUTH_SOCK", "G_DBUS_DEBUG", "G_MESSAGES_DEBUG")


def wait_until(is_so, what, seconds=120):
    """Runs the main loop until is_so(): every turn of it is an event, none a sleep."""
    late = []
    source = GLib.timeout_add_seconds(seconds, lambda: late.append(True) or GLib.SOURCE_REMOVE)
    while not is_so():
        if late:
            raise AssertionError("waited %d s in vain: %s" % (seconds, what))
        GLib.MainContext.default().iteration(True)
    if not late:
        GLib.source_remove(source)


def wait_for_end(pid, seconds=60):
    """Waits for a process that is not our child; whether it ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


class Desktop:
    def __init__(self, program=None, keyring=True, idle_exit=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="otrd-"))
        self.environment = {k: v for k, v in os.environ.items() if k not in FOREIGN}
        for name, folder in FOLDERS.items():
            (self.folder / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            self.environment[name] = str(self.folder / folder)
        self.home = self.folder / "home"
        self.log = open(self.folder / "log", "wb")
        self.address = "unix:path=%s/bus" % self.folder
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self.keyring, self.connections = None, []
        program = program or os.environ["OTRD_SERVICE"]
        self._start_bus(program if idle_exit is None else "%s --idle-exit %g" % (program, idle_exit))
        self.connection = self.connect()
        if keyring:
            self.start_keyring()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close(keep_log=kind is not None)

    # What runs in it
    def start(self, arguments, **options):
        return children.start(arguments, env=self.environment, cwd=self.folder, **options)

    def _start_bus(self, program):
        services = self.folder / "services"
        services.mkdir()
        for name in ("im.otrd1", "im.otrd1.Portal"):
            (services / (name + ".service")).write_text(
                ACTIVATION.format(name=name, program=program))
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(folder=self.folder))
        self.bus = self.start(["dbus-daemon", "--config-file", config, "--nofork",
                               "--print-address=1"], stdout=subprocess.PIPE, stderr=self.log)
        assert self.bus.stdout.readline(), "dbus-daemon did not start"

    def start_keyring(self, unlock=True):
        """Starts gnome-keyring; its first start, with `unlock`, makes the keyring."""
        arguments = ["gnome-keyring-daemon", "--foreground", "--components=secrets",
                     "--control-directory=%s/run/keyring" % self.folder]
        self.keyring = self.start(arguments + (["--unlock"] if unlock else []),
                                  stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        self.keyring.stdin.write(PASSWORD.encode() if unlock else b"")
        self.keyring.stdin.close()
        self.keyring.stdin = None
        self.wait_for_name("org.freedesktop.secrets")

    def let_pass(self, seconds):
        """For what must not happen meanwhile; that it happens is never waited for so."""
        passed = []
        GLib.timeout_add(int(seconds * 1000), lambda: passed.append(True))
        wait_until(lambda: passed, "the time")

    def stop_keyring(self):
        children.end(self.keyring)

    def connect(self):
        """Another client of the bus: a connection of its own."""
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        connection.set_exit_on_close(False)
        self.connections.append(connection)
        return connection

    # The bus
    def call(self, name, path, interface, method, parameters=None, timeout=100):
        return self.connection.call_sync(name, path, interface, method, parameters, None,
                                         Gio.DBusCallFlags.NONE, timeout * 1000, None).unpack()

    def call_bus(self, method, *words):
        parameters = GLib.Variant("(%s)" % ("s" * len(words)), words)
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                         method, parameters)[0]

    def has_owner(self, name):
        return self.call_bus("NameHasOwner", name)

    def wait_for_name(self, name, owned=True):
        self.wait_for_owner(name, lambda: self.has_owner(name) == owned)

    def wait_for_owner(self, name, is_so):
        subscription = self.connection.signal_subscribe(
            "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged", None, name,
            Gio.DBusSignalFlags.NONE, lambda *_: None)
        wait_until(is_so, "the owner of " + name)
        self.connection.signal_unsubscribe(subscription)

    # otrd itself
    def service_pid(self):
        return self.call_bus("GetConnectionUnixProcessID", SERVICE)

    def find_service(self):
        try:
            return self.service_pid()
        except GLib.Error:
            return None

    def start_service(self):
        """D-Bus activation, as the first call of a messenger causes it."""
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "StartServiceByName", GLib.Variant("(su)", (SERVICE, 0)), None,
            Gio.DBusCallFlags.NONE, 100000, None)

    def ask_service_to_end(self):
        os.kill(self.service_pid(), signal.SIGTERM)

    def stop_service(self, how=signal.SIGTERM):
        """And whoever takes its place: one that was started beside it."""
        while (pid := self.find_service()) is not None:
            with contextlib.suppress(ProcessLookupError):  # it went by itself, meanwhile
                os.kill(pid, how)
            ended = wait_for_end(pid)
            if not ended:
                os.kill(pid, signal.SIGKILL)
            assert ended, "otrd did not end when asked to"
            self.wait_for_owner(SERVICE, lambda p=pid: self.find_service() != p)

    # The keyring's items, as a person with Seahorse sees them
    def keyring_items(self):
        collection = "/org/freedesktop/secrets/aliases/default"
        return self.call("org.freedesktop.secrets", collection, "org.freedesktop.DBus.Properties",
                         "Get", GLib.Variant("(ss)", ("org.freedesktop.Secret.Collection",
                                                      "Items")))[0]

    def delete_keyring_items(self):
        for item in self.keyring_items():
            self.call("org.freedesktop.secrets", item, "org.freedesktop.Secret.Item", "Delete")

    def files(self):
        """Every file of the private HOME, with its bytes."""
        return {path.relative_to(self.home): path.read_bytes()
                for path in sorted(self.home.rglob("*")) if path.is_file()}

    def close(self, keep_log=False):
        try:
            self._end_service()
        finally:
            for process in (self.keyring, self.bus):
                if process is not None:
                    children.end(process)
            self.log.close()
            if keep_log:
                for line in (self.folder / "log").read_text(errors="replace").splitlines()[-60:]:
                    print("# log:", line)
            self._remove_folder()

    def _end_service(self):
        """Messengers go first: otrd waits for those that it owes a goodbye to."""
        for connection in self.connections[1:]:
            if not connection.is_closed():
                connection.close_sync(None)
        if not self.connection.is_closed():
            self.stop_service()
            self.connection.close_sync(None)

    def _remove_folder(self):
        deadline = time.monotonic() + 30
        while self.folder.exists() and time.monotonic() < deadline:
            shutil.rmtree(self.folder, ignore_errors=True)
