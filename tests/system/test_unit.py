#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files that start otrd, as systemd and D-Bus read them."""
import configparser
import os
import pathlib
import subprocess
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
    status, out, err = analyze("security", "--offline=true", "--threshold=65", "--no-pager")
    assert status == 0, out + err


def callers_can_still_be_told_apart():
    service = read_ini("otrd.service")["Service"]
    implied = [key for key in service if key.startswith(("Private", "Protect", "Temporary"))]
    assert not implied, "these move otrd to a user namespace of its own: %s" % implied


def unit_and_activation_agree():
    unit, activation = read_ini("otrd.service")["Service"], read_ini("im.otrd1.service")
    asked = activation["D-BUS Service"]
    assert unit["Type"] == "dbus" and unit["BusName"] == asked["Name"] == "im.otrd1"
    assert asked["SystemdService"] == "otrd.service"
    assert unit["ExecStart"] == asked["Exec"]


tap.run({
    "systemd has nothing to say against the unit": systemd_has_nothing_to_say,
    "it is as hard as a user's unit can be": it_is_as_hard_as_a_user_unit_can_be,
    "callers can still be told apart": callers_can_still_be_told_apart,
    "unit and activation agree": unit_and_activation_agree,
}, watchdog=280)
