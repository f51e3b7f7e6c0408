// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The event brings the new fingerprint and the old ones. Where it went to another
 * program, the property Blocked tells, and the records are looked up. */

#include "changed-key.h"

#include "accounts.h"
#include "notices.h"
#include "records.h"
#include "talk.h"
#include "verification.h"

struct _ChangedKey
{
  char *fingerprint; /* NULL: no warning */
  gboolean blocked;
  gboolean looking_up;
};

/* Its address is the handle of the dialog. */
ChangedKey *
changed_key_new (void)
{
  return g_new0 (ChangedKey, 1);
}

void
changed_key_free (ChangedKey *self)
{
  g_free (self->fingerprint);
  g_free (self);
}

void
changed_key_close (Talk *talk)
{
  purple_request_close_with_handle (talk_get_changed_key (talk));
}

const char *
changed_key_get_fingerprint (Talk *talk)
{
  return talk_get_changed_key (talk)->fingerprint;
}

/* Not from within the dialog, which goes by itself. */
static void
forget_warning (Talk *talk)
{
  g_clear_pointer (&talk_get_changed_key (talk)->fingerprint, g_free);
  changed_key_close (talk);
}

/* What the user answers */

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_accept_fingerprint_finish (OTRD_SESSION (source), result, &error);

  if (turn != NULL && talk_get_messenger (talk) != NULL)
    forget_warning (talk);
  talk_take_turn (talk, turn, error, "accept the new key");
}

void
changed_key_accept (Talk *talk)
{
  const char *fingerprint = changed_key_get_fingerprint (talk);

  if (talk_get_session (talk) == NULL)
    return;
  if (fingerprint == NULL)
    notices_warn (talk_get_conversation (talk), "There is no changed key to accept.");
  else
    otrd_session_accept_fingerprint (talk_get_session (talk), fingerprint, NULL, NULL, on_accepted,
                                     talk_ref (talk));
}

static void
reject (Talk *talk)
{
  g_autofree char *fingerprint = g_steal_pointer (&talk_get_changed_key (talk)->fingerprint);

  if (fingerprint != NULL)
    verification_set_trust_of (talk, fingerprint, OTRD_TRUST_REJECTED);
}

void
changed_key_reject (Talk *talk)
{
  changed_key_close (talk);
  reject (talk);
}

static void
on_compare (gpointer user_data)
{
  const char *fingerprint = changed_key_get_fingerprint (user_data);

  if (fingerprint != NULL)
    verification_begin_manual (user_data, fingerprint);
}

static void
on_accept (gpointer user_data)
{
  changed_key_accept (user_data);
}

static void
on_reject (gpointer user_data)
{
  reject (user_data);
}

/* The dialog */

static char *
spell_old (GPtrArray *old)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < old->len; i++)
    {
      g_autofree char *spelled =
          notices_spell_fingerprint (record_get (old->pdata[i], "fingerprint"));
      g_autofree char *described = record_describe (old->pdata[i]);
      g_auto (GStrv) parts = g_strsplit (described, ", ", -1);
      g_autofree char *lines = g_strjoinv (",\n", parts);

      g_string_append_printf (words, "Until now:\n%s\n(%s)\n\n", spelled, lines);
    }
  return g_string_free (words, FALSE);
}

static void
warn (Talk *talk, const char *fingerprint, GPtrArray *old, gboolean blocked)
{
  ChangedKey *self = talk_get_changed_key (talk);
  g_autofree char *title = g_strdup_printf ("The key of %s has changed", talk_get_who (talk));
  g_autofree char *spelled = notices_spell_fingerprint (fingerprint);
  g_autofree char *spelled_old = spell_old (old);
  /* Finch breaks no lines. */
  g_autofree char *words = g_strdup_printf (
      "%sNow:\n%s\n\nYour contact may have a new program or a new key,\nor somebody else may be "
      "answering. Compare the fingerprint\nwith your contact, by telephone or in person.%s",
      spelled_old, spelled, blocked ? "\nNothing is sent until you have decided." : "");

  forget_warning (talk);
  self->fingerprint = g_strdup (fingerprint);
  self->blocked = blocked;
  purple_request_action (self, "OTR: the key has changed", title, words, 3, talk_get_account (talk),
                         talk_get_who (talk), NULL, talk, 4, "Compare", G_CALLBACK (on_compare),
                         "Accept", G_CALLBACK (on_accept), "Reject", G_CALLBACK (on_reject),
                         "Later", NULL);
}

