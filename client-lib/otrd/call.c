// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A call's life outside the wire: made, settled once, told to its asker. */

#include "call.h"

#include "otrd-error.h"
#include "wire.h"

OtrdCall *
otrd_call_new (gpointer asker,
               OtrdWire *wire,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *parameters,
               OtrdCallTraits traits)
{
  OtrdCall *self = g_new0 (OtrdCall, 1);

  self->references = 1;
  self->asker = asker != NULL ? g_object_ref (asker) : NULL;
  self->wire = wire;
  self->path = g_strdup (path);
  self->interface = interface;
  self->method = method;
  self->parameters = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  self->traits = traits;
  return self;
}

OtrdCall *
otrd_call_ref (OtrdCall *self)
{
  g_atomic_int_inc (&self->references);
  return self;
}

void
otrd_call_unref (OtrdCall *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  if (self->subject != NULL && self->free_subject != NULL)
    self->free_subject (self->subject);
  if (self->result != NULL && self->free_result != NULL)
    self->free_result (self->result);
  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->descriptors);
  g_clear_object (&self->asker);
  g_clear_error (&self->error);
  g_clear_pointer (&self->parameters, g_variant_unref);
  g_free (self->path);
  g_free (self);
}

void
otrd_call_set_read (OtrdCall *self, OtrdCallRead read, GDestroyNotify free_result)
{
  self->read = read;
  self->free_result = free_result;
}

void
otrd_call_set_subject (OtrdCall *self, gpointer subject, GDestroyNotify free_subject)
{
  self->subject = subject;
  self->free_subject = free_subject;
}

void
otrd_call_take_descriptors (OtrdCall *self, GUnixFDList *descriptors)
{
  g_clear_object (&self->descriptors);
  self->descriptors = descriptors;
}

void
otrd_call_deliver (OtrdCall *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (task == NULL)
    return;
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self->result), self->free_result);
}

void
otrd_call_settle (OtrdCall *self, gpointer result, GError *error)
{
  g_assert (!self->settled);

  self->settled = TRUE;
  self->result = result;
  self->error = error;
  if (self->cancelled_handler != 0)
    {
      g_cancellable_disconnect (self->cancellable, self->cancelled_handler);
      self->cancelled_handler = 0;
    }
  if (self->done != NULL)
    self->done (self);
  if (!self->held_back)
    otrd_call_deliver (self);
}

static void
deliver_refused (gpointer user_data)
{
  otrd_call_deliver (user_data);
}

OtrdCall *
otrd_call_new_refused (gpointer asker, OtrdWire *wire, GError *error)
{
  OtrdCall *self = otrd_call_new (asker, wire, NULL, NULL, NULL, NULL, OTRD_CALL_PLAIN);

  self->settled = TRUE;
  self->error = error;
  return self;
}

/* A call of a session that went out is not taken back: what it caused would be
 * lost. Others may be. */
static void
start (OtrdCall *self, GCancellable *cancellable)
{
  self->order = otrd_wire_next_order (self->wire);
  if (self->settled)
    return;
  if (g_cancellable_set_error_if_cancelled (cancellable, &self->error))
    {
      self->settled = TRUE;
      return;
    }
  if (cancellable != NULL && self->lane == NULL)
    {
      self->cancellable = g_object_ref (cancellable);
      otrd_wire_watch_cancellable (self->wire, self);
    }
  self->start (self);
}

void
otrd_call_begin (OtrdCall *self,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  if (self == NULL)
    return;
  self->task = g_task_new (self->asker, NULL, callback, user_data);
  g_task_set_name (self->task, self->method != NULL ? self->method : "refused");
  start (self, cancellable);
  if (self->settled && self->task != NULL)
    otrd_wire_later (self->wire, deliver_refused, otrd_call_ref (self),
                     (GDestroyNotify)otrd_call_unref);
  otrd_call_unref (self);
}

gpointer
otrd_call_run (OtrdCall *self, GCancellable *cancellable, GError **error)
{
  gpointer result;

  if (self == NULL)
    return NULL;
  start (self, cancellable);
  otrd_wire_wait (self->wire, self);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  result = g_steal_pointer (&self->result);
  otrd_call_unref (self);
  return result;
}

gpointer
otrd_call_end (gpointer asker, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, asker), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

GVariant *
otrd_options (GVariant *options)
{
  if (options == NULL)
    return g_variant_new ("a{sv}", NULL);
  g_return_val_if_fail (g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT),
                        g_variant_new ("a{sv}", NULL));
  return options;
}

gboolean
otrd_all_utf8 (const char *const *texts, gsize n_texts)
{
  for (gsize i = 0; i < n_texts; i++)
    if (!g_utf8_validate (texts[i], -1, NULL))
      return FALSE;
  return TRUE;
}
