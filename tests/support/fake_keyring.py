#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Secret Service that misbehaves when it is told to, for the faults that no
real one shows on demand. Its parts are one collection, its items, and prompts.

It reads a command a line and answers each with a line. What it keeps outlives
stop and start, as the file of a real one does.

    start, stop         comes onto the bus; goes, in the middle of whatever it does
    set NAME VALUE      see SETTINGS
    lock, unlock        as a person does with the keyring's own program
    delete, copy, change TEXT    what a person does to all items: the last gives
                        them another value
    answer              answers all calls that were held, and holds no more
    heal                starts again, with every setting as at first, unlocked
    items               the values, and the number of times that one was overwritten
    calls METHOD        how often it was called; of a property, read
    reset               as new, and off the bus
"""
import itertools
import os
import subprocess
import sys

from gi.repository import Gio, GLib

NAME = "org.freedesktop.secrets"
ROOT = "/org/freedesktop/secrets"
SERVICE, COLLECTION, ITEM, SESSION, PROMPT = (
    "org.freedesktop.Secret." + name for name in ("Service", "Collection", "Item", "Session",
                                                  "Prompt"))
INTERFACES = """<node>
<interface name="org.freedesktop.Secret.Service">
  <method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/>
    <arg type="v" direction="out"/><arg type="o" direction="out"/></method>
  <method name="SearchItems"><arg type="a{ss}" direction="in"/>
    <arg type="ao" direction="out"/><arg type="ao" direction="out"/></method>
  <method name="Unlock"><arg type="ao" direction="in"/>
    <arg type="ao" direction="out"/><arg type="o" direction="out"/></method>
  <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="CreateCollection"><arg type="a{sv}" direction="in"/><arg type="s" direction="in"/>
    <arg type="o" direction="out"/><arg type="o" direction="out"/></method>
  <property name="Collections" type="ao" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Collection">
  <method name="CreateItem"><arg type="a{sv}" direction="in"/><arg type="(oayays)" direction="in"/>
    <arg type="b" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/>
  </method>
  <property name="Items" type="ao" access="read"/><property name="Label" type="s" access="read"/>
  <property name="Locked" type="b" access="read"/><property name="Created" type="t" access="read"/>
  <property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Item">
  <method name="GetSecret"><arg type="o" direction="in"/><arg type="(oayays)" direction="out"/>
  </method>
  <property name="Locked" type="b" access="read"/><property name="Label" type="s" access="read"/>
  <property name="Attributes" type="a{ss}" access="read"/>
  <property name="Created" type="t" access="read"/>
  <property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Session"><method name="Close"/></interface>
<interface name="org.freedesktop.Secret.Prompt">
  <method name="Prompt"><arg type="s" direction="in"/></method><method name="Dismiss"/>
