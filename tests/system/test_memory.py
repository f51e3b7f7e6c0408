#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After Lock and End the service's memory holds nothing of what was secret."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys

from gi.repository import GLib

import talk
import tap
from desktop import Desktop
from messenger import Client
from relay import Relay
from sealed import private_numbers_of, spellings, vault_key_of
from talk import ALICE, BOB

# Meson sets it, and then libc writes over what is freed: that must not do our work.
os.environ.pop("MALLOC_PERTURB_", None)

TYPED = ["Meet me at the old mill at nine, alone.", "Bring the blue folder along with you."]
SECRET = "the red bicycle of aunt Agatha"
# The allocator's own notes go over the beginning of what is freed, so the end is looked for.
STORY_END = ", which she lost in the autumn when the old mill burnt down"
STORY = 12 * (SECRET + ", ") + STORY_END
PIDGIN_KEYS = pathlib.Path(__file__).parents[1] / "fixtures" / "pidgin" / "otr.private_key"


UNREADABLE = ("[vvar]", "[vvar_vclock]", "[vsyscall]")  # the kernel's own, by design


def mappings_of(pid):
    """(start, end, name) of each that the process may read."""
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps:
        for line in maps:
            start, end, rights, name = re.match(
                r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)", line).groups()
            if rights.startswith("r") and name not in UNREADABLE:
                yield int(start, 16), int(end, 16), name or "anonymous"


def read_all(memory, start, end):
    """Nothing is left out: what cannot be read is not known to be clean."""
    parts, at = [], start
    while at < end:
        part = os.pread(memory, end - at, at)
        assert part, "the memory at %x was read short" % at
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def has_stopped(pid):
    stats = [stat.read_text() for stat in pathlib.Path("/proc/%d/task" % pid).glob("*/stat")]
    return stats and all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


@contextlib.contextmanager
def held(pid):
    """Stands still: a thread that ends takes its stack away while it is read."""
    os.kill(pid, signal.SIGSTOP)
    try:
        while not has_stopped(pid):
            os.sched_yield()
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def memory_of(pid):
    """Each readable stretch of the process's memory, with its start and name."""
    memory = os.open("/proc/%d/mem" % pid, os.O_RDONLY)
    try:
        with held(pid):
            for start, end, name in list(mappings_of(pid)):
                yield start, name, read_all(memory, start, end)
    finally:
        os.close(memory)


def traces_of(desktop, secrets):
    return traces_in(desktop.service_pid(), secrets)


def traces_in(pid, secrets):
    found = []
    for _, name, contents in memory_of(pid):
        for what, secret in secrets.items():
            n_found = sum(contents.count(spelling) for spelling in spellings(secret))
            if n_found:
                found.append("%s in %s, %d times" % (what, name, n_found))
    return found


def nothing_secret_is_left_after_lock_and_end():
    with Desktop() as desktop:
        left = talk.open_messenger(desktop, "left", ALICE, BOB)
        right = talk.open_messenger(desktop, "right", BOB, ALICE)
        network = talk.join(left, right)
        talk.go_private(network, left)
        talk.converse(network, TYPED)
        talk.verify(network, left, SECRET, SECRET)
        talk.say_goodbye(network, left)
        right.end()
        client = Client(desktop)
        client.manager("Lock")
        secrets = {"the vault key": vault_key_of(desktop), "the SMP secret": SECRET.encode()}
        numbers = private_numbers_of(desktop)
        assert len(numbers) == 2
        secrets.update({"private key %d" % i: x for i, x in enumerate(numbers)})
        secrets.update({"typed text %d" % i: text.encode() for i, text in enumerate(TYPED)})
        found = traces_of(desktop, secrets)
        assert not found, "; ".join(found)


def a_script_s_secret_is_not_left_in_the_relay():
    with Desktop() as desktop:
        left, right = (Relay(desktop, *names) for names in ((ALICE, BOB), (BOB, ALICE)))
        network = talk.join(left, right)
        left.ask(start=True)
        network.carry_until(lambda: left.state["state"] == right.state["state"] == "private",
                            "private")
        left.ask(verify={"secret": STORY})
        network.carry_until(lambda: right.events("verification-asked"), "asked")
        right.ask(verify={"answer": STORY})
        network.carry_until(lambda: left.events("verification-finished"), "the result")
        assert left.events("verification-finished")[0]["result"] == "verified"
        for relay in (left, right):
            assert traces_in(relay.process.pid, {"the account": ALICE.encode()})
            found = traces_in(relay.process.pid, {"the SMP secret": STORY_END.encode()})
            assert not found, "; ".join(found)


def what_is_there_is_found():
    """The scan itself: a name, and in locked memory the key of an open vault."""
    with Desktop() as desktop:
        messenger = talk.open_messenger(desktop, "left", ALICE, BOB)
        messenger.account(messenger.get("Account"), "GenerateKey")
        assert traces_of(desktop, {"the account": ALICE.encode()})
        assert traces_of(desktop, {"the vault key": vault_key_of(desktop)})


def what_comes_and_goes_is_read():
    moving = subprocess.Popen([sys.executable, "-c", """if True:
        import mmap
        print("ready", flush=True)
        while True:
            mmap.mmap(-1, 1 << 20).close()
        """], stdout=subprocess.PIPE)
    try:
        moving.stdout.readline()
        for _ in range(20):
            assert list(memory_of(moving.pid))
    finally:
        moving.kill()
        moving.communicate()


