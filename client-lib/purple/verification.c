// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Verification by a question, by a shared secret, and by comparing fingerprints.
 * What the user types goes to the service by descriptor and is not kept. */

#include "verification.h"

#include "accounts.h"
#include "notices.h"
#include "talk.h"
#include "typed-secret.h"

/* The dialogs of a talk have it as their handle, so that they end with it. */
#define HANDLE(talk) (talk)
#define NOT_PRIVATE "There is no fingerprint yet: the conversation is not private."

/* Finch takes a dialog that is closed for one that the user has cancelled: what is over, or
 * the next verification, would be aborted by it. */
void
verification_close (Talk *talk)
{
  talk_set_closing_dialogs (talk, TRUE);
  purple_request_close_with_handle (HANDLE (talk));
  talk_set_closing_dialogs (talk, FALSE);
}

void
verification_follow (Talk *talk)
{
  OtrdSession *session = talk_get_session (talk);

  if (session != NULL && otrd_session_get_verification (session) == OTRD_VERIFICATION_IDLE)
    verification_close (talk);
}

/* The service's answers */

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_start_verification_finish (OTRD_SESSION (source), result, &error);

  if (turn == NULL)
    verification_close (talk);
  talk_take_turn (talk, turn, error, "start the verification");
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_answer_verification_finish (OTRD_SESSION (source), result, &error);

  talk_take_turn (talk, turn, error, "answer the verification");
}

static void
on_aborted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdTurn) turn =
      otrd_session_abort_verification_finish (OTRD_SESSION (source), result, &error);

  talk_take_turn (talk, turn, error, "cancel the verification");
}

/* What the user does */

static void
on_cancel (gpointer user_data)
{
  if (!talk_is_closing_dialogs (user_data))
    verification_abort (user_data);
}

static void
show_wait (Talk *talk)
{
  purple_request_action (HANDLE (talk), "OTR verification", "Verification is under way",
                         "Waiting for the contact ...", 0, talk_get_account (talk),
                         talk_get_who (talk), NULL, talk, 1, "Cancel", G_CALLBACK (on_cancel));
}

void
verification_begin_with (Talk *talk, const char *question, const char *secret)
{
  g_autoptr (GBytes) bytes = NULL;

  if (talk_get_session (talk) == NULL)
    return;
  bytes = typed_secret_new (secret);
  otrd_session_start_verification (talk_get_session (talk), bytes, question, NULL, NULL, on_started,
                                   talk_ref (talk));
  show_wait (talk);
}

void
verification_answer (Talk *talk, const char *secret)
{
  g_autoptr (GBytes) bytes = NULL;

  if (talk_get_session (talk) == NULL)
    return;
  bytes = typed_secret_new (secret);
  otrd_session_answer_verification (talk_get_session (talk), bytes, NULL, NULL, on_answered,
                                    talk_ref (talk));
}

void
verification_abort (Talk *talk)
{
  if (talk_get_session (talk) != NULL)
    otrd_session_abort_verification (talk_get_session (talk), NULL, NULL, on_aborted,
                                     talk_ref (talk));
}

static void
on_fields (gpointer user_data, PurpleRequestFields *fields)
{
  const char *question = purple_request_fields_get_string (fields, "question");
  const char *secret = purple_request_fields_get_string (fields, "secret");

  if (secret == NULL || *secret == '\0')
    notices_warn (talk_get_conversation (user_data), "Nothing was asked: there was no answer.");
  else
    verification_begin_with (user_data, question, secret);
}

void
verification_begin (Talk *talk)
{
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *secret =
      purple_request_field_string_new ("secret", "Answer, or secret that both know", NULL, FALSE);

  purple_request_field_group_add_field (
      group, purple_request_field_string_new ("question", "Question (empty: a shared secret)", NULL,
                                              FALSE));
  purple_request_field_string_set_masked (secret, TRUE);
  purple_request_field_group_add_field (group, secret);
  purple_request_fields_add_group (fields, group);
  purple_request_fields (HANDLE (talk), "OTR verification", "Verify the contact",
                         "Ask something that only your contact can answer, or agree on a secret "
                         "beforehand. The answer itself is not sent.",
                         fields, "Ask", G_CALLBACK (on_fields), "Cancel", NULL,
                         talk_get_account (talk), talk_get_who (talk), NULL, talk);
}

/* Fingerprints */

typedef struct
{
  Talk *talk;
  char *fingerprint;
  OtrdTrust trust;
} TrustChange;

static void
trust_change_free (TrustChange *self)
{
  talk_unref (self->talk);
  g_free (self->fingerprint);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrustChange, trust_change_free)

static TrustChange *
trust_change_new (Talk *talk, const char *fingerprint, OtrdTrust trust)
{
  TrustChange *self = g_new0 (TrustChange, 1);

  self->talk = talk_ref (talk);
  self->fingerprint = g_strdup (fingerprint);
  self->trust = trust;
  return self;
}

static const char *
describe_trust (OtrdTrust trust)
{
  if (trust == OTRD_TRUST_VERIFIED)
    return "is now verified";
  return trust == OTRD_TRUST_REJECTED ? "is rejected: nothing goes to it" : "is no longer verified";
}

static void
on_trust_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TrustChange) change = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *spelled = notices_spell_fingerprint (change->fingerprint);
  Talk *talk = change->talk;

  if (talk_get_messenger (talk) == NULL)
    return;
  if (otrd_account_set_trust_finish (OTRD_ACCOUNT (source), result, &error))
    notices_tell (talk_get_conversation (talk), "The fingerprint %s %s.", spelled,
                  describe_trust (change->trust));
  else
    notices_warn (talk_get_conversation (talk), "Could not set the trust: %s", error->message);
  talk_show_state (talk);
}

