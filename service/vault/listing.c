/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Listing fingerprints, filtered, a page at a time. Records that came or went
 * between two pages shift nothing: the next one begins after a name. */

#include "vault/vault-private.h"

#include <string.h>

typedef struct
{
  const VaultFilter *filter;
  const guint8 *wanted; /* NULL: any fingerprint */
  const char *after_contact;
  guint8 after_fingerprint[VAULT_FINGERPRINT_LEN / 2];
  GPtrArray *found;
  gboolean is_cut;
} Listing;

static gboolean
is_listed (const Listing *listing, const VaultRecord *record)
{
  const VaultFilter *filter = listing->filter;
  gsize length;
  const guint8 *fingerprint = vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length);

  if (record->kind != VAULT_KIND_FINGERPRINT)
    return FALSE;
  if (listing->wanted != NULL && memcmp (fingerprint, listing->wanted, length) != 0)
    return FALSE;
  if (filter->trust != OTRD_TRUST_UNKNOWN && vault_record_get_trust (record) != filter->trust)
    return FALSE;
  return listing->after_contact == NULL
         || !g_str_equal (listing->after_contact,
                          vault_record_get_text (record, VAULT_FIELD_CONTACT))
         || memcmp (fingerprint, listing->after_fingerprint, length) > 0;
}

static gboolean
list_record (VaultRecord *record, gpointer user_data)
{
  Listing *listing = user_data;
  const VaultFilter *filter = listing->filter;

  if (filter->contact != NULL
      && !g_str_equal (filter->contact, vault_record_get_text (record, VAULT_FIELD_CONTACT)))
    return FALSE;
  if (!is_listed (listing, record))
    return TRUE;
  listing->is_cut = filter->limit > 0 && listing->found->len >= filter->limit;
  if (!listing->is_cut)
    g_ptr_array_add (listing->found, vault_record_to_fingerprint (record));
  return !listing->is_cut;
}

/* The cursor: the last fingerprint, then the contact. FALSE when it is not one of ours. */
static gboolean
read_cursor (Listing *listing, const char *after)
{
  g_autofree char *fingerprint = NULL;

  if (after == NULL || after[0] == '\0')
    return TRUE;
  fingerprint = g_strndup (after, VAULT_FINGERPRINT_LEN);
  if (!vault_fingerprint_to_bytes (fingerprint, listing->after_fingerprint))
    return FALSE;
  listing->after_contact = after + VAULT_FINGERPRINT_LEN;
  return TRUE;
}

static char *
write_cursor (const Listing *listing)
{
  const VaultFingerprint *last;

  if (!listing->is_cut)
    return g_strdup ("");
  last = listing->found->pdata[listing->found->len - 1];
  return g_strconcat (last->fingerprint, last->contact, NULL);
}

GPtrArray *
vault_list_fingerprints (
    Vault *vault, const char *protocol, const char *account, const VaultFilter *filter, char **next)
{
  static const VaultFilter all = { 0 };
  Listing listing = { .filter = filter != NULL ? filter : &all };
  guint8 wanted[VAULT_FINGERPRINT_LEN / 2];
  const char *from;
  gboolean makes_sense = read_cursor (&listing, listing.filter->after);

  listing.found = g_ptr_array_new_with_free_func ((GDestroyNotify)vault_fingerprint_free);
  if (listing.filter->fingerprint != NULL)
    {
      makes_sense &= vault_fingerprint_to_bytes (listing.filter->fingerprint, wanted);
      listing.wanted = wanted;
    }
  from = listing.filter->contact != NULL ? listing.filter->contact : listing.after_contact;
  if (makes_sense && vault_is_open (vault))
    vault_table_visit (vault->table, protocol, account, from, list_record, &listing);
  if (next != NULL)
    *next = write_cursor (&listing);
  return listing.found;
}
