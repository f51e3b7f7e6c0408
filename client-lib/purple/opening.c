// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Texts are HTML on both sides. */

#include "opening.h"

#include "talk.h"

#include <string.h>

static GVariant *
make_options (PurpleAccount *account, const char *who)
{
  PurpleBuddy *buddy = purple_find_buddy (account, who);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "content-type", "s", "text/html");
  g_variant_dict_insert (&options, "online", "b", purple_account_is_connected (account));
  if (buddy != NULL)
    g_variant_dict_insert (&options, "contact-online", "b", PURPLE_BUDDY_IS_ONLINE (buddy));
  /* libpurple keeps the resource of those who are in a room, and of nobody else. */
  if (g_str_equal (purple_account_get_protocol_id (account), "prpl-jabber")
      && strchr (who, '/') != NULL)
    g_variant_dict_insert (&options, "occupant", "b", TRUE);
  return g_variant_dict_end (&options);
}

void
opening_begin (Talk *talk, OtrdClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  PurpleAccount *account = talk_get_account (talk);
  const char *who = talk_get_who (talk);

  otrd_client_open_session (client, purple_account_get_protocol_id (account),
                            purple_account_get_username (account), who, make_options (account, who),
                            NULL, callback, user_data);
}

gboolean
opening_is_refused (const GError *error)
{
  return g_error_matches (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_ACCESS_DENIED)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED)
         || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED);
}
