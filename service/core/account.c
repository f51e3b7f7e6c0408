/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An account as an object: its names, its properties, its sessions. */

#include "core/account-private.h"

#include <string.h>

#include "core/limits.h"
#include "core/names.h"
#include "core/session-private.h"

G_DEFINE_FINAL_TYPE (CoreAccount, core_account, G_TYPE_OBJECT)

enum
{
  PROP_PROTOCOL = 1,
  PROP_NAME,
  PROP_FINGERPRINT,
  PROP_KEY_STATE,
  PROP_POLICY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SESSION_ADDED,
  SESSION_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
core_account_init (CoreAccount *account)
{
  account->fingerprint = g_strdup ("");
  account->generations = g_ptr_array_new_with_free_func (g_object_unref);
  account->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

static void
core_account_finalize (GObject *object)
{
  CoreAccount *account = CORE_ACCOUNT (object);

  g_hash_table_unref (account->sessions);
  g_ptr_array_unref (account->generations);
  g_clear_pointer (&account->key, engine_key_unref);
  g_clear_pointer (&account->public_half, engine_key_unref);
  g_object_unref (account->vault);
  g_free (account->protocol);
  g_free (account->name);
  g_free (account->fingerprint);
  G_OBJECT_CLASS (core_account_parent_class)->finalize (object);
}

static void
core_account_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoreAccount *account = CORE_ACCOUNT (object);

  switch (id)
    {
    case PROP_PROTOCOL:
      g_value_set_string (value, account->protocol);
      break;
    case PROP_NAME:
      g_value_set_string (value, account->name);
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, account->fingerprint);
      break;
    case PROP_KEY_STATE:
      g_value_set_string (value, core_account_get_key_state (account));
      break;
    case PROP_POLICY:
      g_value_set_string (value, core_account_get_policy (account));
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
new_signal (const char *name, guint n_params, GType first, GType second, GType third, GType fourth)
{
  return g_signal_new (name, CORE_TYPE_ACCOUNT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, first, second, third, fourth);
}

static void
core_account_class_init (CoreAccountClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = core_account_finalize;
  object_class->get_property = core_account_get_property;
  install_string (PROP_PROTOCOL, "protocol");
  install_string (PROP_NAME, "name");
  install_string (PROP_FINGERPRINT, "fingerprint");
  install_string (PROP_KEY_STATE, "key-state");
  install_string (PROP_POLICY, "policy");
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SESSION_ADDED] =
      new_signal ("session-added", 1, CORE_TYPE_SESSION, G_TYPE_NONE, G_TYPE_NONE, G_TYPE_NONE);
  signals[SESSION_REMOVED] =
      new_signal ("session-removed", 1, CORE_TYPE_SESSION, G_TYPE_NONE, G_TYPE_NONE, G_TYPE_NONE);
  new_signal ("trust-changed", 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_VARIANT);
  new_signal ("policy-changed", 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_NONE);
  /* For core: the account is gone from the vault. */
  new_signal ("removed", 0, G_TYPE_NONE, G_TYPE_NONE, G_TYPE_NONE, G_TYPE_NONE);
}

CoreAccount *
core_account_new (Vault *vault,
                  CoreClock *clock,
                  CoreWorkers *workers,
                  CoreSlices *slices,
                  const char *protocol,
                  const char *name)
{
  CoreAccount *account = g_object_new (CORE_TYPE_ACCOUNT, NULL);

  account->vault = g_object_ref (vault);
  account->clock = clock;
  account->workers = workers;
  account->slices = slices;
  account->protocol = g_strdup (protocol);
  account->name = g_strdup (name);
  return account;
}

/* Instance tags are per machine: a home directory may be on two. */
static char *
read_machine_id (void)
{
  char *id = NULL;

  if (!g_file_get_contents ("/etc/machine-id", &id, NULL, NULL))
    return g_strdup ("");
  return g_strstrip (id);
}

static void
see_to_instance_tag (CoreAccount *account, VaultAccount *record)
{
  g_autofree char *machine_id = read_machine_id ();

  if (record->instance_tag == 0 || strcmp (record->machine_id, machine_id) != 0)
    {
      record->instance_tag = engine_key_new_instance_tag ();
      g_free (record->machine_id);
      record->machine_id = g_steal_pointer (&machine_id);
      vault_put_account (account->vault, record, NULL);
    }
  account->instance_tag = record->instance_tag;
}

static void
feed_session (CoreSession *session, gpointer unused)
{
  core_session_refresh_known (session);
  core_session_keep_latch (session);
  core_session_feed_waiting (session);
}

/* Whoever calls before its session's turn has what is known now. */
static void
feed_sessions (CoreAccount *account)
{
  GPtrArray *sessions = core_account_list_sessions (account);
  gboolean somebody_waits = FALSE;

  for (guint i = 0; i < sessions->len; i++)
    {
      CoreSession *session = g_ptr_array_index (sessions, i);

      somebody_waits |= session->waiting->len > 0;
      session->known_is_old = TRUE;
    }
  core_slices_add (account->slices, sessions, feed_session, NULL, NULL);
  if (somebody_waits)
    core_account_want_key (account);
}

void
core_account_load (CoreAccount *account)
{
  g_autoptr (VaultAccount) record =
      vault_lookup_account (account->vault, account->protocol, account->name);

  if (record == NULL)
    return;
  if (account->instance_tag == 0)
    see_to_instance_tag (account, record);
  if (g_strcmp0 (account->fingerprint, record->fingerprint) != 0)
    {
      g_clear_pointer (&account->key, engine_key_unref);
      g_clear_pointer (&account->public_half, engine_key_unref);
    }
  g_free (account->fingerprint);
  account->fingerprint = g_strdup (record->fingerprint);
  account->has_key = record->private_key != NULL;
  account->policy = record->policy;
  core_account_notify_key (account);
  core_account_policies_changed (account);
  feed_sessions (account);
}

void
core_account_lock (CoreAccount *account)
{
  if (account->key != NULL && account->public_half == NULL)
    account->public_half = engine_key_public_half (account->key);
  g_clear_pointer (&account->key, engine_key_unref);
  core_account_notify_key (account);
  core_account_policies_changed (account);
}

gboolean
core_account_check_open (CoreAccount *account, const char *attempted, GError **error)
{
  if (account->removed)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND, "The account was removed");
      return FALSE;
    }
  if (vault_is_open (account->vault))
    return TRUE;
  if (error != NULL)
    *error = vault_new_state_error (account->vault, attempted);
  return FALSE;
}