def otrctl(desktop, *arguments, text=""):
    run = subprocess.run([os.environ["OTRD_OTRCTL"], *arguments], env=desktop.environment,
                         input=text, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, (arguments, run)
    return run.stdout.strip()


def assert_clean(desktop, secrets):
    found = traces_of(desktop, secrets)
    assert not found, "; ".join(found)


def passphrases_and_backups_leave_nothing_after_lock():
    passphrase, of_backup = "battery of a staple 7", "horse of the backup 9"
    with Desktop() as desktop:
        otrctl(desktop, "account", "add", "xmpp", ALICE)
        otrctl(desktop, "key", "generate", "xmpp:" + ALICE)
        secrets = {"the vault key": vault_key_of(desktop), "passphrase": passphrase.encode(),
                   "backup's passphrase": of_backup.encode()}
        numbers = private_numbers_of(desktop)
        assert len(numbers) == 1
        secrets["private key"] = numbers[0]
        otrctl(desktop, "key-store", "passphrase", "--passphrase-stdin", text=passphrase)
        otrctl(desktop, "lock")
        assert_clean(desktop, secrets)
        otrctl(desktop, "unlock", "--passphrase-stdin", text=passphrase)
        assert traces_of(desktop, {"the vault key": secrets["the vault key"]})
        backup = str(desktop.folder / "backup")
        otrctl(desktop, "vault", "backup", backup, "--passphrase-stdin", text=of_backup)
        otrctl(desktop, "vault", "restore", backup, "--merge", "--passphrase-stdin", text=of_backup)
        otrctl(desktop, "lock")
        assert_clean(desktop, secrets)


def imported_numbers():
    return [bytes.fromhex(x.decode()).lstrip(b"\0")
            for x in re.findall(rb"\(x #([0-9A-F]+)#\)", PIDGIN_KEYS.read_bytes())]


def imported_keys_leave_nothing_after_lock():
    with Desktop() as desktop:
        numbers = imported_numbers()
        assert len(numbers) >= 3
        otrctl(desktop, "import", "pidgin", "--private-keys", str(PIDGIN_KEYS))
        assert set(private_numbers_of(desktop)) >= set(numbers)
        otrctl(desktop, "lock")
        assert_clean(desktop, {"imported key %d" % i: x for i, x in enumerate(numbers)})


def a_replaced_key_is_gone_at_once():
    with Desktop() as desktop:
        client = Client(desktop)
        account = client.open_account("xmpp", ALICE)
        client.account(account, "GenerateKey")
        old, = private_numbers_of(desktop)
        client.account(account, "GenerateKey", "(a{sv})", {"replace": GLib.Variant("b", True)})
        new, = private_numbers_of(desktop)
        assert new != old
        assert traces_of(desktop, {"the new key": new})
        assert_clean(desktop, {"the old key": old})


def flags_at(pid, address):
    """VmFlags of the mapping that holds an address."""
    with open("/proc/%d/smaps" % pid, encoding="utf-8") as smaps:
        holds = False
        for line in smaps:
            if match := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
                holds = int(match[1], 16) <= address < int(match[2], 16)
            elif holds and line.startswith("VmFlags:"):
                return line.split()[1:]
    raise AssertionError("no mapping at %x" % address)


def what_holds_secrets_is_in_no_dump():
    with Desktop() as desktop:
        client = Client(desktop)
        client.account(client.open_account("xmpp", ALICE), "GenerateKey")
        otrctl(desktop, "import", "pidgin", "--private-keys", str(PIDGIN_KEYS))
        pid, n_found = desktop.service_pid(), 0
        secrets = [vault_key_of(desktop), *private_numbers_of(desktop)]
        for start, name, contents in memory_of(pid):
            for secret in secrets:
                if (at := contents.find(secret)) >= 0:
                    n_found += 1
                    assert "dd" in flags_at(pid, start + at), "%s at %x" % (name, start + at)
        assert n_found > len(secrets) / 2


def the_process_leaves_no_core_and_is_not_traced():
    """Not dumpable: what /proc says of it belongs to root, whoever it runs as."""
    program = os.environ["OTRD_SERVICE"]
    if os.getuid() == 0:
        program = "/usr/bin/setpriv --regid 65534 --clear-groups " + program
    with Desktop(program=program) as desktop:
        Client(desktop).open_account("xmpp", ALICE)
        process = pathlib.Path("/proc/%d" % desktop.service_pid())
        limit, = re.findall(r"Max core file size +(\S+) +(\S+)", (process / "limits").read_text())
        assert limit == ("0", "0"), limit
        groups = re.search(r"Gid:\t(\d+)", (process / "status").read_text())[1]
        owner = (process / "maps").stat()
        assert (os.getuid(), int(groups)) != (0, 0)
        assert (owner.st_uid, owner.st_gid) == (0, 0), owner


tap.run({
    "what is there is found": what_is_there_is_found,
    "what comes and goes meanwhile is read all the same": what_comes_and_goes_is_read,
    "nothing secret is left after Lock and End": nothing_secret_is_left_after_lock_and_end,
    "a script's secret is not left in the relay": a_script_s_secret_is_not_left_in_the_relay,
    "passphrases and backups leave nothing after Lock":
        passphrases_and_backups_leave_nothing_after_lock,
    "imported keys leave nothing after Lock": imported_keys_leave_nothing_after_lock,
    "a replaced key is gone at once": a_replaced_key_is_gone_at_once,
    "what holds secrets is in no dump": what_holds_secrets_is_in_no_dump,
    "the process leaves no core and is not traced": the_process_leaves_no_core_and_is_not_traced,
}, watchdog=280)