</interface>
</node>"""
# What `set` sets, as it is in a healthy keyring.
SETTINGS = {
    "vanish": "",           # goes off the bus in the middle of this call
    "fail": "",             # answers this call with an error
    "hold": "",             # does not answer this call, until `answer`
    "hides": "",            # yes: items are not found while locked (KWallet, KeePassXC)
    "generic": "",          # yes: locked items have the schema of none (gnome-keyring)
    "create-prompts": "",   # yes: CreateItem answers with a prompt (KeePassXC)
    "collection": "login",  # the default one; "none": there is none
    "prompt": "answered",   # or dismissed, never, fails, vanishes, wrong-type
    "prompt-ms": "10",      # how long a person takes
}
YES = "yes"


class Item:
    def __init__(self, path, attributes, label, value):
        self.path, self.attributes, self.label, self.value = path, attributes, label, value
        self.registration = 0


class Keyring:
    def __init__(self):
        self.info = {i.name: i for i in Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces}
        self.numbers = itertools.count(1)
        self.connection = None
        self._forget()

    def _forget(self):
        self.settings = dict(SETTINGS)
        self.items, self.held, self.calls = [], [], {}
        self.is_locked, self.overwritten = False, 0

    # The commands
    def start(self):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.connection = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"], flags, None, None)
        self.connection.set_exit_on_close(False)
        self._export(ROOT, SERVICE)
        if self._default() != "/":
            for path in (self._default(), ROOT + "/aliases/default"):
                self._export(path, COLLECTION)
        for item in self.items:
            self._publish(item)
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "RequestName", GLib.Variant("(su)", (NAME, 0)), None, 0, -1, None)

    def stop(self):
        if self.connection is not None:
            self.connection.close_sync(None)
        self.connection, self.held = None, []

    def reset(self):
        self.stop()
        self._forget()

    def set(self, name, value=""):
        assert name in SETTINGS, name
        self.settings[name] = value

    def lock(self):
        self._set_locked(True)

    def unlock(self):
        self._set_locked(False)

    def delete(self):
        while self.items:
            item = self.items.pop()
            if self.connection is not None:
                self.connection.unregister_object(item.registration)
                self._signal(self._default(), COLLECTION, "ItemDeleted", "(o)", item.path)

    def copy(self):
        for item in list(self.items):
            self._add(Item(self._path("copy"), item.attributes, item.label, item.value))

    def change(self, text):
        for item in self.items:
            item.value = text.encode()
            if self.connection is not None:
                self._signal(self._default(), COLLECTION, "ItemChanged", "(o)", item.path)

    def answer(self):
        self.settings["hold"] = ""
        held, self.held = self.held, []
        for invocation, answer in held:
            answer(invocation)

    def heal(self):
        self.stop()
        self.settings, self.is_locked = dict(SETTINGS), False
        self.start()

    def describe_items(self):
        return " ".join([str(self.overwritten), *(item.value.decode() for item in self.items)])

    # What it has on the bus
    def _path(self, kind):
        return "%s/%s/n%d" % (ROOT, kind, next(self.numbers))

    def _default(self):
        name = self.settings["collection"]
        return "/" if name == "none" else "%s/collection/%s" % (ROOT, name)

    def _export(self, path, interface, thing=None):
        return self.connection.register_object(
            path, self.info[interface],
            lambda *call: self._on_call(thing, path, *call[4:7]),
            lambda *read: self._read(thing, read[4]), None)

    def _signal(self, path, interface, name, signature, *arguments, to=None):
        self.connection.emit_signal(to, path, interface, name,
                                    GLib.Variant(signature, arguments))

    def _publish(self, item):
        item.registration = self._export(item.path, ITEM, item)

    def _add(self, item):
        self.items.append(item)
        if self.connection is not None:
            self._publish(item)
            self._signal(self._default(), COLLECTION, "ItemCreated", "(o)", item.path)
        return item.path

    def _set_locked(self, is_locked):
        self.is_locked = is_locked
        if self.connection is not None:
            self._signal(self._default(), "org.freedesktop.DBus.Properties", "PropertiesChanged",
                         "(sa{sv}as)", COLLECTION, {"Locked": GLib.Variant("b", is_locked)}, [])

    def _visible(self):
        return [] if self.is_locked and self.settings["hides"] == YES else self.items

    def _attributes(self, item):
        if self.is_locked and self.settings["generic"] == YES:
            return {**item.attributes, "xdg:schema": "org.freedesktop.Secret.Generic"}
        return item.attributes

    def _property(self, item, name):
        default = self._default()
        return {
            "Collections": lambda: GLib.Variant("ao", [] if default == "/" else [default]),
            "Items": lambda: GLib.Variant("ao", [i.path for i in self._visible()]),
            "Locked": lambda: GLib.Variant("b", self.is_locked),
            "Label": lambda: GLib.Variant("s", item.label if item else "Keyring"),
            "Attributes": lambda: GLib.Variant("a{ss}", self._attributes(item)),
        }.get(name, lambda: GLib.Variant("t", 1))()

    def _read(self, thing, name):
        self.calls[name] = self.calls.get(name, 0) + 1
        return self._property(thing, name)

    # Calls
    def _on_call(self, thing, path, method, parameters, invocation):
        self.calls[method] = self.calls.get(method, 0) + 1
        if self.settings["vanish"] == method:
            self.stop()
        elif self.settings["fail"] == method:
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", "as it was told to")
        elif self.settings["hold"] == method:
            self.held.append((invocation, lambda i: self._serve(thing, path, method, parameters,
                                                                i)))
        else:
            self._serve(thing, path, method, parameters, invocation)

    def _serve(self, thing, path, method, parameters, invocation):
        serve = {"OpenSession": self._open_session, "SearchItems": self._search,
                 "Unlock": self._unlock, "ReadAlias": self._read_alias,
                 "CreateCollection": self._create_collection, "CreateItem": self._create_item,
                 "GetSecret": self._get_secret, "Prompt": self._prompt}.get(method)
        if serve is None:           # Close, Dismiss
            invocation.return_value(None)
        else:
            serve(thing, path, invocation, *parameters.unpack())

    def _open_session(self, thing, path, invocation, algorithm, _):
        if algorithm != "plain":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", algorithm)
            return
        session = self._path("session")
        self._export(session, SESSION)
        invocation.return_value(GLib.Variant("(vo)", (GLib.Variant("s", ""), session)))

    def _search(self, thing, path, invocation, wanted):
        found = [i.path for i in self._visible() if wanted.items() <= self._attributes(i).items()]
        lists = ([], found) if self.is_locked else (found, [])
        invocation.return_value(GLib.Variant("(aoao)", lists))

    def _read_alias(self, thing, path, invocation, name):
        invocation.return_value(GLib.Variant("(o)", (self._default(),)))

    def _unlock(self, thing, path, invocation, objects):
        if not self.is_locked:
            invocation.return_value(GLib.Variant("(aoo)", (objects, "/")))
            return

        def give():
            self._set_locked(False)
            return GLib.Variant("ao", objects)
        prompt = self._offer_prompt(give, GLib.Variant("ao", []))
        invocation.return_value(GLib.Variant("(aoo)", ([], prompt)))

    def _create_collection(self, thing, path, invocation, properties, alias):
        def give():
            self.settings["collection"] = "login"
            for exported in (self._default(), ROOT + "/aliases/default"):
                self._export(exported, COLLECTION)
            return GLib.Variant("o", self._default())
        prompt = self._offer_prompt(give, GLib.Variant("o", "/"))
        invocation.return_value(GLib.Variant("(oo)", ("/", prompt)))

    def _create_item(self, thing, path, invocation, properties, secret, replace):
        if self.is_locked:
            invocation.return_dbus_error("org.freedesktop.Secret.Error.IsLocked", "it is locked")
            return
        attributes = properties[ITEM + ".Attributes"]
        item = Item(self._path("item"), attributes, properties[ITEM + ".Label"], bytes(secret[2]))
        same = [i for i in self.items if i.attributes == attributes]

        def give():
            if replace and same:
                self.overwritten += 1
                same[0].value = item.value
                return GLib.Variant("o", same[0].path)
            return GLib.Variant("o", self._add(item))
        if self.settings["create-prompts"] == YES:
            results = "/", self._offer_prompt(give, GLib.Variant("o", "/"))
        else:
            results = give().unpack(), "/"
        invocation.return_value(GLib.Variant("(oo)", results))

    def _get_secret(self, item, path, invocation, session):
        if self.is_locked:
            invocation.return_dbus_error("org.freedesktop.Secret.Error.IsLocked", "it is locked")
            return
        invocation.return_value(GLib.Variant("((oayays))", ((session, b"", item.value,
                                                             "text/plain"),)))

    # Prompts
    def _offer_prompt(self, give, nothing):
        path = self._path("prompt")
        self._export(path, PROMPT, (give, nothing))
        return path

    def _prompt(self, prompt, path, invocation, window):
        kind = self.settings["prompt"]
        if kind == "fails":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.Failed", "no display")
            return
        invocation.return_value(None)
        if kind != "never":
            GLib.timeout_add(int(self.settings["prompt-ms"]), self._end_prompt, prompt, path,
                             invocation.get_sender(), self.connection)

    def _end_prompt(self, prompt, path, caller, connection):
        kind = self.settings["prompt"]
        give, nothing = prompt
        if connection is not self.connection:
            return GLib.SOURCE_REMOVE
        if kind == "vanishes":
            self.stop()
            return GLib.SOURCE_REMOVE
        is_dismissed = kind == "dismissed"
        result = nothing if is_dismissed else give()
        if kind == "wrong-type":
            result = GLib.Variant("s", "?")
        self._signal(path, PROMPT, "Completed", "(bv)", is_dismissed, result, to=caller)
        return GLib.SOURCE_REMOVE


class Remote:
    """One in a process of its own, on the bus of a Desktop: calls wait for their end."""

    def __init__(self, desktop):
        self.process = desktop.start(["/usr/bin/python3", __file__], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE)

    def tell(self, *commands):
        for command in commands:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().decode().strip()
        return answer


class Commands:
    """The end that is told."""

    def __init__(self, keyring, loop):
        self.keyring, self.loop, self.rest = keyring, loop, b""
        GLib.io_add_watch(sys.stdin.fileno(), GLib.IOCondition.IN | GLib.IOCondition.HUP,
                          self._on_input)

    def _on_input(self, descriptor, condition):
        read = os.read(descriptor, 65536)
        if not read:
            self.loop.quit()
            return GLib.SOURCE_REMOVE
        *lines, self.rest = (self.rest + read).split(b"\n")
        for line in lines:
            print(self._do(*line.decode().split(" ")) or "done", flush=True)
        return GLib.SOURCE_CONTINUE

    def _do(self, command, *words):
        if command == "items":
            return self.keyring.describe_items()
        if command == "calls":
            return str(self.keyring.calls.get(words[0], 0))
        return getattr(self.keyring, command)(*words)


if __name__ == "__main__":
    main_loop = GLib.MainLoop()
    commands = Commands(Keyring(), main_loop)
    main_loop.run()
