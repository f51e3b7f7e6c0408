// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Those of one contact, as they are told and forgotten in the conversation. */

#include "fingerprints.h"

#include "accounts.h"
#include "notices.h"
#include "records.h"
#include "talk.h"

#include <string.h>

/* Fewer digits are a slip of the finger. */
#define DIGITS_MIN 4

/* In a conversation */

static void
tell_records (Talk *talk, GPtrArray *records)
{
  if (records->len == 0)
    notices_tell (talk_get_conversation (talk), "No fingerprint of %s is known yet.",
                  talk_get_who (talk));
  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *spelled =
          notices_spell_fingerprint (record_get (records->pdata[i], "fingerprint"));
      g_autofree char *described = record_describe (records->pdata[i]);

      notices_tell (talk_get_conversation (talk), "%s: %s", spelled, described);
    }
}

static void
on_contact_records (GPtrArray *taken, const GError *error, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GPtrArray) records = taken;

  if (talk_get_messenger (talk) == NULL)
    return;
  if (records == NULL)
    notices_warn (talk_get_conversation (talk), "Could not look up the fingerprints: %s",
                  error->message);
  else
    tell_records (talk, records);
}

static void
read_contact (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  records_read (account, otrd_session_get_contact (talk_get_session (talk)), on_contact_records,
                talk_ref (talk));
}

void
fingerprints_tell (Talk *talk)
{
  account_do (talk, "look up the fingerprints", read_contact, NULL, NULL);
}

/* One to be forgotten. */
typedef struct
{
  Talk *talk;
  OtrdAccount *account;
  char *digits;
} Forgetting;

static void
forgetting_free (Forgetting *self)
{
  talk_unref (self->talk);
  g_clear_object (&self->account);
  g_free (self->digits);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Forgetting, forgetting_free)

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = otrd_account_forget_finish (OTRD_ACCOUNT (source), result, &error);

  if (talk_get_messenger (talk) == NULL)
    return;
  if (done)
    notices_tell (talk_get_conversation (talk), "The fingerprint is forgotten.");
  else
    notices_warn (talk_get_conversation (talk), "Could not forget the fingerprint: %s",
                  error->message);
}

/* NULL: none, or several. */
static const char *
find_fingerprint (GPtrArray *records, const char *digits)
{
  const char *found = NULL;

  for (guint i = 0; i < records->len; i++)
    {
      const char *fingerprint = record_get (records->pdata[i], "fingerprint");

      if (!g_str_has_prefix (fingerprint, digits))
        continue;
      if (found != NULL)
        return NULL;
      found = fingerprint;
    }
  return found;
}

static void
on_records_to_forget (GPtrArray *taken, const GError *error, gpointer user_data)
{
  g_autoptr (Forgetting) self = user_data;
  g_autoptr (GPtrArray) records = taken;
  const char *fingerprint = NULL;

  if (talk_get_messenger (self->talk) == NULL)
    return;
  if (records != NULL)
    fingerprint = find_fingerprint (records, self->digits);
  if (fingerprint == NULL)
    notices_warn (talk_get_conversation (self->talk), "Could not forget the fingerprint: %s",
                  error != NULL ? error->message
                                : "none or several begin so. See /otr fingerprints.");
  else
    otrd_account_forget (self->account, otrd_session_get_contact (talk_get_session (self->talk)),
                         fingerprint, NULL, NULL, on_forgotten, talk_ref (self->talk));
}

static void
read_to_forget (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  Forgetting *self = g_new0 (Forgetting, 1);

  self->talk = talk_ref (talk);
  self->account = g_object_ref (account);
  self->digits = g_strdup (user_data);
  records_read (account, otrd_session_get_contact (talk_get_session (talk)), on_records_to_forget,
                self);
}

void
fingerprints_forget (Talk *talk, const char *digits)
{
  g_auto (GStrv) groups = g_strsplit (digits, " ", -1);
  g_autofree char *joined = g_strjoinv (NULL, groups);

  if (strlen (joined) < DIGITS_MIN)
    notices_warn (talk_get_conversation (talk),
                  "/otr forget FINGERPRINT, or its first digits. See /otr fingerprints.");
  else
    account_do (talk, "forget the fingerprint", read_to_forget, g_ascii_strup (joined, -1), g_free);
}
