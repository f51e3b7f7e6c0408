#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks that the house keeps its order: includes run one way, each file says
its licence, and what would break the order of messages is not used."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import tap  # noqa: E402

# What each folder may include besides itself. A folder that is not named here
# is not one of the house.
LAYERS = {
    "introspection": [],
    "service/secret": ["introspection"],
    "service/engine": ["introspection", "secret"],
    "service/vault": ["introspection", "secret"],
    "service/core": ["introspection", "secret", "engine", "vault"],
    "service/bus": ["introspection", "secret", "core"],
    "service": ["introspection", "secret", "engine", "vault", "core", "bus"],
    "client-lib/otrd": ["introspection"],
    "client-lib/otrctl": ["otrd"],
    "client-lib/purple": ["otrd"],
    "client-lib/purple/pidgin": [],
}
# Headers that only these folders may see.
RESTRICTED = {"libotr/": ["service/engine"], "libsecret/": ["service/vault"]}
SOURCES = (".c", ".h", ".py", ".sh", ".xml", ".build")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


def list_sources(*suffixes):
    for top in ("introspection", "service", "client-lib", "tests", "data", "demo", ".ci"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                yield path, path.relative_to(ROOT)


def includes_of(path):
    return [(quote == "<", name) for quote, name in INCLUDE.findall(path.read_text())]


def layer_of(relative):
    return relative.parent.as_posix()


def product_sources():
    for path, relative in list_sources(".c", ".h"):
        if relative.parts[0] in ("introspection", "service", "client-lib"):
            yield path, relative


def is_allowed(layer, relative, name):
    folder = name.rpartition("/")[0]
    if folder == "":
        return is_generated_or_own(layer, relative, name)
    return folder == layer.rpartition("/")[2] or folder in LAYERS[layer]


def is_generated_or_own(layer, relative, name):
    """A bare name is a file beside the includer (or generated there), or libotrd's."""
    if (ROOT / relative.parent / name).exists():
        return layer == "service" or layer.startswith("client-lib") or layer == "introspection"
    return layer.startswith("client-lib") or layer == "introspection"


def includes_run_one_way():
    wrong = []
    for path, relative in product_sources():
        layer = layer_of(relative)
        assert layer in LAYERS, "%s: an unknown folder" % relative
        wrong += ["%s includes %s" % (relative, name) for system, name in includes_of(path)
                  if not system and not is_allowed(layer, relative, name)]
    assert not wrong, "\n".join(wrong)


def clients_see_the_public_header_alone():
    wrong = []
    for path, relative in product_sources():
        if layer_of(relative) not in ("client-lib/otrctl", "client-lib/purple"):
            continue
        for system, name in includes_of(path):
            inside = (ROOT / relative.parent / name.rpartition("/")[2]).exists()
            if not system and not inside and name not in ("otrd/otrd.h", "otrd.h"):
                wrong.append("%s includes %s" % (relative, name))
    assert not wrong, "\n".join(wrong)


def foreign_libraries_stay_in_their_layer():
    wrong = []
    for path, relative in product_sources():
        for _, name in includes_of(path):
            for prefix, layers in RESTRICTED.items():
                if name.startswith(prefix) and layer_of(relative) not in layers:
                    wrong.append("%s includes %s" % (relative, name))
    assert not wrong, "\n".join(wrong)


def nothing_reorders_messages():
    # The generated emitter of Pending sends to everybody, not to whom something is owed.
    banned = re.compile(r"g-authorize-method|HANDLE_METHOD_INVOCATIONS_IN_THREAD|_emit_pending\b")
    wrong = [str(r) for p, r in product_sources()
             if any(banned.search(line) and "never" not in line.lower()
                    for line in re.sub(r"/\*.*?\*/", "", p.read_text(), flags=re.S).splitlines())]
    assert not wrong, "\n".join(wrong)


def each_file_says_its_licence():
    wrong = []
    for path, relative in list_sources(*SOURCES):
        head = path.read_text()[:600]
        if "SPDX-License-Identifier:" not in head or "SPDX-FileCopyrightText:" not in head:
            wrong.append(str(relative))
    assert not wrong, "\n".join(wrong)


def no_file_is_too_long():
    wrong = ["%s: %d lines" % (r, n) for p, r in list_sources(".c", ".h", ".py")
             for n in [p.read_text().count("\n")] if n > 800]
    assert not wrong, "\n".join(wrong)


tap.run({
    "includes run one way": includes_run_one_way,
    "clients see the public header of libotrd alone": clients_see_the_public_header_alone,
    "libotr and libsecret stay in their layer": foreign_libraries_stay_in_their_layer,
    "nothing that reorders messages is used": nothing_reorders_messages,
    "each file says its licence": each_file_says_its_licence,
    "no file is longer than 800 lines": no_file_is_too_long,
}, watchdog=280)