static void
set_trust (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  const TrustChange *change = user_data;
  OtrdSession *session = talk_get_session (talk);

  if (session != NULL)
    otrd_account_set_trust (account, otrd_session_get_contact (session), change->fingerprint,
                            change->trust, NULL, NULL, on_trust_set,
                            trust_change_new (talk, change->fingerprint, change->trust));
}

void
verification_set_trust_of (Talk *talk, const char *fingerprint, OtrdTrust trust)
{
  account_do (talk, "set the trust", set_trust, trust_change_new (talk, fingerprint, trust),
              (GDestroyNotify)trust_change_free);
}

void
verification_set_trust (Talk *talk, OtrdTrust trust)
{
  OtrdSession *session = talk_get_session (talk);

  if (session == NULL || *otrd_session_get_fingerprint (session) == '\0')
    notices_warn (talk_get_conversation (talk), NOT_PRIVATE);
  else
    verification_set_trust_of (talk, otrd_session_get_fingerprint (session), trust);
}

/* What was on the screen counts, not what is in use by the time it is answered. */
static void
on_compared (gpointer user_data)
{
  TrustChange *shown = user_data;

  if (talk_get_messenger (shown->talk) != NULL)
    verification_set_trust_of (shown->talk, shown->fingerprint, OTRD_TRUST_VERIFIED);
  trust_change_free (shown);
}

static void
on_not_compared (gpointer user_data)
{
  trust_change_free (user_data);
}

static void
show_both (Talk *talk, OtrdAccount *account, gpointer fingerprint)
{
  const char *own = otrd_account_get_fingerprint (account);
  g_autofree char *own_spelled = *own != '\0' ? notices_spell_fingerprint (own)
                                              : g_strdup ("not known while your keys are locked");
  g_autofree char *spelled = notices_spell_fingerprint (fingerprint);
  g_autofree char *words =
      g_strdup_printf ("Yours (%s):\n%s\n\nYour contact's (%s):\n%s",
                       otrd_account_get_name (account), own_spelled, talk_get_who (talk), spelled);

  purple_request_action (
      talk_get_plugin (talk), "OTR fingerprint",
      "Have you compared this fingerprint with your contact, by telephone or in person?", words, 1,
      talk_get_account (talk), talk_get_who (talk), NULL,
      trust_change_new (talk, fingerprint, OTRD_TRUST_VERIFIED), 2, "It is the same",
      G_CALLBACK (on_compared), "Cancel", G_CALLBACK (on_not_compared));
}

/* At once where that can be: Finch gives the keyboard only to a dialog that comes
 * with the key that was pressed. */
void
verification_begin_manual (Talk *talk, const char *fingerprint)
{
  OtrdSession *session = talk_get_session (talk);
  OtrdAccount *own = talk_peek_own_account (talk);

  if (session == NULL)
    return;
  if (fingerprint == NULL)
    fingerprint = otrd_session_get_fingerprint (session);
  if (*fingerprint == '\0')
    notices_warn (talk_get_conversation (talk), NOT_PRIVATE);
  else if (own != NULL && *otrd_account_get_fingerprint (own) != '\0')
    show_both (talk, own, (gpointer)fingerprint);
  else
    account_do (talk, "compare fingerprints", show_both, g_strdup (fingerprint), g_free);
}

/* What the contact does */

static void
on_reply (gpointer user_data, const char *secret)
{
  if (secret != NULL && *secret != '\0')
    verification_answer (user_data, secret);
  else
    verification_abort (user_data);
}

static void
on_refused (gpointer user_data, const char *secret)
{
  on_cancel (user_data);
}

static void
ask_user (Talk *talk, const char *question)
{
  g_autofree char *words = NULL;

  words = question != NULL
              ? g_strdup_printf ("Your contact asks, in these words: \"%s\"", question)
              : g_strdup ("Your contact wants to compare a secret that you both know.");
  notices_tell (talk_get_conversation (talk),
                "%s wants to verify you. Answer in the dialog, or with /otr answer.%s%s",
                talk_get_who (talk),
                question != NULL ? " The question, in the contact's words: " : "",
                question != NULL ? question : "");
  purple_request_input (HANDLE (talk), "OTR verification", "Verification", words, NULL, FALSE, TRUE,
                        NULL, "Answer", G_CALLBACK (on_reply), "Refuse", G_CALLBACK (on_refused),
                        talk_get_account (talk), talk_get_who (talk), NULL, talk);
}

static const char *
explain_result (OtrdEvent *event)
{
  const char *result = otrd_event_get_string (event, "result");

  if (g_strcmp0 (result, "verified") == 0)
    return otrd_event_get_boolean (event, "proves-contact")
                   || otrd_event_get_boolean (event, "asked-by-us")
               ? "Verification succeeded: it is your contact."
               : "You have answered rightly. To be sure of your contact, ask in turn: /otr verify.";
  if (g_strcmp0 (result, "failed") == 0)
    return "Verification FAILED: the answers differ.";
  if (g_strcmp0 (result, "cheated") == 0)
    return "Verification FAILED: the other program did not keep to the rules.";
  return "Verification was cancelled.";
}

void
verification_handle_event (Talk *talk, OtrdEvent *event)
{
  const char *name = otrd_event_get_name (event);

  if (g_str_equal (name, "verification-asked"))
    ask_user (talk, otrd_event_get_string (event, "question"));
  else if (g_str_equal (name, "verification-progress"))
    notices_tell (talk_get_conversation (talk), "Verification: %u%%",
                  (guint)otrd_event_get_uint (event, "percent"));
  else if (g_str_equal (name, "verification-finished"))
    {
      verification_close (talk);
      notices_tell (talk_get_conversation (talk), "%s", explain_result (event));
    }
}
