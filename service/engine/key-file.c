/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Key files: libgcrypt parses the expression in locked memory; each key is checked. */
#include "engine/key-file.h"

#include <gcrypt.h>
#include <string.h>

#include "engine/key-private.h"
#include "introspection/otrd-error.h"

void
engine_file_key_free (EngineFileKey *file_key)
{
  g_free (file_key->name);
  g_free (file_key->protocol);
  g_clear_pointer (&file_key->key, engine_key_unref);
  g_free (file_key);
}

/* The string behind @token, which may be a token, quoted or in hex. */
static char *
read_string (gcry_sexp_t account, const char *token)
{
  gcry_sexp_t found = gcry_sexp_find_token (account, token, 0);
  size_t length = 0;
  const char *bytes = found != NULL ? gcry_sexp_nth_data (found, 1, &length) : NULL;
  char *text = bytes != NULL ? g_utf8_make_valid (bytes, length) : NULL;

  gcry_sexp_release (found);
  return text;
}

static EngineKey *
read_key (gcry_sexp_t account)
{
  gcry_sexp_t private_key = gcry_sexp_find_token (account, "private-key", 0);

  if (private_key == NULL)
    return NULL;
  if (gcry_pk_testkey (private_key) != 0)
    {
      gcry_sexp_release (private_key);
      return NULL;
    }
  return engine_key_new_from_sexp (private_key, NULL);
}

static EngineFileKey *
read_account (gcry_sexp_t account)
{
  EngineFileKey *file_key = g_new0 (EngineFileKey, 1);

  file_key->name = read_string (account, "name");
  file_key->protocol = read_string (account, "protocol");
  file_key->key = read_key (account);
  return file_key;
}

static gboolean
is_named (gcry_sexp_t list, const char *name)
{
  size_t length = 0;
  const char *first = gcry_sexp_nth_data (list, 0, &length);

  return first != NULL && length == strlen (name) && memcmp (first, name, length) == 0;
}

GPtrArray *
engine_key_file_read (Secret *bytes, GError **error)
{
  g_autoptr (GPtrArray) keys =
      g_ptr_array_new_with_free_func ((GDestroyNotify)engine_file_key_free);
  gcry_sexp_t file = NULL;
  gsize length;
  const guint8 *start = secret_get (bytes, &length);

  if (length == 0 || gcry_sexp_new (&file, start, length, 1) != 0 || !is_named (file, "privkeys"))
    {
      gcry_sexp_release (file);
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
                           "Reading a file of private keys: it is empty or damaged");
      return NULL;
    }
  for (int i = 1; i < gcry_sexp_length (file); i++)
    {
      gcry_sexp_t account = gcry_sexp_nth (file, i);

      if (account != NULL && is_named (account, "account"))
        g_ptr_array_add (keys, read_account (account));
      gcry_sexp_release (account);
    }
  gcry_sexp_release (file);
  return g_steal_pointer (&keys);
}
