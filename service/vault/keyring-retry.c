/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/keyring-retry.h"

#define NAME "org.freedesktop.secrets"
#define PATH "/org/freedesktop/secrets"
#define SERVICE "org.freedesktop.Secret.Service"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define FIRST_MS 500
#define DOUBLINGS_MOST 7 /* 64 s */
#define IN_A_ROW_MOST 14 /* some ten minutes of one that answers and fails */

struct _VaultKeyringRetry
{
  VaultKeyringAnswers answers;
  gpointer user_data;
  guint n_in_a_row;
  guint timer;
  GCancellable *cancellable; /* NULL: no question is under way */
};

VaultKeyringRetry *
vault_keyring_retry_new (VaultKeyringAnswers answers, gpointer user_data)
{
  VaultKeyringRetry *retry = g_new0 (VaultKeyringRetry, 1);

  retry->answers = answers;
  retry->user_data = user_data;
  return retry;
}

static void
stop (VaultKeyringRetry *retry)
{
  g_clear_handle_id (&retry->timer, g_source_remove);
  if (retry->cancellable != NULL)
    g_cancellable_cancel (retry->cancellable);
  g_clear_object (&retry->cancellable);
}

void
vault_keyring_retry_free (VaultKeyringRetry *retry)
{
  stop (retry);
  g_free (retry);
}

/* Whether it lives: an error of its own is an answer. */
static gboolean
is_an_answer (const GError *error)
{
  return error == NULL
         || (g_dbus_error_is_remote_error (error)
             && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)
             && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
             && !g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER));
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VaultKeyringRetry *retry = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* nobody wants to know any more, and @retry may be gone */
  g_clear_object (&retry->cancellable);
  if (is_an_answer (error))
    retry->answers (retry->user_data);
}

static void
on_bus_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VaultKeyringRetry *retry = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bus == NULL)
    {
      g_clear_object (&retry->cancellable);
      return;
    }
  g_dbus_connection_call (
      bus, NAME, PATH, PROPERTIES, "Get", g_variant_new ("(ss)", SERVICE, "Collections"), NULL,
      G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, retry->cancellable, on_answered, retry);
}

static gboolean
on_timer (gpointer user_data)
{
  VaultKeyringRetry *retry = user_data;

  retry->timer = 0;
  retry->cancellable = g_cancellable_new ();
  g_bus_get (G_BUS_TYPE_SESSION, retry->cancellable, on_bus_got, retry);
  return G_SOURCE_REMOVE;
}

void
vault_keyring_retry_begin (VaultKeyringRetry *retry)
{
  if (retry->timer != 0 || retry->cancellable != NULL || retry->n_in_a_row >= IN_A_ROW_MOST)
    return;
  retry->timer =
      g_timeout_add (FIRST_MS << MIN (retry->n_in_a_row, DOUBLINGS_MOST), on_timer, retry);
  retry->n_in_a_row++;
}

void
vault_keyring_retry_end (VaultKeyringRetry *retry)
{
  stop (retry);
  retry->n_in_a_row = 0;
}
