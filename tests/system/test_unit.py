#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files that start otrd, as systemd and D-Bus read them."""
import configparser
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import tap

DATA = pathlib.Path(os.environ["OTRD_DATA"])


def analyze(*arguments):
    """systemd-analyze on the unit, with a program in it that exists everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder, "otrd.service")
        unit.write_text("\n".join(
            "ExecStart=/bin/true" if line.startswith("ExecStart=") else line
            for line in (DATA / "otrd.service").read_text().splitlines()))
        done = subprocess.run(
            ["systemd-analyze", "--user", "--man=no", *arguments, str(unit)],
            env={**os.environ, "XDG_RUNTIME_DIR": folder}, capture_output=True, text=True,
            timeout=110)
        return done.returncode, done.stdout, done.stderr


def read_ini(name):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(DATA / name)
    return parser


def systemd_has_nothing_to_say():
    # An unknown key only warns, so any word at all is a failure.
    status, out, err = analyze("verify")
    assert (status, out, err) == (0, "", ""), out + err


def it_is_as_hard_as_a_user_unit_can_be():
    status, out, err = analyze("security", "--offline=true", "--threshold=62", "--no-pager")
    assert status == 0, out + err


def callers_can_still_be_told_apart():
    service = read_ini("otrd.service")["Service"]
    implied = [key for key in service if key.startswith(("Private", "Protect", "Temporary"))]
    assert not implied, "these move otrd to a user namespace of its own: %s" % implied


def unit_and_activation_agree():
    for name in "im.otrd1", "im.otrd1.Portal":
        asked = read_ini(name + ".service")["D-BUS Service"]
        assert (asked["Name"], asked["SystemdService"]) == (name, "otrd.service"), dict(asked)
        assert asked["Exec"] == read_ini("otrd.service")["Service"]["ExecStart"], dict(asked)
    unit, activation = read_ini("otrd.service")["Service"], read_ini("im.otrd1.service")
    asked = activation["D-BUS Service"]
    assert unit["Type"] == "dbus" and unit["BusName"] == asked["Name"] == "im.otrd1"
    assert asked["SystemdService"] == "otrd.service"
    assert unit["ExecStart"] == asked["Exec"]


def can_unshare():
    """A user's manager of the test's own needs namespaces, which a plain container may not make."""
    return subprocess.run(["unshare", *UNSHARE, "true"], stderr=subprocess.DEVNULL).returncode == 0


def it_runs_under_systemd():
    """Under a real manager, where one can be had; what systemd says of the unit is asked anyway."""
    systemd_has_nothing_to_say()
    if not can_unshare():
        return
    # apart from /tmp and /run, which the manager's world has of its own
    folder = pathlib.Path(tempfile.mkdtemp(prefix="otrd-unit-", dir=os.getcwd()))
    try:
        units = folder / "config/systemd/user"
        units.mkdir(parents=True)
        units.joinpath("otrd.service").write_text("\n".join(
            "ExecStart=" + os.environ["OTRD_SERVICE"] if line.startswith("ExecStart=") else line
            for line in (DATA / "otrd.service").read_text().splitlines()))
        inside = subprocess.run(
            ["unshare", *UNSHARE, sys.executable, __file__, "inside", folder],
            capture_output=True, text=True, timeout=110)
        assert inside.returncode == 0, inside.stdout + inside.stderr
    finally:
        shutil.rmtree(folder)


UNSHARE = ["--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private"]


def mount(folder):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)


def start_manager(folder, environment):
    """A `systemd --user` that is ready, or None where it cannot be: without control groups."""
    address = folder / "notify"
    ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ready.bind(str(address))
    manager = subprocess.Popen(
        ["/usr/lib/systemd/systemd", "--user", "--unit=basic.target"],
        env={**environment, "NOTIFY_SOCKET": str(address)}, stdout=sys.stderr)
    ready.settimeout(1)
    while manager.poll() is None:
        try:
            if b"READY=1" in ready.recv(4096):
                return manager
        except TimeoutError:
            pass
    return None


def inside(folder):
    """In namespaces of its own: starts a manager and the unit, and calls otrd by its name."""
    runtime = folder / "run"
    mount(pathlib.Path("/run/systemd"))
    pathlib.Path("/run/systemd/system").mkdir()
    mount(runtime)
    os.chmod(runtime, 0o700)
    (folder / "home").mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"),
                   "XDG_CONFIG_HOME": str(folder / "config"), "XDG_RUNTIME_DIR": str(runtime),
                   "DBUS_SESSION_BUS_ADDRESS": "unix:path=%s/bus" % runtime}
    manager = start_manager(folder, environment)
    if manager is None:
        return

    def run(*words):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    run("systemctl", "--user", "start", "dbus.socket", "otrd.service")
    shown = run("systemctl", "--user", "show", "otrd.service", "-p", "ActiveState,NoNewPrivileges")
    assert "ActiveState=active" in shown and "NoNewPrivileges=yes" in shown, shown
    # a caller is told apart from one in a sandbox, whatever the unit took away
    listed = run("busctl", "--user", "call", "im.otrd1", "/im/otrd1", "im.otrd1.Manager",
                 "ListClients", "a{sv}", "0")
    assert '"process"' in listed and '"sandbox"' not in listed, listed
    run("systemctl", "--user", "stop", "otrd.service")
    shown = run("systemctl", "--user", "show", "otrd.service", "-p", "Result,ActiveState")
    assert "Result=success" in shown and "ActiveState=inactive" in shown, shown
    manager.terminate()
    manager.wait(30)


if sys.argv[1:2] == ["inside"]:
    inside(pathlib.Path(sys.argv[2]))
    sys.exit(0)
tap.run({
    "it runs under systemd": it_runs_under_systemd,
    "systemd has nothing to say against the unit": systemd_has_nothing_to_say,
    "it is as hard as a user's unit can be": it_is_as_hard_as_a_user_unit_can_be,
    "callers can still be told apart": callers_can_still_be_told_apart,
    "unit and activation agree": unit_and_activation_agree,
}, watchdog=280)
