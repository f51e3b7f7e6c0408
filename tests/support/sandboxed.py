# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program in a Flatpak's sandbox: bubblewrap, a /.flatpak-info, and, as
Flatpak has it, an xdg-dbus-proxy that is in the sandbox too.

The rest of this file is what runs inside: it does the calls that it is told on
its standard input, one in a line, and prints what came of each."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

INFO = "[Application]\nname=%s\nruntime=runtime/org.freedesktop.Platform/x86_64/22.08\n\n" \
       "[Instance]\ninstance-id=1\n"
ROOT = ["--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
        "/lib64", "--symlink", "usr/bin", "/bin", "--ro-bind", "/etc", "/etc", "--dev", "/dev",
        "--proc", "/proc"]
HERE = pathlib.Path(__file__).resolve()


def _find_root():
    """A folder to be the sandbox's root, or None: bwrap wants a root that is a mount, which a plain
    chroot's is not. Apart from the desktop's folder, which is removed with all that is in it."""
    if subprocess.run(["bwrap", "--ro-bind", "/", "/", "true"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        return None
    return tempfile.mkdtemp(prefix="otrd-root-")


def _leave_root(root):
    """The mount has ended with its namespace, but where mounts are shared there is a copy here."""
    if root is not None:
        subprocess.run(["umount", "-R", "-l", root], stderr=subprocess.DEVNULL)
        os.rmdir(root)


def _in_root(root):
    if root is None:
        return []
    return ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
            'mount --rbind / "$0" && exec chroot "$0" "$@"', root]


def _bind(folders):
    return [word for folder in folders for word in ("--ro-bind", folder, folder)]


def _enter(desktop, root, application, command, **options):
    """Runs a command in bubblewrap as that application."""
    info = desktop.folder / ("info." + application)
    info.write_text(INFO % application)
    with open(info, "rb") as descriptor:
        return desktop.start(
            [*_in_root(root), "bwrap", *ROOT, "--bind", desktop.folder, desktop.folder,
             "--ro-bind", HERE.parent, HERE.parent, *_bind(options.pop("folders", [])), "--ro-bind-data", str(descriptor.fileno()), "/.flatpak-info",
             "--die-with-parent", *command], pass_fds=[descriptor.fileno(),
                                                       *options.pop("pass_fds", [])], **options)


class Sandboxed:
    """One program: `call` gives its results, or the name of the error."""

    def __init__(self, desktop, application, rules=None, direct=True, command=None, folders=()):
        """`rules`: of its proxy; none: it is on the bus itself, which a sandbox may be. `command`:
        what else runs there, given the address of its bus, and sees these folders."""
        self.desktop, self.proxy, self.root = desktop, None, _find_root()
        address = desktop.address
        if rules is not None:
            address = self._start_proxy(application, rules)
        python = sys.executable if sys.executable.startswith("/usr") else "/usr/bin/python3"
        self.process = _enter(
            desktop, self.root, application,
            command(address) if command else
            [python, str(HERE), address, "direct" if direct else "bus"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=desktop.log, text=True,
            folders=folders)
        if command is None:
            self.opened = json.loads(self.process.stdout.readline())

    def _start_proxy(self, application, rules):
        socket = self.desktop.folder / ("proxy." + application)
        ready, told = os.pipe()
        self.proxy = _enter(self.desktop, self.root, application, [
            "xdg-dbus-proxy", "--fd=%d" % told, self.desktop.address, socket, "--filter", *rules],
            pass_fds=[told], stderr=self.desktop.log)
        os.close(told)
        assert os.read(ready, 1), "xdg-dbus-proxy did not start"
        self.ready = ready
        return "unix:path=%s" % socket

    def begin(self, path, interface, method, signature="()", *arguments, name="im.otrd1"):
        self._tell([name, path, interface, method, signature, arguments])

    def end(self):
        return json.loads(self.process.stdout.readline())

    def call(self, *words, **options):
        self.begin(*words, **options)
        return self.end()

    def hear(self):
        """All signals since the last time: (path, interface, name, arguments)."""
        self._tell("heard")
        return self.end()["result"]

    def _tell(self, words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        if self.proxy is not None:
            os.close(self.ready)
            self.proxy.terminate()
            self.proxy.wait(20)
        _leave_root(self.root)


# Inside

def error_name(error):
    return Gio.DBusError.get_remote_error(error) or error.message


def open_direct(bus):
    reply, descriptors = bus.call_with_unix_fd_list_sync(
        "im.otrd1.Portal", "/im/otrd1/portal", "im.otrd1.Portal", "OpenDirectConnection",
        GLib.Variant("(a{sv})", ({},)), None, Gio.DBusCallFlags.NONE, 20000, None, None)
    socket = Gio.Socket.new_from_fd(descriptors.get(0))
    return Gio.DBusConnection.new_sync(
        socket.connection_factory_create_connection(), None,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)


def parameters_of(signature, arguments):
    """What JSON can carry, as D-Bus wants it; the one variant, of Properties.Set, is a string."""
    if signature == "(ssv)":
        arguments = [*arguments[:2], GLib.Variant("s", arguments[2])]
    return GLib.Variant(signature, tuple(arguments))


def do(connection, name, path, interface, method, signature, arguments):
    try:
        result = connection.call_sync(name, path, interface, method,
                                      parameters_of(signature, arguments), None,
                                      Gio.DBusCallFlags.NONE, 20000, None)
        return {"result": result.unpack()}
    except GLib.Error as error:
        return {"error": error_name(error)}


def listen(connection, heard):
    """To everything that anybody says there."""
    connection.signal_subscribe(
        None, None, None, None, None, Gio.DBusSignalFlags.NONE,
        lambda _, sender, path, interface, name, arguments: heard.append(
            (path, interface, name, arguments.print_(False))))


def take_heard(connection, bus, heard):
    """What has been said until now: it comes before the answers of these."""
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
                  None, None, Gio.DBusCallFlags.NONE, 20000, None)
    do(connection, "im.otrd1", "/im/otrd1", "org.freedesktop.DBus.Properties", "GetAll", "(s)",
       ["im.otrd1.Manager"])
    while GLib.MainContext.default().iteration(False):
        pass
    taken, heard[:] = list(heard), []
    return {"result": taken}


def main(address, door):
    bus = Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
    bus.set_exit_on_close(False)
    connection, opened = bus, {"result": None}
    if door == "direct":
        try:
            connection = open_direct(bus)
        except GLib.Error as error:
            opened = {"error": error_name(error)}
    heard = []
    for one in {bus, connection}:
        listen(one, heard)
    print(json.dumps(opened), flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        answer = take_heard(connection, bus, heard) if words == "heard" else do(connection, *words)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
