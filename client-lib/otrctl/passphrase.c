// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Where passphrases are asked for. */

#include "passphrase.h"
#include "otrd/otrd.h"
#include "pinentry.h"
#include "tty.h"

#define TRIES 3

/* @complaint: (nullable). @by_pinentry: (out). */
static GBytes *
ask (const char *description,
     const char *prompt,
     const char *complaint,
     gboolean *by_pinentry,
     GError **error)
{
  GBytes *answer = pinentry_ask (description, complaint, by_pinentry, error);

  return *by_pinentry ? answer : tty_read_secret (prompt, error);
}

GBytes *
passphrase_ask (const char *of, GError **error)
{
  g_autofree char *description = g_strdup_printf ("The passphrase that opens %s.", of);
  g_autofree char *prompt = g_strdup_printf ("Passphrase of %s: ", of);

  gboolean by_pinentry;

  return ask (description, prompt, NULL, &by_pinentry, error);
}

/* Whether another try could do better: on a terminal one calls again oneself. */
static gboolean
ask_twice (const char *of, const char *complaint, GBytes **first, GBytes **second, GError **error)
{
  g_autofree char *description = g_strdup_printf ("A new passphrase, which is to open %s.", of);
  g_autofree char *repeated = g_strdup_printf ("The new passphrase of %s, again.", of);
  g_autofree char *prompt = g_strdup_printf ("New passphrase of %s: ", of);
  gboolean by_pinentry;

  *second = NULL;
  *first = ask (description, prompt, complaint, &by_pinentry, error);
  if (*first != NULL)
    *second = ask (repeated, "Again: ", NULL, &by_pinentry, error);
  return *second != NULL && by_pinentry;
}

GBytes *
passphrase_ask_new (const char *of, const char *not_done, GError **error)
{
  g_autoptr (GString) complaint = g_string_new (NULL);
  gboolean may_try = TRUE;

  for (guint i = 0; i < TRIES && may_try; i++)
    {
      g_autoptr (GBytes) first = NULL;
      g_autoptr (GBytes) second = NULL;

      may_try = ask_twice (of, i > 0 ? complaint->str : NULL, &first, &second, error);
      if (second == NULL)
        return NULL;
      if (g_bytes_get_size (first) > 0 && g_bytes_equal (first, second))
        return g_steal_pointer (&first);
      g_string_printf (complaint, "the two passphrases %s",
                       g_bytes_get_size (first) > 0 ? "differ" : "are empty");
    }
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "%s: %s", not_done, complaint->str);
  return NULL;
}
