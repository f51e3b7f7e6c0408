# SPDX-FileCopyrightText: 2026 The otrd developers
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person with an XMPP account has in the folder of Pidgin or Finch."""
import pathlib
import shutil

import xmpp

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "pidgin"
FIXTURE = FIXTURES / "otr.private_key"
# Of the key that the fixture has for this name.
FIXTURE_NAME = "carol@example.org"
FIXTURE_FINGERPRINT = "AAFDB78744D0064EBF2388995BCC967FF33EC731"

ACCOUNTS = """<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'><account>
<protocol>prpl-jabber</protocol><name>{name}</name><password>{password}</password>
<settings><setting name='connect_server' type='string'>127.0.0.1</setting>
<setting name='port' type='int'>{port}</setting>
<setting name='connection_security' type='string'>opportunistic_tls</setting>
<setting name='auth_plain_in_clear' type='bool'>1</setting></settings>
<settings ui='{ui}'><setting name='auto-login' type='bool'>1</setting></settings>
</account></account>
"""


def write_account(folder, ui, name, port):
    """`name` has the resource, as libpurple has it."""
    folder.mkdir(parents=True)
    (folder / "accounts.xml").write_text(
        ACCOUNTS.format(name=name, password=xmpp.PASSWORD, port=port, ui=ui))


def write_preferences(folder, tree):
    """A tree of dicts; a list is a list of paths."""
    (folder / "prefs.xml").write_text(
        "<?xml version='1.0' encoding='UTF-8' ?>\n<pref version='1' name='/'>\n%s</pref>\n"
        % "".join(_preference(*item) for item in tree.items()))


def _preference(name, value):
    if isinstance(value, dict):
        inner = "".join(_preference(*item) for item in value.items())
        return "<pref name='%s'>\n%s</pref>\n" % (name, inner)
    if isinstance(value, list):
        items = "".join("<item value='%s'/>" % path for path in value)
        return "<pref name='%s' type='pathlist'>%s</pref>\n" % (name, items)
    kind = {bool: "bool", int: "int", str: "string"}[type(value)]
    return "<pref name='%s' type='%s' value='%s'/>\n" % (name, kind,
                                                        int(value) if kind == "bool" else value)


def write_pidgin_otr(folder, name, contact, fingerprint):
    """The key and the verified contact of somebody who has long used pidgin-otr."""
    keys = FIXTURE.read_text().split(" (account\n")
    (key,) = (one for one in keys if one.startswith('(name "%s' % FIXTURE_NAME))
    (folder / "otr.private_key").write_text(
        keys[0] + " (account\n" + key.replace(FIXTURE_NAME + "/", name))
    (folder / "otr.fingerprints").write_text(
        "%s\t%s\tprpl-jabber\t%s\tverified\n" % (contact, name, fingerprint.lower()))


def write_three_accounts(folder):
    """Those of the fixture: one with a resource, one with a slash, one of IRC."""
    for name in ("otr.private_key", "otr.fingerprints"):
        shutil.copy(FIXTURES / name, folder / name)
