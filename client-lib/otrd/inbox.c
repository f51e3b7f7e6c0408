// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A queue behind a lock, a bell for the main context, a condition for those who
 * wait. */

#include "inbox.h"

#include "link.h"

struct _OtrdInbox
{
  int references;
  GMainContext *context;
  OtrdInboxHandler handler;
  gpointer user_data;

  GMutex lock;
  GCond arrived;
  GQueue queue;
  GSource *bell;
};

typedef struct
{
  GSource source;
  OtrdInbox *inbox;
} Bell;

OtrdArrival *
otrd_arrival_new (OtrdArrivalKind kind)
{
  OtrdArrival *self = g_new0 (OtrdArrival, 1);

  self->kind = kind;
  return self;
}

void
otrd_arrival_free (OtrdArrival *self)
{
  g_clear_pointer (&self->link, otrd_link_unref);
  g_clear_pointer (&self->call, otrd_call_unref);
  g_clear_object (&self->message);
  g_clear_object (&self->attempt);
  g_clear_error (&self->error);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

void
otrd_inbox_push (OtrdInbox *self, OtrdArrival *arrival)
{
  g_autoptr (OtrdArrival) too_late = NULL;

  g_mutex_lock (&self->lock);
  if (self->bell != NULL)
    {
      g_queue_push_tail (&self->queue, arrival);
      g_cond_broadcast (&self->arrived);
      g_source_set_ready_time (self->bell, 0);
    }
  else
    too_late = arrival;
  g_mutex_unlock (&self->lock);
}

/* NULL as well when it was closed by what was handled last. */
static OtrdArrival *
pop (OtrdInbox *self)
{
  OtrdArrival *arrival = NULL;

  g_mutex_lock (&self->lock);
  if (self->bell != NULL)
    arrival = g_queue_pop_head (&self->queue);
  g_mutex_unlock (&self->lock);
  return arrival;
}

static gboolean
ring (GSource *source, GSourceFunc callback, gpointer user_data)
{
  OtrdInbox *self = otrd_inbox_ref (((Bell *)source)->inbox);
  OtrdArrival *arrival;

  g_source_set_ready_time (source, -1);
  while ((arrival = pop (self)) != NULL)
    self->handler (self->user_data, arrival);
  otrd_inbox_unref (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs bell_funcs = { .dispatch = ring };

static OtrdArrival *
find_chosen (OtrdInbox *self, OtrdInboxChoice choice, const OtrdCall *call)
{
  for (GList *link = self->queue.head; link != NULL; link = link->next)
    if (choice (link->data, call))
      {
        OtrdArrival *arrival = link->data;

        g_queue_delete_link (&self->queue, link);
        return arrival;
      }
  return NULL;
}

OtrdArrival *
otrd_inbox_await (OtrdInbox *self, OtrdInboxChoice choice, const OtrdCall *call)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC;
  OtrdArrival *arrival;

  g_mutex_lock (&self->lock);
  while ((arrival = find_chosen (self, choice, call)) == NULL)
    if (!g_cond_wait_until (&self->arrived, &self->lock, until))
      break;
  g_mutex_unlock (&self->lock);
  return arrival;
}

OtrdInbox *
otrd_inbox_new (GMainContext *context, OtrdInboxHandler handler, gpointer user_data)
{
  OtrdInbox *self = g_new0 (OtrdInbox, 1);

  self->references = 1;
  self->context = g_main_context_ref (context);
  self->handler = handler;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->arrived);
  g_queue_init (&self->queue);
  self->bell = g_source_new (&bell_funcs, sizeof (Bell));
  ((Bell *)self->bell)->inbox = self;
  g_source_set_static_name (self->bell, "otrd inbox");
  g_source_attach (self->bell, self->context);
  return self;
}

OtrdInbox *
otrd_inbox_ref (OtrdInbox *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
otrd_inbox_unref (OtrdInbox *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_queue_clear_full (&self->queue, (GDestroyNotify)otrd_arrival_free);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->arrived);
  g_free (self);
}

void
otrd_inbox_close (OtrdInbox *self)
{
  g_autoptr (GSource) bell = NULL;
  GQueue left = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  bell = g_steal_pointer (&self->bell);
  left = self->queue;
  g_queue_init (&self->queue);
  g_mutex_unlock (&self->lock);
  if (bell != NULL)
    g_source_destroy (bell);
  /* Links among them hold the inbox. */
  g_queue_clear_full (&left, (GDestroyNotify)otrd_arrival_free);
}
