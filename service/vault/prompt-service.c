/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "vault/prompt-service.h"

#define PROMPT_INTERFACE "org.freedesktop.Secret.Prompt"

struct _VaultPromptService
{
  SecretService parent;
  VaultPromptBegins begins;
  gpointer user_data;
};

G_DEFINE_QUARK (vault - prompt - error - quark, vault_prompt_error)
G_DEFINE_FINAL_TYPE (VaultPromptService, vault_prompt_service, SECRET_TYPE_SERVICE)

/* One prompt that is up. */
typedef struct
{
  GDBusConnection *connection;
  char *owner;
  char *path;
  GVariantType *result_type;
  guint completed_signal;
  guint owner_watch;
  gboolean is_over;
} Prompt;

static void
prompt_free (gpointer memory)
{
  Prompt *prompt = memory;

  g_object_unref (prompt->connection);
  g_free (prompt->owner);
  g_free (prompt->path);
  g_clear_pointer (&prompt->result_type, g_variant_type_free);
  g_free (prompt);
}

/* Whoever comes first ends it: its signal, its owner's death, a failed call.
 * The signal and the watch each hold the task until here. */
static gboolean
end_prompt (GTask *task)
{
  Prompt *prompt = g_task_get_task_data (task);

  if (prompt->is_over)
    return FALSE;
  prompt->is_over = TRUE;
  g_dbus_connection_signal_unsubscribe (prompt->connection, prompt->completed_signal);
  g_bus_unwatch_name (prompt->owner_watch);
  return TRUE;
}

static void
return_result (GTask *task, GVariant *arguments)
{
  Prompt *prompt = g_task_get_task_data (task);
  gboolean dismissed = TRUE;
  g_autoptr (GVariant) result = NULL;

  if (g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(bv)")))
    g_variant_get (arguments, "(bv)", &dismissed, &result);
  if (dismissed)
    g_task_return_new_error (task, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_DISMISSED,
                             "The keyring's prompt was dismissed");
  else if (prompt->result_type != NULL && !g_variant_is_of_type (result, prompt->result_type))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             "The keyring's prompt had a result of type %s",
                             g_variant_get_type_string (result));
  else
    g_task_return_pointer (task, g_steal_pointer (&result), (GDestroyNotify)g_variant_unref);
}

static void
on_completed (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *signal,
              GVariant *arguments,
              gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);

  if (end_prompt (task))
    return_result (task, arguments);
}

static void
on_owner_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  g_autoptr (GTask) task = g_object_ref (user_data);

  if (end_prompt (task))
    g_task_return_new_error (task, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_VANISHED,
                             "The keyring went away while it was prompting");
}

static void
on_prompt_shown (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL && end_prompt (task))
    g_task_return_error (task, g_steal_pointer (&error));
}

static Prompt *
prompt_new (GDBusProxy *service, GDBusProxy *proxy, const GVariantType *result_type)
{
  Prompt *prompt = g_new0 (Prompt, 1);

  prompt->connection = g_object_ref (g_dbus_proxy_get_connection (proxy));
  prompt->owner = g_dbus_proxy_get_name_owner (service);
  if (prompt->owner == NULL)
    prompt->owner = g_strdup (g_dbus_proxy_get_name (service));
  prompt->path = g_strdup (g_dbus_proxy_get_object_path (proxy));
  prompt->result_type = result_type != NULL ? g_variant_type_copy (result_type) : NULL;
  return prompt;
}

static void
show_prompt (GTask *task)
{
  Prompt *prompt = g_task_get_task_data (task);

  prompt->completed_signal = g_dbus_connection_signal_subscribe (
      prompt->connection, prompt->owner, PROMPT_INTERFACE, "Completed", prompt->path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, on_completed, g_object_ref (task), g_object_unref);
  prompt->owner_watch = g_bus_watch_name_on_connection (
      prompt->connection, prompt->owner, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_owner_vanished,
      g_object_ref (task), g_object_unref);
  g_dbus_connection_call (prompt->connection, prompt->owner, prompt->path, PROMPT_INTERFACE,
                          "Prompt", g_variant_new ("(s)", ""), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, on_prompt_shown,
                          g_object_ref (task));
}

/* The prompt itself gets no cancellable, on purpose; one that was cancelled
 * before it came up is not shown. */
static void
prompt_async (SecretService *secret_service,
              SecretPrompt *proxy,
              const GVariantType *result_type,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  VaultPromptService *service = VAULT_PROMPT_SERVICE (secret_service);
  g_autoptr (GTask) task = g_task_new (service, NULL, callback, user_data);
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (service->begins == NULL)
    {
      g_task_return_new_error (task, VAULT_PROMPT_ERROR, VAULT_PROMPT_ERROR_NOT_ALLOWED,
                               "The keyring wants to prompt, which was not asked for");
      return;
    }
  service->begins (service->user_data);
  g_task_set_task_data (
      task, prompt_new (G_DBUS_PROXY (service), G_DBUS_PROXY (proxy), result_type), prompt_free);
  show_prompt (task);
}

static GVariant *
prompt_finish (SecretService *service, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
vault_prompt_service_allow (VaultPromptService *service,
                            VaultPromptBegins begins,
                            gpointer user_data)
{
  service->begins = begins;
  service->user_data = user_data;
}

static void
vault_prompt_service_class_init (VaultPromptServiceClass *class)
{
  SECRET_SERVICE_CLASS (class)->prompt_async = prompt_async;
  SECRET_SERVICE_CLASS (class)->prompt_finish = prompt_finish;
}

static void
vault_prompt_service_init (VaultPromptService *service)
{
}
