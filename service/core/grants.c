/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asking and answering: both open the vault without a prompt first. */

#include "core/grants.h"

#include "core/account-private.h"
#include "core/core-private.h"
#include "core/names.h"
#include "vault/grants.h"

/* One question or one answer of the user's. */
typedef struct
{
  VaultGrant *wanted;       /* grant: NULL for a question */
  VaultGrant *before;       /* NULL: there was none */
  CoreMessenger *messenger; /* that asks; NULL for an answer */
} Asking;

static void
asking_free (gpointer item)
{
  Asking *asking = item;

  vault_grant_free (asking->wanted);
  g_clear_pointer (&asking->before, vault_grant_free);
  g_clear_object (&asking->messenger);
  g_free (asking);
}

static void
undo_grant (Vault *vault, gpointer task)
{
  const Asking *asking = g_task_get_task_data (task);

  if (asking->before != NULL)
    vault_put_grant (vault, asking->before, NULL);
  else
    vault_remove_grant (vault, asking->wanted);
}

static GError *
refusal (const char *grant)
{
  if (g_strcmp0 (grant, "deny") == 0)
    return g_error_new (OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED,
                        "Cannot use the account: the user does not allow it to this program");
  return g_error_new (OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED,
                      "Cannot use the account yet: the user is asked, and answers with otrctl "
                      "allow; try again then");
}

/* What was allowed no longer is: at once, even before it is on disk. */
static void
tell_withdrawn (Core *core, const VaultGrant *grant)
{
  if (!g_str_equal (grant->grant, "allow"))
    g_signal_emit_by_name (core, "grant-withdrawn", grant->application, grant->protocol,
                           grant->account);
}

/* A question that is stored is a refusal until it is answered. */
static void
grant_is_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Asking *asking = g_task_get_task_data (task);
  gboolean is_question = asking->messenger != NULL;
  GError *error = NULL;

  if (vault_save_finish (VAULT_VAULT (source), result, &error) && is_question)
    error = refusal ("ask");
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Once for each messenger: what it repeats is no new question. */
static void
tell_question (Core *core, const Asking *asking)
{
  const VaultGrant *wanted = asking->wanted;

  if (core_messenger_note_question (asking->messenger, wanted->protocol, wanted->account))
    g_signal_emit_by_name (core, "grant-requested", wanted->application, wanted->protocol,
                           wanted->account);
}

/* That the user wants to be asked again is no record: the next question makes one. */
static gboolean
put (Core *core, const Asking *asking, GError **error)
{
  if (asking->messenger != NULL || !g_str_equal (asking->wanted->grant, "ask"))
    return vault_put_grant (core->vault, asking->wanted, error);
  vault_remove_grant (core->vault, asking->wanted);
  return TRUE;
}

/* Takes @task. */
static void
save (Core *core, GTask *task)
{
  const VaultGrant *wanted = ((const Asking *)g_task_get_task_data (task))->wanted;

  vault_note_undo (
      core->vault,
      core_name_setting (wanted->protocol, wanted->account, "grant", wanted->application, ""),
      undo_grant, g_object_ref (task), g_object_unref);
  vault_save_async (core->vault, grant_is_saved, task);
}

