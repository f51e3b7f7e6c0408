// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A filter on the connection, in GDBus's thread, puts what comes in into the
 * inbox. Only the table of calls under way is shared between the threads. */

#include "link.h"

#include "otrd-error.h"

#include <unistd.h>

#define ROOT_PATH "/im/otrd1"
#define DIRECT_FLAGS                                                                               \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING)

struct _OtrdLink
{
  int references;
  GDBusConnection *connection;
  OtrdInbox *inbox;
  gboolean has_bus;
  gboolean is_ours;
  guint filter;

  GMutex lock;
  GHashTable *under_way; /* serial -> OtrdCall */
};

/* ---- What comes in, in GDBus's thread ---- */

static gboolean
take_answer (OtrdLink *self, GDBusMessage *message)
{
  guint32 serial = g_dbus_message_get_reply_serial (message);
  OtrdArrival *arrival;
  OtrdCall *call = NULL;
  gboolean ours;

  g_mutex_lock (&self->lock);
  ours = g_hash_table_steal_extended (self->under_way, GUINT_TO_POINTER (serial), NULL,
                                      (gpointer *)&call);
  g_mutex_unlock (&self->lock);
  if (!ours)
    return FALSE;
  arrival = otrd_arrival_new (OTRD_ARRIVAL_ANSWER);
  arrival->link = otrd_link_ref (self);
  arrival->call = call;
  arrival->message = message;
  otrd_inbox_push (self->inbox, arrival);
  return TRUE;
}

static gboolean
is_owner_change (OtrdLink *self, GDBusMessage *message)
{
  return self->has_bus && g_strcmp0 (g_dbus_message_get_sender (message), OTRD_BUS_DRIVER) == 0
         && g_strcmp0 (g_dbus_message_get_member (message), "NameOwnerChanged") == 0;
}

static void
take_signal (OtrdLink *self, GDBusMessage *message)
{
  const char *path = g_dbus_message_get_path (message);
  gboolean owner = is_owner_change (self, message);
  OtrdArrival *arrival;

  if (!owner && (path == NULL || !g_str_has_prefix (path, ROOT_PATH)))
    return;
  arrival = otrd_arrival_new (owner ? OTRD_ARRIVAL_OWNER : OTRD_ARRIVAL_SIGNAL);
  arrival->link = otrd_link_ref (self);
  arrival->message = g_object_ref (message);
  otrd_inbox_push (self->inbox, arrival);
}

static GDBusMessage *
filter_message (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  OtrdLink *self = user_data;

  if (!incoming)
    return message;
  switch (g_dbus_message_get_message_type (message))
    {
    case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
    case G_DBUS_MESSAGE_TYPE_ERROR:
      return take_answer (self, message) ? NULL : message;
    case G_DBUS_MESSAGE_TYPE_SIGNAL:
      take_signal (self, message);
      return message;
    default:
      return message;
    }
}

/* ---- The link ---- */

OtrdLink *
otrd_link_new (GDBusConnection *connection, OtrdInbox *inbox)
{
  OtrdLink *self = g_new0 (OtrdLink, 1);

  self->references = 1;
  self->connection = g_object_ref (connection);
  self->inbox = otrd_inbox_ref (inbox);
  self->has_bus = g_dbus_connection_get_unique_name (connection) != NULL;
  self->under_way = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)otrd_call_unref);
  g_mutex_init (&self->lock);
  self->filter = g_dbus_connection_add_filter (connection, filter_message, otrd_link_ref (self),
                                               (GDestroyNotify)otrd_link_unref);
  return self;
}

OtrdLink *
otrd_link_ref (OtrdLink *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
otrd_link_unref (OtrdLink *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_hash_table_unref (self->under_way);
  g_object_unref (self->connection);
  otrd_inbox_unref (self->inbox);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gboolean
otrd_link_has_bus (OtrdLink *self)
{
  return self->has_bus;
}

gboolean
otrd_link_is_closed (OtrdLink *self)
{
  return g_dbus_connection_is_closed (self->connection);
}

/* The lock is held while the message goes out: its answer must not be here
 * before its serial is. */
gboolean
otrd_link_send (OtrdLink *self, GDBusMessage *message, OtrdCall *call, GError **error)
{
  volatile guint32 serial = 0;
  gboolean sent;

  g_mutex_lock (&self->lock);
  sent = g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                         &serial, error);
  if (sent)
    g_hash_table_insert (self->under_way, GUINT_TO_POINTER (serial), otrd_call_ref (call));
  g_mutex_unlock (&self->lock);
  return sent;
}

void
otrd_link_post (OtrdLink *self, GDBusMessage *message)
{
  g_dbus_message_set_flags (message, g_dbus_message_get_flags (message)
                                         | G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

gboolean
otrd_link_has_calls (OtrdLink *self)
{
  gboolean some;

  g_mutex_lock (&self->lock);
  some = g_hash_table_size (self->under_way) > 0;
  g_mutex_unlock (&self->lock);
  return some;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const OtrdCall *one = *(OtrdCall *const *)a, *other = *(OtrdCall *const *)b;

  return one->order < other->order ? -1 : one->order > other->order;
}

GPtrArray *
otrd_link_steal_calls (OtrdLink *self, gint64 deadline)
{
  GPtrArray *stolen = g_ptr_array_new ();
  gboolean all = otrd_link_is_closed (self);
  GHashTableIter iter;
  gpointer call;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->under_way);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    if (all || ((OtrdCall *)call)->deadline < deadline)
      {
        g_ptr_array_add (stolen, call);
        g_hash_table_iter_steal (&iter);
      }
  g_mutex_unlock (&self->lock);
  g_ptr_array_sort (stolen, compare_order);
  return stolen;
}

void
otrd_link_finish (OtrdLink *self)
{
  GIOStream *stream = g_dbus_connection_get_stream (self->connection);

  if (G_IS_SOCKET_CONNECTION (stream))
    g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), FALSE, TRUE,
                       NULL);
}

