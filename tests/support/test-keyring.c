/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/support/test-keyring.h"

#include <string.h>

#include "tests/support/test-bus.h"
#include "tests/support/test-folder.h"

#define NAME "org.freedesktop.secrets"
#define SERVICE_PATH "/org/freedesktop/secrets"
#define SERVICE "org.freedesktop.Secret.Service"
#define LOGIN SERVICE_PATH "/collection/login"

GSubprocess *
test_keyring_start (gboolean unlocked)
{
  g_autofree char *control = g_build_filename (g_getenv ("XDG_RUNTIME_DIR"), "keyring", NULL);
  g_autofree char *option = g_strdup_printf ("--control-directory=%s", control);
  const char *const arguments[] = {
    "gnome-keyring-daemon",       "--foreground", "--components=secrets", option,
    unlocked ? "--unlock" : NULL, NULL,
  };
  GSubprocess *keyring = test_bus_spawn (arguments, unlocked ? "password" : NULL);

  test_bus_wait_for_name (NAME, TRUE);
  return keyring;
}

void
test_keyring_stop (GSubprocess *keyring)
{
  test_bus_end (keyring);
  test_bus_wait_for_name (NAME, FALSE);
}

void
test_keyring_forget (void)
{
  test_folder_remove (g_build_filename (g_getenv ("XDG_DATA_HOME"), "keyrings", NULL));
}

static GVariant *
call (const char *path, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  GVariant *reply =
      g_dbus_connection_call_sync (connection, NAME, path, interface, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  return reply;
}

void
test_keyring_lock (void)
{
  const char *const paths[] = { LOGIN, NULL };
  g_autoptr (GVariant) reply = call (SERVICE_PATH, SERVICE, "Lock", g_variant_new ("(^ao)", paths));
  g_autofree char **locked = NULL;

  g_variant_get (reply, "(^a&oo)", &locked, NULL);
  g_assert_cmpuint (g_strv_length (locked), ==, 1);
}

char **
test_keyring_find (const char *attribute, const char *value)
{
  GVariantBuilder attributes;
  g_autoptr (GVariant) reply = NULL;
  g_autofree const char **unlocked = NULL, **locked = NULL;
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&attributes, "{ss}", attribute, value);
  reply = call (SERVICE_PATH, SERVICE, "SearchItems", g_variant_new ("(a{ss})", &attributes));
  g_variant_get (reply, "(^a&o^a&o)", &unlocked, &locked);
  g_strv_builder_addv (all, unlocked);
  g_strv_builder_addv (all, locked);
  return g_strv_builder_end (all);
}

void
test_keyring_delete (const char *item)
{
  g_autoptr (GVariant) reply = call (item, "org.freedesktop.Secret.Item", "Delete", NULL);
  const char *prompt;

  g_variant_get (reply, "(&o)", &prompt);
  g_assert_cmpstr (prompt, ==, "/");
}

void
test_keyring_change (const char *item, const char *text)
{
  g_autoptr (GVariant) opened = NULL, done = NULL;
  const char *session;

  opened = call (SERVICE_PATH, SERVICE, "OpenSession",
                 g_variant_new ("(sv)", "plain", g_variant_new_string ("")));
  g_variant_get (opened, "(v&o)", NULL, &session);
  done =
      call (item, "org.freedesktop.Secret.Item", "SetSecret",
            g_variant_new ("((o@ay@ays))", session,
                           g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, NULL, 0, 1),
                           g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, text, strlen (text), 1),
                           "text/plain"));
}