static void
store (GTask *task)
{
  Core *core = g_task_get_source_object (task);
  const Asking *asking = g_task_get_task_data (task);
  GError *error = NULL;

  if (put (core, asking, &error))
    {
      if (asking->messenger != NULL)
        tell_question (core, asking);
      else
        tell_withdrawn (core, asking->wanted);
      save (core, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
judge (GTask *task)
{
  Core *core = g_task_get_source_object (task);
  const Asking *asking = g_task_get_task_data (task);
  const char *grant = asking->before != NULL ? asking->before->grant : NULL;

  if (grant == NULL)
    {
      asking->wanted->grant = g_strdup ("ask");
      store (task);
      return;
    }
  if (g_str_equal (grant, "ask"))
    tell_question (core, asking);
  if (g_str_equal (grant, "allow"))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, refusal (grant));
  g_object_unref (task);
}

static void
vault_is_open_now (GTask *task)
{
  Core *core = g_task_get_source_object (task);
  Asking *asking = g_task_get_task_data (task);

  asking->before = vault_lookup_grant (core->vault, asking->wanted->application,
                                       asking->wanted->protocol, asking->wanted->account);
  if (asking->messenger != NULL)
    judge (task);
  else
    store (task);
}

static void
vault_was_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (vault_open_finish (VAULT_VAULT (source), result, &error))
    {
      vault_is_open_now (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
begin (GTask *task)
{
  Core *core = g_task_get_source_object (task);

  if (vault_is_open (core->vault))
    vault_is_open_now (task);
  else if (!core->locked_by_user)
    vault_open_async (core->vault, FALSE, vault_was_opened, task);
  else
    {
      g_task_return_error (task, vault_new_state_error (core->vault, "read the grants"));
      g_object_unref (task);
    }
}

static Asking *
asking_new (const char *application,
            const char *protocol,
            const char *name,
            const CoreAccountOptions *options,
            GError **error)
{
  Asking *asking = g_new0 (Asking, 1);
  VaultGrant *wanted = g_new0 (VaultGrant, 1);

  asking->wanted = wanted;
  wanted->application = g_strdup (application);
  wanted->protocol = core_names_read_protocol (protocol, error);
  if (wanted->protocol != NULL)
    wanted->account = core_names_read_account (wanted->protocol, name, options->network,
                                               options->casemapping, error);
  if (wanted->account == NULL)
    g_clear_pointer (&asking, asking_free);
  return asking;
}

void
core_ask_grant (Core *core,
                CoreMessenger *messenger,
                const char *protocol,
                const char *name,
                const CoreAccountOptions *options,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  GError *error = NULL;
  Asking *asking =
      asking_new (core_messenger_get_application (messenger), protocol, name, options, &error);

  g_task_set_source_tag (task, core_ask_grant);
  if (asking == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  asking->messenger = g_object_ref (messenger);
  g_task_set_task_data (task, asking, asking_free);
  begin (task);
}

gboolean
core_check_grant (CoreMessenger *messenger, CoreAccount *account, GError **error)
{
  g_autoptr (VaultGrant) grant = NULL;

  if (!core_account_check_open (account, "use the account", error))
    return FALSE;
  grant = vault_lookup_grant (account->vault, core_messenger_get_application (messenger),
                              account->protocol, account->name);
  if (grant != NULL && g_str_equal (grant->grant, "allow"))
    return TRUE;
  g_propagate_error (error, refusal (grant != NULL ? grant->grant : "ask"));
  return FALSE;
}

static gboolean
check_grant (const char *grant, GError **error)
{
  static const char *const words[] = { "allow", "deny", "ask", NULL };

  if (g_strv_contains (words, grant))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Cannot set the grant: it must be allow, deny or ask");
  return FALSE;
}

void
core_set_grant (Core *core,
                const char *application,
                const char *protocol,
                const char *name,
                const char *grant,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  const CoreAccountOptions options = { 0 };
  GError *error = NULL;
  Asking *asking = NULL;

  g_task_set_source_tag (task, core_set_grant);
  if (core_names_check (application, "the application's id", &error) && check_grant (grant, &error))
    asking = asking_new (application, protocol, name, &options, &error);
  if (asking == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  asking->wanted->grant = g_strdup (grant);
  g_task_set_task_data (task, asking, asking_free);
  begin (task);
}

gboolean
core_grant_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

GVariant *
core_list_grants (Core *core, GError **error)
{
  g_autoptr (GPtrArray) grants = vault_list_grants (core->vault);
  GVariantBuilder records;

  if (!vault_is_open (core->vault))
    {
      g_propagate_error (error, vault_new_state_error (core->vault, "list the grants"));
      return NULL;
    }
  g_variant_builder_init (&records, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < grants->len; i++)
    {
      const VaultGrant *grant = grants->pdata[i];

      g_variant_builder_open (&records, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&records, "{sv}", "application",
                             g_variant_new_string (grant->application));
      g_variant_builder_add (&records, "{sv}", "protocol", g_variant_new_string (grant->protocol));
      g_variant_builder_add (&records, "{sv}", "account", g_variant_new_string (grant->account));
      g_variant_builder_add (&records, "{sv}", "grant", g_variant_new_string (grant->grant));
      g_variant_builder_close (&records);
    }
  return g_variant_builder_end (&records);
}
