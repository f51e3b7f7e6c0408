/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/patience.h"

#define ANSWERS 50
#define PAUSE_MS 10

struct _BusPatience
{
  GDBusConnection *connection;
  GCancellable *cancellable;
  guint pause;
  guint n_answers;
  void (*over) (gpointer user_data);
  gpointer user_data;
};

static void begin_pause (BusPatience *patience);

/* An error is an answer, too. */
static void
bus_has_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  BusPatience *patience = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  patience->n_answers++;
  if (patience->n_answers == ANSWERS)
    patience->over (patience->user_data);
  else
    begin_pause (patience);
}

static gboolean
pause_is_over (gpointer user_data)
{
  BusPatience *patience = user_data;

  patience->pause = 0;
  g_dbus_connection_call (patience->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          patience->cancellable, bus_has_answered, patience);
  return G_SOURCE_REMOVE;
}

static void
begin_pause (BusPatience *patience)
{
  patience->pause = g_timeout_add (PAUSE_MS, pause_is_over, patience);
}

BusPatience *
bus_patience_new (GDBusConnection *connection,
                  void (*over) (gpointer user_data),
                  gpointer user_data)
{
  BusPatience *patience = g_new0 (BusPatience, 1);

  patience->connection = g_object_ref (connection);
  patience->cancellable = g_cancellable_new ();
  patience->over = over;
  patience->user_data = user_data;
  begin_pause (patience);
  return patience;
}

void
bus_patience_free (BusPatience *patience)
{
  g_clear_handle_id (&patience->pause, g_source_remove);
  g_cancellable_cancel (patience->cancellable);
  g_object_unref (patience->cancellable);
  g_object_unref (patience->connection);
  g_free (patience);
}
