#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How otrd comes, shows itself on the bus, and goes."""
import fcntl
import os
import pathlib
import signal
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

from gi.repository import Gio, GLib

import children
import peer
import talk
import tap
from desktop import SERVICE, Desktop, wait_for_end, wait_until
from messenger import Client, ContractError

# Members of the contract that a person with gdbus must find.
MANAGER = {"Version", "ProgramVersion", "Vault", "KeyStore", "DefaultPolicy", "LockWithScreen",
           "LockWhenIdle"}
ACCOUNT = {"Protocol", "Name", "Fingerprint", "KeyState", "Policy"}
SESSION = {"Account", "Contact", "Policy", "State", "Trust", "Blocked", "Fingerprint",
           "OtrVersion", "SessionId", "Instances", "Instance", "Verification", "Held",
           "Messengers"}
PING = ["gdbus", "call", "--session", "--dest", SERVICE, "--object-path", "/im/otrd1",
        "--method", "org.freedesktop.DBus.Peer.Ping"]


def run_tool(desktop, *arguments):
    done = subprocess.run(arguments, env=desktop.environment, capture_output=True, text=True,
                          timeout=110)
    assert done.returncode == 0, done.stderr
    return done.stdout


def the_first_call_activates_otrd():
    with Desktop() as desktop:
        assert not desktop.has_owner(SERVICE)
        client = Client(desktop)
        assert client.property("Version") >= 1
        assert client.property("ProgramVersion")
        assert client.property("KeyStore") == "secret-service"
        assert desktop.has_owner(SERVICE)


def the_vaults_state_is_true_from_the_first_answer():
    with Desktop() as desktop:
        client = Client(desktop)
        assert client.property("Vault") == "new"
        client.open_account("xmpp", talk.ALICE)
        desktop.stop_service()
        assert client.property("Vault") == "ready"
        desktop.stop_service()
        (desktop.home / ".local/share/otrd/trust").write_bytes(b"no vault at all")
        assert client.property("Vault") == "damaged"


def opens_session(client, contact):
    try:
        client.manager("OpenSession", "(sssa{sv})", "xmpp", talk.ALICE, contact, {})
    except ContractError as error:
        assert error.name == "Locked", error
        return False
    return True


def a_keyring_that_does_not_answer_holds_up_nobody():
    """It goes on only when the answers are there: they did not wait for it."""
    with Desktop() as desktop:
        client = Client(desktop)
        client.open_account("xmpp", talk.ALICE)
        desktop.stop_service()
        desktop.keyring.send_signal(signal.SIGSTOP)
        try:
            assert client.property("Vault") == "locked"
            assert not opens_session(client, talk.BOB)
            assert not opens_session(client, talk.CAROL)
        finally:
            desktop.keyring.send_signal(signal.SIGCONT)
        wait_until(lambda: client.property("Vault") == "ready", "the keyring's answer")
        assert opens_session(client, talk.BOB)


def a_new_vault_whose_keyring_does_not_answer_holds_up_nobody():
    with Desktop() as desktop:
        client = Client(desktop)
        desktop.keyring.send_signal(signal.SIGSTOP)
        try:
            assert client.property("Vault") == "new"
            assert not opens_session(client, talk.BOB)
        finally:
            desktop.keyring.send_signal(signal.SIGCONT)
        wait_until(lambda: opens_session(client, talk.BOB), "the keyring's answer")


