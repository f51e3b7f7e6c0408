// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A secret between the dialog and the descriptor. The dialog's own copies are
 * libpurple's, and out of reach. */

#include "typed-secret.h"

#include <string.h>

static void
wipe (gpointer secret)
{
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

GBytes *
typed_secret_new (const char *typed)
{
  char *copy = g_strdup (typed);

  return g_bytes_new_with_free_func (copy, strlen (copy), wipe, copy);
}