static GPtrArray *
read_old (OtrdEvent *event)
{
  GPtrArray *old = g_ptr_array_new_with_free_func ((GDestroyNotify)g_variant_unref);
  g_autoptr (GVariant) list =
      g_variant_lookup_value (otrd_event_get_details (event), "old", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    g_ptr_array_add (old, g_variant_get_child_value (list, i));
  return old;
}

void
changed_key_handle_event (Talk *talk, OtrdEvent *event)
{
  const char *fingerprint = otrd_event_get_string (event, "fingerprint");
  g_autoptr (GPtrArray) old = NULL;

  if (!g_str_equal (otrd_event_get_name (event), "fingerprint-changed") || fingerprint == NULL)
    return;
  /* The user has answered that already. */
  if (g_strcmp0 (otrd_event_get_string (event, "known"), "rejected") == 0)
    return;
  old = read_old (event);
  warn (talk, fingerprint, old, otrd_event_get_boolean (event, "blocked"));
}

static gboolean
is_in_use (Talk *talk)
{
  return g_strcmp0 (otrd_session_get_fingerprint (talk_get_session (talk)),
                    changed_key_get_fingerprint (talk))
         == 0;
}

static gboolean
is_stopped (Talk *talk)
{
  OtrdSession *session = talk_get_session (talk);

  return session != NULL && otrd_session_get_blocked (session) == OTRD_BLOCKED_FINGERPRINT_CHANGED
         && *otrd_session_get_fingerprint (session) != '\0';
}

/* Accepted in another program, or verified. */
static gboolean
is_settled (Talk *talk)
{
  OtrdSession *session = talk_get_session (talk);

  if (!is_in_use (talk))
    return FALSE;
  return otrd_session_get_trust (session) == OTRD_TRUST_VERIFIED
         || (talk_get_changed_key (talk)->blocked && !is_stopped (talk));
}

/* Only those that were trusted make a change of it. */
static void
on_records (GPtrArray *records, const GError *error, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GPtrArray) old = records != NULL ? records : g_ptr_array_new ();
  ChangedKey *self = talk_get_changed_key (talk);

  self->looking_up = FALSE;
  if (talk_get_messenger (talk) == NULL || !is_stopped (talk) || self->fingerprint != NULL)
    return;
  for (guint i = old->len; i > 0; i--)
    if (!g_str_equal (record_get (old->pdata[i - 1], "trust"), "verified"))
      g_ptr_array_remove_index (old, i - 1);
  warn (talk, otrd_session_get_fingerprint (talk_get_session (talk)), old, TRUE);
}

static void
look_up (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  records_read (account, otrd_session_get_contact (talk_get_session (talk)), on_records,
                talk_ref (talk));
}

void
changed_key_follow (Talk *talk)
{
  ChangedKey *self = talk_get_changed_key (talk);

  if (self->fingerprint != NULL && is_settled (talk))
    forget_warning (talk);
  else if (self->fingerprint != NULL && self->blocked && !is_stopped (talk))
    /* Another key is in use; what the user types may still be meant for the warning. */
    changed_key_close (talk);
  else if (is_stopped (talk) && self->fingerprint == NULL && !self->looking_up)
    {
      self->looking_up = TRUE;
      account_do (talk, "look up the contact's keys", look_up, NULL, NULL);
    }
}
