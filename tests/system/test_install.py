#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `meson install` leaves: every file in its place, and a library that a
program in C or C++ finds by pkg-config alone."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import tap

BUILD, PREFIX = os.environ["OTRD_BUILD"], pathlib.Path(os.environ["OTRD_PREFIX"])
FILES = ("bin/otrctl", "libexec/otrd", "share/dbus-1/services/im.otrd1.service",
         "share/dbus-1/services/im.otrd1.Portal.service", "lib/systemd/user/otrd.service",
         "share/man/man1/otrctl.1", "share/man/man8/otrd.8",
         "share/bash-completion/completions/otrctl", "include/otrd-1/otrd/otrd.h",
         "**/pkgconfig/otrd-1.pc", "**/libotrd-1.so.0", "**/purple-2/otrd.so",
         "**/pidgin/otrd-pidgin.so", "**/girepository-1.0/Otrd-1.typelib", "**/Otrd-1.gir")
PROGRAM = """
#include <otrd/otrd.h>

int
main (void)
{
  GError *error = NULL;
  OtrdClient *client = otrd_client_new_sync (NULL, "small", NULL, NULL, &error);

  if (client == NULL && g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LOCKED))
    return 1;
  g_clear_error (&error);
  g_clear_object (&client);
  return OTRD_STATE_PRIVATE == OTRD_STATE_PLAINTEXT || OTRD_TYPE_SESSION == 0;
}
"""


@contextlib.contextmanager
def installed():
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir",
                        root], check=True, stdout=subprocess.DEVNULL)
        yield pathlib.Path(root)


def every_file_is_in_its_place():
    with installed() as root:
        prefix = root / PREFIX.relative_to("/")
        missing = [name for name in FILES if not list(prefix.glob(name + "*"))]
        assert not missing, (missing, [str(p) for p in root.rglob("*") if p.is_file()])
        service = next(prefix.glob("share/dbus-1/services/im.otrd1.service")).read_text()
        assert "Exec=%s\n" % (PREFIX / "libexec/otrd") in service, service
        inner = [p.name for p in (prefix / "include").rglob("*") if "private" in p.name]
        assert not inner, inner


def a_small_program_is_built_with_it(compiler, suffix):
    with installed() as root:
        folder = next(root.rglob("otrd-1.pc")).parent
        source, program = root / ("small" + suffix), root / "small"
        source.write_text(PROGRAM)
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "otrd-1"], check=True, capture_output=True,
            text=True, env={**os.environ, "PKG_CONFIG_SYSROOT_DIR": str(root),
                            "PKG_CONFIG_PATH": str(folder)}).stdout.split()
        # The root is put before the paths of the system's own libraries, too.
        flags = [flag for flag in flags if not flag.startswith("-I" + str(root) + "/usr/")
                 or "otrd-1" in flag]
        own = subprocess.run(["pkg-config", "--cflags", "--libs", "gio-2.0"], check=True,
                             capture_output=True, text=True).stdout.split()
        subprocess.run([compiler, "-Wall", "-Wextra", "-Werror", str(source), "-o", str(program),
                        *flags, *own], check=True)
        library = next(root.rglob("libotrd-1.so.0")).parent
        subprocess.run([str(program)], check=True, timeout=100,
                       env={**os.environ, "LD_LIBRARY_PATH": str(library),
                            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})


def a_program_in_c_is_built_with_it():
    a_small_program_is_built_with_it(shutil.which("cc"), ".c")


def a_program_in_c_plus_plus_is_built_with_it():
    a_small_program_is_built_with_it(shutil.which("c++"), ".cc")


tap.run({
    "every file is in its place": every_file_is_in_its_place,
    "a program in C is built with it": a_program_in_c_is_built_with_it,
    "a program in C++ is built with it": a_program_in_c_plus_plus_is_built_with_it,
}, watchdog=280)