void
otrd_link_close (OtrdLink *self)
{
  g_dbus_connection_remove_filter (self->connection, self->filter);
  if (self->is_ours)
    g_dbus_connection_close (self->connection, NULL, NULL, NULL);
}

static void
last_words_said (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_dbus_connection_close (G_DBUS_CONNECTION (source), NULL, NULL, NULL);
}

void
otrd_link_leave (OtrdLink *self)
{
  g_dbus_connection_remove_filter (self->connection, self->filter);
  if (self->is_ours)
    g_dbus_connection_flush (self->connection, NULL, last_words_said, NULL);
}

/* ---- Opening one ---- */

typedef struct
{
  GSocket *socket;
  OtrdInbox *inbox;
  GCancellable *attempt;
} Opening;

static void
opening_free (Opening *self)
{
  g_object_unref (self->socket);
  g_object_unref (self->attempt);
  otrd_inbox_unref (self->inbox);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

/* It is told as open before the first message is let in. */
static OtrdLink *
open_link (Opening *self)
{
  g_autoptr (GSocketConnection) stream =
      g_socket_connection_factory_create_connection (self->socket);
  OtrdArrival *arrival = otrd_arrival_new (OTRD_ARRIVAL_OPENED);
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_sync (
      G_IO_STREAM (stream), NULL, DIRECT_FLAGS, NULL, self->attempt, &arrival->error);
  OtrdLink *link = NULL;

  if (connection != NULL)
    {
      link = otrd_link_new (connection, self->inbox);
      link->is_ours = TRUE;
      arrival->link = otrd_link_ref (link);
    }
  arrival->attempt = g_object_ref (self->attempt);
  otrd_inbox_push (self->inbox, arrival);
  if (connection != NULL)
    g_dbus_connection_start_message_processing (connection);
  return link;
}

/* GDBus tells of the end in the context in which the connection was made. */
static gpointer
keep_link (gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (OtrdLink) link = NULL;
  OtrdArrival *arrival;

  g_main_context_push_thread_default (context);
  link = open_link (opening);
  while (link != NULL && !otrd_link_is_closed (link))
    g_main_context_iteration (context, TRUE);
  if (link != NULL)
    {
      arrival = otrd_arrival_new (OTRD_ARRIVAL_CLOSED);
      arrival->link = g_steal_pointer (&link);
      otrd_inbox_push (opening->inbox, arrival);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

void
otrd_link_open (GSocket *socket, OtrdInbox *inbox, GCancellable *attempt)
{
  Opening *opening = g_new0 (Opening, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GThread) thread = NULL;
  OtrdArrival *arrival;

  opening->socket = g_object_ref (socket);
  opening->inbox = otrd_inbox_ref (inbox);
  opening->attempt = g_object_ref (attempt);
  thread = g_thread_try_new ("otrd direct", keep_link, opening, &error);
  if (thread != NULL)
    return;
  opening_free (opening);
  arrival = otrd_arrival_new (OTRD_ARRIVAL_OPENED);
  arrival->attempt = g_object_ref (attempt);
  arrival->error = g_steal_pointer (&error);
  otrd_inbox_push (inbox, arrival);
}

GSocket *
otrd_link_take_socket (GUnixFDList *fds, int handle, GError **error)
{
  GSocket *socket;
  int fd;

  if (fds == NULL || handle < 0 || handle >= g_unix_fd_list_get_length (fds))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED,
                           "The service gave no descriptor for the direct connection");
      return NULL;
    }
  fd = g_unix_fd_list_get (fds, handle, error);
  if (fd < 0)
    return NULL;
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    close (fd);
  return socket;
}
