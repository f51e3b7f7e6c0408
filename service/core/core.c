/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Core: the vault's state followed, and the end of it all. */

#include "core/account-private.h"
#include "core/auto-lock.h"
#include "core/core-private.h"
#include "core/limits.h"
#include "core/policy.h"
#include "core/session-private.h"
#include "core/workers.h"

G_DEFINE_FINAL_TYPE (Core, core, G_TYPE_OBJECT)

enum
{
  PROP_VAULT = 1,
  PROP_KEY_STORE,
  PROP_DEFAULT_POLICY,
  PROP_LOCK_WITH_SCREEN,
  PROP_LOCK_WHEN_IDLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  ACCOUNT_ADDED,
  ACCOUNT_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
core_init (Core *core)
{
  core->accounts = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
drop_account (CoreAccount *account)
{
  g_autoptr (GPtrArray) sessions = core_account_list_sessions (account);

  /* What still runs ends without beginning anything new. */
  account->removed = TRUE;
  core_account_abandon_generation (account);
  for (guint i = 0; i < sessions->len; i++)
    {
      core_session_abandon (g_ptr_array_index (sessions, i));
      core_account_remove_session (account, g_ptr_array_index (sessions, i));
    }
}

static void
core_dispose (GObject *object)
{
  Core *core = CORE_CORE (object);

  if (core->clock != NULL)
    {
      core_clock_cancel (core->clock, &core->idleness.timer);
      core_clock_cancel (core->clock, &core->auto_lock.timer);
    }
  if (core->vault != NULL)
    g_signal_handlers_disconnect_by_data (core->vault, core);
  for (guint i = 0; i < core->accounts->len; i++)
    {
      CoreAccount *account = g_ptr_array_index (core->accounts, i);

      g_signal_handlers_disconnect_by_data (account, core);
      drop_account (account);
    }
  g_ptr_array_set_size (core->accounts, 0);
  G_OBJECT_CLASS (core_parent_class)->dispose (object);
}

static void
core_finalize (GObject *object)
{
  Core *core = CORE_CORE (object);

  core_workers_free (core->workers);
  core_slices_free (core->slices);
  g_ptr_array_unref (core->accounts);
  g_object_unref (core->vault);
  G_OBJECT_CLASS (core_parent_class)->finalize (object);
}

static void
core_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  Core *core = CORE_CORE (object);

  switch (id)
    {
    case PROP_VAULT:
      g_value_set_string (value, core_get_vault_state (core));
      break;
    case PROP_KEY_STORE:
      g_value_set_string (value, core_get_key_store (core));
      break;
    case PROP_DEFAULT_POLICY:
      g_value_set_string (value, core_get_default_policy (core));
      break;
    case PROP_LOCK_WITH_SCREEN:
      g_value_set_boolean (value, core_get_lock_with_screen (core));
      break;
    case PROP_LOCK_WHEN_IDLE:
      g_value_set_uint (value, core_get_lock_when_idle (core));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
install_string (guint id, const char *name)
{
  properties[id] = g_param_spec_string (
      name, NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static guint
new_account_signal (const char *name)
{
  return g_signal_new (name, CORE_TYPE_CORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                       CORE_TYPE_ACCOUNT);
}

static void
core_class_init (CoreClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = core_dispose;
  object_class->finalize = core_finalize;
  object_class->get_property = core_get_property;
  install_string (PROP_VAULT, "vault");
  install_string (PROP_KEY_STORE, "key-store");
  install_string (PROP_DEFAULT_POLICY, "default-policy");
  properties[PROP_LOCK_WITH_SCREEN] =
      g_param_spec_boolean ("lock-with-screen", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_LOCK_WHEN_IDLE] =
      g_param_spec_uint ("lock-when-idle", NULL, NULL, 0, G_MAXUINT32, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ACCOUNT_ADDED] = new_account_signal ("account-added");
  signals[ACCOUNT_REMOVED] = new_account_signal ("account-removed");
  g_signal_new ("grant-withdrawn", CORE_TYPE_CORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("grant-requested", CORE_TYPE_CORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
on_account_removed (CoreAccount *account, gpointer user_data)
{
  Core *core = user_data;
  g_autoptr (CoreAccount) kept = g_object_ref (account);

  g_signal_handlers_disconnect_by_data (account, core);
  g_ptr_array_remove (core->accounts, account);
  g_signal_emit (core, signals[ACCOUNT_REMOVED], 0, account);
}

CoreAccount *
core_add_account (Core *core, const char *protocol, const char *name)
{
  CoreAccount *account =
      core_account_new (core->vault, core->clock, core->workers, core->slices, protocol, name);

  core_account_load (account);
  g_ptr_array_add (core->accounts, account);
  g_signal_connect (account, "removed", G_CALLBACK (on_account_removed), core);
  g_signal_emit (core, signals[ACCOUNT_ADDED], 0, account);
  return account;
}

/* A backup that replaced the vault does not have them. */
static void
drop_accounts_that_are_gone (Core *core)
{
  for (guint i = core->accounts->len; i > 0; i--)
    {
      CoreAccount *account = g_ptr_array_index (core->accounts, i - 1);
      g_autoptr (VaultAccount) record =
          vault_lookup_account (core->vault, account->protocol, account->name);

      if (record == NULL && !core_account_has_private_session (account))
        {
          drop_account (account);
          g_signal_emit_by_name (account, "removed");
        }
    }
}

static void
on_vault_key_store (Core *core)
{
  g_object_notify_by_pspec (G_OBJECT (core), properties[PROP_KEY_STORE]);
}

/* The accounts appear when the vault is first opened; later they have their keys back. */
void
core_take_accounts (Core *core)
{
  g_autoptr (GPtrArray) records = vault_list_accounts (core->vault);

  for (guint i = 0; i < records->len; i++)
    {
      const VaultAccount *record = g_ptr_array_index (records, i);
      CoreAccount *account = core_find_account (core, record->protocol, record->name);

      if (account != NULL)
        core_account_load (account);
      else
        core_add_account (core, record->protocol, record->name);
    }
}

static void
keep_default_policy (Core *core)
{
  if (vault_is_open (core->vault))
    core->shown_default = vault_get_default_policy (core->vault);
}

static void
on_vault_state (Core *core)
{
  gboolean is_open = vault_is_open (core->vault);

  keep_default_policy (core);
  g_object_notify_by_pspec (G_OBJECT (core), properties[PROP_VAULT]);
  if (is_open == core->was_open)
    return;
  core->was_open = is_open;
  core_auto_lock_vault_changed (core, is_open);
  g_object_notify_by_pspec (G_OBJECT (core), properties[PROP_DEFAULT_POLICY]);
  if (is_open)
    {
      core->locked_by_user = FALSE;
      drop_accounts_that_are_gone (core);
      core_take_accounts (core);
      return;
    }
  for (guint i = 0; i < core->accounts->len; i++)
    core_account_lock (g_ptr_array_index (core->accounts, i));
}

Core *
core_new (Vault *vault, CoreClock *clock)
{
  Core *core = g_object_new (CORE_TYPE_CORE, NULL);

  core->vault = g_object_ref (vault);
  core->clock = clock;
  core->workers = core_workers_new (CORE_WORKERS);
  core->shown_default = OTRD_POLICY_OPPORTUNISTIC;
  core->slices = core_slices_new ();
  g_signal_connect_swapped (vault, "notify::state", G_CALLBACK (on_vault_state), core);
  g_signal_connect_swapped (vault, "notify::key-store", G_CALLBACK (on_vault_key_store), core);
  on_vault_state (core);
  return core;
}

void
core_set_workers (Core *core, guint count)
{
  g_return_if_fail (core->accounts->len == 0);

  core_workers_free (core->workers);
  core->workers = core_workers_new (count);
}

const char *
core_get_vault_state (Core *core)
{
  return otrd_vault_to_string (vault_get_state (core->vault));
}

const char *
core_get_key_store (Core *core)
{
  return vault_get_key_store_name (core->vault);
}

const char *
core_get_default_policy (Core *core)
{
  return otrd_policy_to_string (vault_is_open (core->vault) ? vault_get_default_policy (core->vault)
                                                            : core->shown_default);
}

static void
sessions_were_told (CoreSession *unused, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_boolean (task, TRUE);
}

/* Whoever has the answer has heard before what it changed in every session.  Takes @error. */
static void
answer_when_told (GTask *task, GError *error)
{
  Core *core = g_task_get_source_object (task);

  if (error == NULL)
    {
      core_slices_await (core->slices, sessions_were_told, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_unlocked (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (vault_open_finish (VAULT_VAULT (vault), result, &error))
    CORE_CORE (g_task_get_source_object (task))->auto_lock.is_by_hand = TRUE;
  answer_when_told (task, error);
}

void
core_unlock (Core *core,
             Secret *passphrase,
             gboolean interactive,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  vault_unlock_async (core->vault, passphrase, interactive, on_unlocked,
                      g_task_new (core, NULL, callback, user_data));
}

/* The first look */

typedef struct
{
  Core *core;
  GTask *task; /* NULL once it is answered */
  guint timer;
} Look;

/* Answers who waits, once. */
static void
answer_look (Look *look)
{
  g_autoptr (GTask) task = g_steal_pointer (&look->task);

  core_clock_cancel (look->core->clock, &look->timer);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
on_look_took_long (gpointer user_data)
{
  Look *look = user_data;

  look->timer = 0;
  answer_look (look);
}

static void
on_looked (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (GError) error = NULL;

  if (!vault_open_finish (VAULT_VAULT (vault), result, &error))
    g_info ("The vault is not open yet: %s", error->message);
  answer_look (look);
  g_object_unref (look->core);
  g_free (look);
}

void
core_look (Core *core, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Look *look = g_new0 (Look, 1);

  look->core = g_object_ref (core);
  look->task = g_task_new (core, cancellable, callback, user_data);
  look->timer = core_clock_call_at (core->clock, core_clock_get_now (core->clock) + CORE_LOOK_TIME,
                                    on_look_took_long, look);
  vault_unlock_async (core->vault, NULL, FALSE, on_looked, look);
}

gboolean
core_look_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
core_unlock_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_locked (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  vault_lock_finish (VAULT_VAULT (vault), result, &error);
  answer_when_told (user_data, error);
}

void
core_lock (Core *core, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);

  core->locked_by_user = TRUE;
  core->auto_lock.is_by_screen = FALSE;
  vault_lock_async (core->vault, on_locked, task);
}

gboolean
core_lock_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_key_store_set (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (vault_set_key_store_finish (VAULT_VAULT (vault), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
core_set_key_store (Core *core,
                    const char *key_store,
                    Secret *passphrase,
                    gboolean interactive,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  vault_set_key_store_async (core->vault, key_store, passphrase, interactive, on_key_store_set,
                             g_task_new (core, NULL, callback, user_data));
}

gboolean
core_set_key_store_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GVariant *
describe_file (const VaultFileCheck *check)
{
  GVariantDict record;

  g_variant_dict_init (&record, NULL);
  g_variant_dict_insert (&record, "name", "s", check->name);
  g_variant_dict_insert (&record, "sound", "b", check->is_sound);
  g_variant_dict_insert (&record, "read", "b", check->is_proven);
  g_variant_dict_insert (&record, "generation", "t", check->generation);
  g_variant_dict_insert (&record, "problem", "s", check->problem != NULL ? check->problem : "");
  return g_variant_dict_end (&record);
}

static GVariant *
describe_check (Core *core, GPtrArray *checks)
{
  const char *key = vault_get_key_place (core->vault);
  GVariantBuilder files;
  GVariantDict report;
  gboolean is_sound = !g_str_equal (key, "missing");

  g_variant_builder_init (&files, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < checks->len; i++)
    {
      const VaultFileCheck *check = g_ptr_array_index (checks, i);

      is_sound &= check->is_sound;
      g_variant_builder_add_value (&files, describe_file (check));
    }
  g_variant_dict_init (&report, NULL);
  g_variant_dict_insert (&report, "sound", "b", is_sound);
  g_variant_dict_insert (&report, "key", "s", key);
  g_variant_dict_insert_value (&report, "files", g_variant_builder_end (&files));
  return g_variant_ref_sink (g_variant_dict_end (&report));
}

static void
on_vault_checked (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) checks = vault_check_finish (VAULT_VAULT (vault), result, &error);

  if (checks != NULL)
    g_task_return_pointer (task, describe_check (g_task_get_source_object (task), checks),
                           (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task, error);
}

static void
on_key_looked_after (GObject *vault, GAsyncResult *result, gpointer task)
{
  vault_look_after_key_finish (VAULT_VAULT (vault), result);
  vault_check_async (VAULT_VAULT (vault), on_vault_checked, task);
}

void
core_check_vault (Core *core, GAsyncReadyCallback callback, gpointer user_data)
{
  vault_look_after_key_async (core->vault, on_key_looked_after,
                              g_task_new (core, NULL, callback, user_data));
}

GVariant *
core_check_vault_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
tell_default_policy (Core *core)
{
  keep_default_policy (core);
  g_object_notify_by_pspec (G_OBJECT (core), properties[PROP_DEFAULT_POLICY]);
  for (guint i = 0; i < core->accounts->len; i++)
    core_account_policies_changed (g_ptr_array_index (core->accounts, i));
}

static void
undo_default_policy (Vault *vault, gpointer task)
{
  vault_put_default_policy (vault, GPOINTER_TO_INT (g_task_get_task_data (task)), NULL);
}

static void
on_default_policy_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Core *core = g_task_get_source_object (task);
  GError *error = NULL;

  if (vault_save_finish (VAULT_VAULT (vault), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  tell_default_policy (core);
}

void
core_set_default_policy (Core *core,
                         const char *policy,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  OtrdPolicy old = vault_get_default_policy (core->vault);
  OtrdPolicy new;
  GError *error = NULL;

  g_task_set_task_data (task, GINT_TO_POINTER (old), NULL);
  if (core_policy_read (policy, FALSE, &new, &error)
      && vault_put_default_policy (core->vault, new, &error))
    {
      vault_note_undo (core->vault, g_strdup ("default-policy\n"), undo_default_policy,
                       g_object_ref (task), g_object_unref);
      vault_save_async (core->vault, on_default_policy_saved, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

gboolean
core_set_default_policy_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
core_has_account (Core *core, CoreAccount *account)
{
  return g_ptr_array_find (core->accounts, account, NULL);
}

GPtrArray *
core_list_accounts (Core *core)
{
  return g_ptr_array_copy (core->accounts, (GCopyFunc)g_object_ref, NULL);
}

typedef void (*SessionFunc) (CoreSession *session, guint *count);

static guint
visit_sessions (Core *core, SessionFunc visit)
{
  guint count = 0;

  for (guint i = 0; i < core->accounts->len; i++)
    {
      g_autoptr (GPtrArray) sessions =
          core_account_list_sessions (g_ptr_array_index (core->accounts, i));

      for (guint j = 0; j < sessions->len; j++)
        visit (g_ptr_array_index (sessions, j), &count);
    }
  return count;
}

static void
say_goodbye (CoreSession *session, guint *count)
{
  core_session_leave (session);
}

/* What nobody can fetch is not worth waiting for. */
static void
count_owing (CoreSession *session, guint *count)
{
  *count += core_session_is_leaving (session);
}

guint
core_shut_down (Core *core)
{
  visit_sessions (core, say_goodbye);
  return core_count_owing (core);
}

guint
core_count_owing (Core *core)
{
  return visit_sessions (core, count_owing);
}
