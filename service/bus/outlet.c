/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages are numbered as they are queued.  A filter, which runs as each is
 * about to be written, tells how far the writing has come; what has a higher
 * number waits. */

#include "bus/outlet.h"

/* Of a message whose size is not worth remembering. */
#define SMALL 4096

typedef struct
{
  guint32 serial;
  gsize size;
} Large;

/* The filter's, which may run once more after it was removed. */
typedef struct
{
  guint32 serial; /* atomic: the last that was begun to be written */
} Progress;

struct _BusOutlet
{
  GDBusConnection *connection;
  Progress *progress;
  guint filter;
  GQueue large; /* of Large, waiting */
  gsize size;   /* of them */
  gboolean is_cut;
};

static GDBusMessage *
message_passes (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  Progress *progress = user_data;

  if (!incoming)
    g_atomic_int_set (&progress->serial, g_dbus_message_get_serial (message));
  return message;
}

BusOutlet *
bus_outlet_new (GDBusConnection *connection)
{
  BusOutlet *outlet = g_new0 (BusOutlet, 1);

  outlet->connection = g_object_ref (connection);
  outlet->progress = g_atomic_rc_box_new0 (Progress);
  outlet->progress->serial = g_dbus_connection_get_last_serial (connection);
  outlet->filter = g_dbus_connection_add_filter (connection, message_passes,
                                                 g_atomic_rc_box_acquire (outlet->progress),
                                                 (GDestroyNotify)g_atomic_rc_box_release);
  g_queue_init (&outlet->large);
  return outlet;
}

void
bus_outlet_free (BusOutlet *outlet)
{
  g_dbus_connection_remove_filter (outlet->connection, outlet->filter);
  g_atomic_rc_box_release (outlet->progress);
  g_queue_clear_full (&outlet->large, g_free);
  g_object_unref (outlet->connection);
  g_free (outlet);
}

static void
forget_written (BusOutlet *outlet, guint32 written)
{
  Large *first;

  while ((first = g_queue_peek_head (&outlet->large)) != NULL && first->serial <= written)
    {
      outlet->size -= first->size;
      g_free (g_queue_pop_head (&outlet->large));
    }
}

/* Closing would wait until all has been written. */
static void
cut (BusOutlet *outlet)
{
  GIOStream *stream = g_dbus_connection_get_stream (outlet->connection);
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));

  outlet->is_cut = TRUE;
  g_message ("A program that does not read was cut off its direct connection");
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

void
bus_outlet_note (BusOutlet *outlet, gsize size)
{
  guint32 written = g_atomic_int_get (&outlet->progress->serial);
  guint32 last = g_dbus_connection_get_last_serial (outlet->connection);

  forget_written (outlet, written);
  if (size > SMALL)
    {
      Large *large = g_new (Large, 1);

      large->serial = last;
      large->size = size;
      g_queue_push_tail (&outlet->large, large);
      outlet->size += size;
    }
  if (!outlet->is_cut
      && (last - written > BUS_OUTLET_MESSAGES_MAX || outlet->size > BUS_OUTLET_BYTES_MAX))
    cut (outlet);
}
