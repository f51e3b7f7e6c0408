/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages are numbered as they are queued: by the main loop, by the thread that writes long
 * answers, and by GDBus's own thread, which answers for what is not there.  Each can tell the
 * number of its own last one only.  A filter, which runs as each is about to be written, tells how
 * far the writing has come; what has a higher number waits. */

#include "bus/outlet.h"

/* Of a message whose size is not worth remembering. */
#define SMALL 4096

typedef struct
{
  guint32 serial;
  gsize size;
} Large;

struct _BusOutlet
{
  gatomicrefcount count; /* the owner's, and the filter's, which may run after it was removed */
  guint filter;
  GMutex mutex; /* of all that follows */
  guint32 written;
  guint32 last;
  GQueue large; /* of Large, waiting */
  gsize size;   /* of them */
  gboolean is_cut;
  GDBusConnection *connection; /* NULL at the end */
};

static void
outlet_unref (gpointer item)
{
  BusOutlet *outlet = item;

  if (!g_atomic_ref_count_dec (&outlet->count))
    return;
  g_queue_clear_full (&outlet->large, g_free);
  g_mutex_clear (&outlet->mutex);
  g_free (outlet);
}

/* The numbers begin anew after the last that there is. */
static gboolean
is_after (guint32 one, guint32 other)
{
  return (gint32)(one - other) > 0;
}

static void
forget_written (BusOutlet *outlet)
{
  Large *first;

  while ((first = g_queue_peek_head (&outlet->large)) != NULL
         && !is_after (first->serial, outlet->written))
    {
      outlet->size -= first->size;
      g_free (g_queue_pop_head (&outlet->large));
    }
}

static void
remember (BusOutlet *outlet, guint32 serial, gsize size)
{
  Large *large;

  if (serial != 0 && is_after (serial, outlet->last))
    outlet->last = serial;
  if (size <= SMALL)
    return;
  large = g_new (Large, 1);
  large->serial = serial;
  large->size = size;
  g_queue_push_tail (&outlet->large, large);
  outlet->size += size;
}

/* Closing would wait until all has been written. */
static void
cut (BusOutlet *outlet, const char *why)
{
  GIOStream *stream;

  if (outlet->is_cut || outlet->connection == NULL)
    return;
  outlet->is_cut = TRUE;
  g_message ("A program that %s was cut off its direct connection", why);
  stream = g_dbus_connection_get_stream (outlet->connection);
  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), TRUE, TRUE,
                     NULL);
}

void
bus_outlet_cut (BusOutlet *outlet, const char *why)
{
  g_mutex_lock (&outlet->mutex);
  cut (outlet, why);
  g_mutex_unlock (&outlet->mutex);
}

static gboolean
is_full (BusOutlet *outlet)
{
  if (outlet->size > BUS_OUTLET_BYTES_MAX)
    return TRUE;
  return is_after (outlet->last, outlet->written)
         && outlet->last - outlet->written > BUS_OUTLET_MESSAGES_MAX;
}

static void
note (BusOutlet *outlet, guint32 serial, gsize size)
{
  g_mutex_lock (&outlet->mutex);
  remember (outlet, serial, size);
  forget_written (outlet);
  if (is_full (outlet))
    cut (outlet, "does not read");
  g_mutex_unlock (&outlet->mutex);
}

void
bus_outlet_note (BusOutlet *outlet, gsize size)
{
  note (outlet, g_dbus_connection_get_last_serial (outlet->connection), size);
}

static void
note_written (BusOutlet *outlet, guint32 serial)
{
  g_mutex_lock (&outlet->mutex);
  outlet->written = serial;
  g_mutex_unlock (&outlet->mutex);
}

static GDBusMessage *
message_passes (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  if (incoming)
    note (user_data, g_dbus_connection_get_last_serial (connection), 0);
  else
    note_written (user_data, g_dbus_message_get_serial (message));
  return message;
}

BusOutlet *
bus_outlet_new (GDBusConnection *connection)
{
  BusOutlet *outlet = g_new0 (BusOutlet, 1);

  g_atomic_ref_count_init (&outlet->count);
  g_atomic_ref_count_inc (&outlet->count);
  g_mutex_init (&outlet->mutex);
  g_queue_init (&outlet->large);
  outlet->connection = g_object_ref (connection);
  outlet->filter = g_dbus_connection_add_filter (connection, message_passes, outlet, outlet_unref);
  return outlet;
}

void
bus_outlet_free (BusOutlet *outlet)
{
  g_autoptr (GDBusConnection) connection = NULL;

  g_dbus_connection_remove_filter (outlet->connection, outlet->filter);
  g_mutex_lock (&outlet->mutex);
  connection = g_steal_pointer (&outlet->connection);
  g_mutex_unlock (&outlet->mutex);
  outlet_unref (outlet);
}