def a_folder_that_another_process_holds_holds_up_nobody():
    with Desktop() as desktop:
        client = Client(desktop)
        client.open_account("xmpp", talk.ALICE)
        desktop.stop_service()
        with open(desktop.home / ".local/share/otrd/lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert client.property("Vault") == "locked"
            assert not opens_session(client, talk.BOB)
        client.manager("Unlock")
        assert client.property("Vault") == "ready"


def both_names_may_be_called_at_once():
    """Two processes are started, and the bus must take neither's end for a failure."""
    with Desktop() as desktop:
        callers = [(name, desktop.connect()) for name in (SERVICE, "im.otrd1.Portal")]
        for _ in range(40):
            started = []
            for name, caller in callers:
                caller.call(
                    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "StartServiceByName", GLib.Variant("(su)", (name, 0)), None,
                    Gio.DBusCallFlags.NONE, 60000, None,
                    lambda source, result: started.append(source.call_finish(result).unpack()[0]))
            wait_until(lambda: len(started) == 2, "both names")
            desktop.stop_service()


def many_first_calls_activate_one_otrd():
    with tempfile.TemporaryDirectory() as folder:
        counting = pathlib.Path(folder, "otrd")
        counting.write_text("#!/bin/sh\necho started >> $XDG_RUNTIME_DIR/started\nexec %s\n"
                            % os.environ["OTRD_SERVICE"])
        counting.chmod(0o755)
        with Desktop(program=counting) as desktop:
            callers = [desktop.start(PING, stdout=subprocess.DEVNULL) for _ in range(5)]
            assert [caller.wait(60) for caller in callers] == [0] * 5
            assert (desktop.folder / "run" / "started").read_text() == "started\n"


def a_second_otrd_gives_way():
    with Desktop() as desktop:
        Client(desktop).property("Version")
        first = desktop.service_pid()
        second = desktop.start([os.environ["OTRD_SERVICE"]], stderr=subprocess.PIPE, text=True)
        assert second.wait(30) != 0
        assert desktop.service_pid() == first


def it_ends_when_asked_to():
    with Desktop() as desktop:
        Client(desktop).property("Version")
        desktop.stop_service(signal.SIGTERM)
        assert Client(desktop).property("Version") >= 1, "and comes again when called"


def its_end_says_goodbye():
    with Desktop() as desktop:
        left, right = talk.open_messenger(desktop), peer.start_libotr("carol")
        network = talk.join(left, right)
        talk.go_private(network, left)
        pid = desktop.service_pid()
        desktop.ask_service_to_end()
        wait_until(lambda: left.rung, "the bell")
        left.collect()
        assert wait_for_end(pid)
        for line in left.outbox:
            right.receive(line)
        assert right.state()["state"] == "finished", right.events


def it_ends_with_its_bus():
    with Desktop() as desktop:
        Client(desktop).property("Version")
        pid = desktop.service_pid()
        children.end(desktop.bus)
        assert wait_for_end(pid)


def the_tree_shows_the_truth():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        right = talk.open_messenger(desktop, "right", talk.BOB, talk.ALICE)
        talk.go_private(talk.join(left, right), left)
        shown = run_tool(desktop, "gdbus", "introspect", "--session", "--dest", SERVICE,
                         "--object-path", "/im/otrd1", "--recurse")
        for path in ("/im/otrd1", left.get("Account"), left.path, right.path):
            assert "node %s {" % path in shown, shown
        for name in MANAGER | ACCOUNT | SESSION:
            assert " %s = " % name in shown, name
        assert "readonly s State = 'private';" in shown
        assert "readonly s Contact = '%s';" % talk.BOB in shown


def busctl_lists_the_objects():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        out = run_tool(desktop, "busctl", "--user", "--no-pager", "tree", "--list", SERVICE)
        assert {"/im/otrd1", left.get("Account"), left.path} <= set(out.split()), out


def introspection_is_well_formed_everywhere():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        for path in ("/", "/im", "/im/otrd1", "/im/otrd1/account", left.get("Account"), left.path):
            xml, = desktop.call(SERVICE, path, "org.freedesktop.DBus.Introspectable", "Introspect")
            ElementTree.fromstring(xml)


def managed_objects_are_the_tree():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        objects, = desktop.call(SERVICE, "/im/otrd1", "org.freedesktop.DBus.ObjectManager",
                                "GetManagedObjects")
        assert set(objects[left.get("Account")]["im.otrd1.Account"]) == ACCOUNT
        assert set(objects[left.path]["im.otrd1.Session"]) == SESSION


def a_session_that_nobody_needs_goes():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop)
        left.detach()
        objects, = desktop.call(SERVICE, "/im/otrd1", "org.freedesktop.DBus.ObjectManager",
                                "GetManagedObjects")
        assert left.path not in objects, objects


tap.run({
    "the first call activates otrd": the_first_call_activates_otrd,
    "the vault's state is true from the first answer":
        the_vaults_state_is_true_from_the_first_answer,
    "a keyring that does not answer holds up nobody":
        a_keyring_that_does_not_answer_holds_up_nobody,
    "a new vault whose keyring does not answer holds up nobody":
        a_new_vault_whose_keyring_does_not_answer_holds_up_nobody,
    "a folder that another process holds holds up nobody":
        a_folder_that_another_process_holds_holds_up_nobody,
    "both names may be called at once": both_names_may_be_called_at_once,
    "many first calls activate one otrd": many_first_calls_activate_one_otrd,
    "a second otrd gives way": a_second_otrd_gives_way,
    "it ends when asked to, and comes again": it_ends_when_asked_to,
    "its end says goodbye": its_end_says_goodbye,
    "it ends with its bus": it_ends_with_its_bus,
    "gdbus introspect shows the truth": the_tree_shows_the_truth,
    "busctl lists the objects": busctl_lists_the_objects,
    "introspection is well-formed on every path": introspection_is_well_formed_everywhere,
    "the managed objects are the tree": managed_objects_are_the_tree,
    "a session that nobody needs goes": a_session_that_nobody_needs_goes,
}, watchdog=280)