const char *
core_account_get_protocol (CoreAccount *account)
{
  return account->protocol;
}

const char *
core_account_get_name (CoreAccount *account)
{
  return account->name;
}

const char *
core_account_get_fingerprint (CoreAccount *account)
{
  return account->fingerprint;
}

const char *
core_account_get_key_state (CoreAccount *account)
{
  return core_account_find_key_state (account);
}

const char *
core_account_get_policy (CoreAccount *account)
{
  return otrd_policy_to_string (account->policy);
}

void
core_account_notify_key (CoreAccount *account)
{
  g_object_notify_by_pspec (G_OBJECT (account), properties[PROP_FINGERPRINT]);
  g_object_notify_by_pspec (G_OBJECT (account), properties[PROP_KEY_STATE]);
}

static void
tell_policy (CoreSession *session, gpointer unused)
{
  core_session_policy_changed (session);
}

void
core_account_policies_changed (CoreAccount *account)
{
  g_object_notify_by_pspec (G_OBJECT (account), properties[PROP_POLICY]);
  core_slices_add (account->slices, core_account_list_sessions (account), tell_policy, NULL, NULL);
}

GPtrArray *
core_account_list_sessions (CoreAccount *account)
{
  GPtrArray *sessions = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, account->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    g_ptr_array_add (sessions, g_object_ref (session));
  return sessions;
}

gboolean
core_account_has_session (CoreAccount *account, CoreSession *session)
{
  return g_hash_table_lookup (account->sessions, session->contact) == session;
}

gboolean
core_account_has_private_session (CoreAccount *account)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, account->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (CORE_SESSION (session)->view->state == ENGINE_STATE_PRIVATE)
      return TRUE;
  return FALSE;
}

static CoreSession *
make_session (CoreAccount *account, const char *contact, gboolean occupant, GError **error)
{
  CoreSession *session;

  if (!core_account_check_open (account, "open the session", error))
    return NULL;
  if (g_hash_table_size (account->sessions) >= CORE_SESSIONS_MAX)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "The session was not opened: the account has %d already", CORE_SESSIONS_MAX);
      return NULL;
    }
  session = core_session_new (account, account->clock, account->workers, contact, occupant);
  g_hash_table_insert (account->sessions, session->contact, session);
  g_signal_emit (account, signals[SESSION_ADDED], 0, session);
  return session;
}

CoreSession *
core_account_open_session (CoreAccount *account,
                           const char *contact,
                           const CoreSessionOptions *options,
                           GError **error)
{
  g_autofree char *canonical = core_names_read_contact (
      account->protocol, account->name, contact, options->occupant, options->casemapping, error);
  CoreSession *session;

  if (canonical == NULL)
    return NULL;
  session = g_hash_table_lookup (account->sessions, canonical);
  if (session != NULL)
    return session;
  if (!options->create)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                   "There is no session with this contact; open one first");
      return NULL;
    }
  return make_session (account, canonical, options->occupant, error);
}

void
core_account_remove_session (CoreAccount *account, CoreSession *session)
{
  g_autoptr (CoreSession) kept = g_object_ref (session);

  if (g_hash_table_lookup (account->sessions, session->contact) != session)
    return;
  g_hash_table_remove (account->sessions, session->contact);
  core_clock_cancel (session->clock, &session->timer);
  g_signal_emit (account, signals[SESSION_REMOVED], 0, session);
}
