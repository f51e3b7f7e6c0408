/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A short list in the table, each a record of its own. */

#include "vault/grants.h"

#include "vault/field-list.h"
#include "vault/vault-private.h"

void
vault_grant_free (VaultGrant *grant)
{
  g_free (grant->application);
  g_free (grant->protocol);
  g_free (grant->account);
  g_free (grant->grant);
  g_free (grant);
}

static VaultGrant *
to_grant (const VaultRecord *record)
{
  VaultGrant *grant = g_new0 (VaultGrant, 1);

  grant->application = g_strdup (vault_record_get_text (record, VAULT_FIELD_APPLICATION));
  grant->protocol = g_strdup (vault_record_get_text (record, VAULT_FIELD_PROTOCOL));
  grant->account = g_strdup (vault_record_get_text (record, VAULT_FIELD_ACCOUNT));
  grant->grant = g_strdup (vault_record_get_text (record, VAULT_FIELD_POLICY));
  return grant;
}

static VaultRecord *
from_grant (const VaultGrant *grant, const VaultRecord *old)
{
  VaultFieldList list = { 0 };

  vault_field_list_add_text (&list, VAULT_FIELD_PROTOCOL, grant->protocol);
  vault_field_list_add_text (&list, VAULT_FIELD_ACCOUNT, grant->account);
  vault_field_list_add_text (&list, VAULT_FIELD_APPLICATION, grant->application);
  vault_field_list_add_text (&list, VAULT_FIELD_POLICY, grant->grant);
  return vault_field_list_to_record (&list, VAULT_KIND_GRANT, FALSE, old);
}

static gboolean
is_of (const VaultRecord *record, const char *application)
{
  return g_str_equal (vault_record_get_text (record, VAULT_FIELD_APPLICATION), application);
}

/* Its index, or the length of the list. */
static guint
find (GPtrArray *grants, const char *application, const char *protocol, const char *account)
{
  guint i;

  for (i = 0; i < grants->len; i++)
    if (is_of (grants->pdata[i], application)
        && g_str_equal (vault_record_get_text (grants->pdata[i], VAULT_FIELD_ACCOUNT), account)
        && g_str_equal (vault_record_get_text (grants->pdata[i], VAULT_FIELD_PROTOCOL), protocol))
      break;
  return i;
}

GPtrArray *
vault_list_grants (Vault *vault)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_grant_free);
  GPtrArray *grants = vault_is_open (vault) ? vault_table_get_grants (vault->table) : NULL;

  for (guint i = 0; grants != NULL && i < grants->len; i++)
    g_ptr_array_add (list, to_grant (grants->pdata[i]));
  return list;
}

VaultGrant *
vault_lookup_grant (Vault *vault,
                    const char *application,
                    const char *protocol,
                    const char *account)
{
  GPtrArray *grants = vault_is_open (vault) ? vault_table_get_grants (vault->table) : NULL;
  guint at = grants != NULL ? find (grants, application, protocol, account) : 0;

  return grants != NULL && at < grants->len ? to_grant (grants->pdata[at]) : NULL;
}

static guint
count_of (GPtrArray *grants, const char *application)
{
  guint own = 0;

  for (guint i = 0; i < grants->len; i++)
    own += is_of (grants->pdata[i], application);
  return own;
}

/* The oldest question that nobody has answered; of @application, or of any if NULL. */
static gboolean
drop_question (GPtrArray *grants, const char *application)
{
  for (guint i = 0; i < grants->len; i++)
    if (g_strcmp0 (vault_record_get_text (grants->pdata[i], VAULT_FIELD_POLICY), "ask") == 0
        && (application == NULL || is_of (grants->pdata[i], application)))
      {
        g_ptr_array_remove_index (grants, i);
        return TRUE;
      }
  return FALSE;
}

/* What the user has said has room before what was only asked. */
static gboolean
make_room (GPtrArray *grants, const VaultGrant *grant, GError **error)
{
  gboolean is_answer = !g_str_equal (grant->grant, "ask");
  guint own = count_of (grants, grant->application);
  gboolean is_full = own >= VAULT_GRANTS_PER_APPLICATION_MAX;

  if ((is_full || grants->len >= VAULT_GRANTS_MAX)
      && !(is_answer && drop_question (grants, is_full ? grant->application : NULL)))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Could not store the grant: the program has %u, all have %u; forget some", own,
                   grants->len);
      return FALSE;
    }
  return TRUE;
}

gboolean
vault_put_grant (Vault *vault, const VaultGrant *grant, GError **error)
{
  g_autoptr (VaultRecord) record = NULL;
  GPtrArray *grants;
  guint at;

  if (!vault_is_open (vault))
    {
      g_propagate_error (error, vault_new_state_error (vault, "store the grant"));
      return FALSE;
    }
  grants = vault_table_get_grants (vault->table);
  at = find (grants, grant->application, grant->protocol, grant->account);
  record = from_grant (grant, at < grants->len ? grants->pdata[at] : NULL);
  if (record == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Could not store the grant: a name in it is empty or too long");
      return FALSE;
    }
  if (at == grants->len)
    {
      if (!make_room (grants, grant, error))
        return FALSE;
      at = grants->len;
    }
  if (at < grants->len)
    g_ptr_array_remove_index (grants, at);
  g_ptr_array_insert (grants, at, g_steal_pointer (&record));
  vault_mark_changed (vault, VAULT_FILE_TRUST);
  return TRUE;
}

void
vault_remove_grant (Vault *vault, const VaultGrant *grant)
{
  GPtrArray *grants = vault_is_open (vault) ? vault_table_get_grants (vault->table) : NULL;
  guint at =
      grants != NULL ? find (grants, grant->application, grant->protocol, grant->account) : 0;

  if (grants == NULL || at == grants->len)
    return;
  g_ptr_array_remove_index (grants, at);
  vault_mark_changed (vault, VAULT_FILE_TRUST);
}
