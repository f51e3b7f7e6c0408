/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* As secret_service_open () does it, without reading properties and waiting for
 * signals that nobody uses. */

#include "vault/keyring-session.h"

#define NAME "org.freedesktop.secrets"
#define PATH "/org/freedesktop/secrets"
#define INTERFACE "org.freedesktop.Secret.Service"

struct _VaultKeyringSession
{
  grefcount count; /* whoever holds it, and the call that opens it */
  GCancellable *cancellable;
  VaultPromptService *service; /* NULL: not open, or not yet */
  gboolean is_over;
  GTask *taker; /* waits for it; NULL: nobody */
};

static void
session_unref (VaultKeyringSession *session)
{
  if (!g_ref_count_dec (&session->count))
    return;
  g_object_unref (session->cancellable);
  g_clear_object (&session->service);
  g_free (session);
}

static void
open_service (GDBusProxyFlags start,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_async_initable_new_async (VAULT_TYPE_PROMPT_SERVICE, G_PRIORITY_DEFAULT, cancellable, callback,
                              user_data, "flags", SECRET_SERVICE_OPEN_SESSION, "g-flags",
                              G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES
                                  | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS | start,
                              "g-bus-type", G_BUS_TYPE_SESSION, "g-name", NAME, "g-object-path",
                              PATH, "g-interface-name", INTERFACE, NULL);
}

static VaultPromptService *
finish_service (GObject *source, GAsyncResult *result, GError **error)
{
  GObject *service = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);

  return service != NULL ? VAULT_PROMPT_SERVICE (service) : NULL;
}

static void
answer (GTask *taker, VaultPromptService *service, GError *error)
{
  if (service != NULL)
    g_task_return_pointer (taker, service, g_object_unref);
  else
    g_task_return_error (taker, error);
  g_object_unref (taker);
}

static void
on_opened_ahead (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VaultKeyringSession *session = user_data;
  GError *error = NULL;
  VaultPromptService *service = finish_service (source, result, &error);

  session->is_over = TRUE;
  if (session->taker != NULL)
    answer (g_steal_pointer (&session->taker), service, error);
  else
    {
      session->service = service;
      g_clear_error (&error);
    }
  session_unref (session);
}

VaultKeyringSession *
vault_keyring_session_open_ahead (void)
{
  VaultKeyringSession *session = g_new0 (VaultKeyringSession, 1);

  g_ref_count_init (&session->count);
  session->cancellable = g_cancellable_new ();
  g_ref_count_inc (&session->count);
  open_service (G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, session->cancellable, on_opened_ahead,
                session);
  return session;
}

void
vault_keyring_session_free (VaultKeyringSession *session)
{
  g_cancellable_cancel (session->cancellable);
  session_unref (session);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  VaultPromptService *service = finish_service (source, result, &error);

  answer (user_data, service, error);
}

static void
on_taker_cancelled (GCancellable *taker, gpointer opening)
{
  g_cancellable_cancel (opening);
}

void
vault_keyring_session_take_async (VaultKeyringSession *ahead,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *taker = g_task_new (NULL, cancellable, callback, user_data);

  if (ahead != NULL && !ahead->is_over)
    {
      ahead->taker = taker;
      g_cancellable_connect (cancellable, G_CALLBACK (on_taker_cancelled),
                             g_object_ref (ahead->cancellable), g_object_unref);
    }
  else if (ahead != NULL && ahead->service != NULL)
    answer (taker, g_steal_pointer (&ahead->service), NULL);
  else
    open_service (G_DBUS_PROXY_FLAGS_NONE, cancellable, on_opened, taker);
  g_clear_pointer (&ahead, session_unref);
}

VaultPromptService *
vault_keyring_session_take_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
