/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Policies of an account and its contacts. */

#include "core/account-private.h"

#include "core/names.h"
#include "core/policy.h"
#include "core/session-private.h"

gboolean
core_account_find_policy (CoreAccount *account, const char *contact, OtrdPolicy *policy)
{
  OtrdPolicy own = OTRD_POLICY_INHERIT;

  if (!vault_is_open (account->vault))
    return FALSE;
  if (*contact != '\0')
    own = vault_get_policy (account->vault, account->protocol, account->name, contact);
  *policy =
      core_policy_resolve (own, account->policy, vault_get_default_policy (account->vault), NULL);
  return TRUE;
}

static char *
read_contact (CoreAccount *account, const char *contact, GError **error)
{
  if (*contact == '\0')
    return g_strdup ("");
  return core_names_read_contact (account->protocol, account->name, contact, FALSE, NULL, error);
}

gboolean
core_account_resolve_policy (CoreAccount *account,
                             const char *contact,
                             const char **policy,
                             const char **origin,
                             GError **error)
{
  g_autofree char *canonical = read_contact (account, contact, error);
  OtrdPolicy own = OTRD_POLICY_INHERIT;
  CorePolicyOrigin from;

  if (canonical == NULL || !core_account_check_open (account, "read the policy", error))
    return FALSE;
  if (*canonical != '\0')
    own = vault_get_policy (account->vault, account->protocol, account->name, canonical);
  *policy = otrd_policy_to_string (
      core_policy_resolve (own, account->policy, vault_get_default_policy (account->vault), &from));
  *origin = core_policy_origin_to_string (from);
  return TRUE;
}

typedef struct
{
  char *contact;
  OtrdPolicy old;
  OtrdPolicy new;
} PolicyChange;

static void
policy_change_free (gpointer user_data)
{
  PolicyChange *change = user_data;

  g_free (change->contact);
  g_free (change);
}

static gboolean
put_policy (CoreAccount *account, const char *contact, OtrdPolicy policy, GError **error)
{
  g_autoptr (VaultAccount) record = NULL;

  if (*contact != '\0')
    return vault_put_policy (account->vault, account->protocol, account->name, contact, policy,
                             error);
  record = vault_lookup_account (account->vault, account->protocol, account->name);
  account->policy = policy;
  if (record == NULL)
    return core_account_check_open (account, "set the policy", error);
  record->policy = policy;
  return vault_put_account (account->vault, record, error);
}

static void
undo_policy (CoreAccount *account, gpointer user_data)
{
  PolicyChange *change = user_data;

  put_policy (account, change->contact, change->old, NULL);
  core_account_policies_changed (account);
}

/* What was saved, although it may be changed again already. */
static void
tell_policy (CoreAccount *account, gpointer user_data)
{
  PolicyChange *change = user_data;
  gboolean of_contact = *change->contact != '\0';
  CorePolicyOrigin origin;
  OtrdPolicy policy;

  core_account_policies_changed (account);
  if (change->old == change->new)
    return;
  policy = core_policy_resolve (of_contact ? change->new : OTRD_POLICY_INHERIT,
                                of_contact ? account->policy : change->new,
                                vault_get_default_policy (account->vault), &origin);
  g_signal_emit_by_name (account, "policy-changed", change->contact, otrd_policy_to_string (policy),
                         core_policy_origin_to_string (origin));
}

static PolicyChange *
make_change (CoreAccount *account, const char *contact, const char *policy, GError **error)
{
  g_autofree char *canonical = read_contact (account, contact, error);
  OtrdPolicy new;
  PolicyChange *change;

  if (canonical == NULL || !core_policy_read (policy, TRUE, &new, error)
      || !core_account_check_open (account, "set the policy", error))
    return NULL;
  change = g_new0 (PolicyChange, 1);
  change->contact = g_steal_pointer (&canonical);
  change->new = new;
  change->old = *change->contact != '\0' ? vault_get_policy (account->vault, account->protocol,
                                                             account->name, change->contact)
                                         : account->policy;
  return change;
}

void
core_account_set_policy (CoreAccount *account,
                         const char *contact,
                         const char *policy,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (account, NULL, callback, user_data);
  GError *error = NULL;
  PolicyChange *change = make_change (account, contact, policy, &error);

  if (change != NULL && put_policy (account, change->contact, change->new, &error))
    {
      core_account_save_change (
          account, task,
          core_name_setting (account->protocol, account->name, "policy", change->contact, ""),
          tell_policy, undo_policy, change, policy_change_free);
      return;
    }
  g_clear_pointer (&change, policy_change_free);
  g_task_return_error (task, error);
  g_object_unref (task);
}
