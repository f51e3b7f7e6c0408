// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* What is said for each state and each event of the contract. The state is told
 * in a system line when it changes, and stands first in the window's title, where a
 * contact's alias cannot imitate it. */

#include "notices.h"

#include "private-log.h"
#include "records.h"
#include "talk.h"
#include "title.h"

#include <string.h>
#include <time.h>

/* Of a contact's earlier keys, in a warning. */
#define MAX_OLD 10

gboolean
notices_pause_log (PurpleConversation *conversation, gboolean private_text)
{
  gboolean logging = purple_conversation_is_logging (conversation);

  if (private_text && !private_log_is_kept (conversation))
    purple_conversation_set_logging (conversation, FALSE);
  return logging;
}

void
notices_resume_log (PurpleConversation *conversation, gboolean logging)
{
  if (conversation != NULL)
    purple_conversation_set_logging (conversation, logging);
}

static void
write_line (PurpleConversation *conversation, const char *words, PurpleMessageFlags flags)
{
  g_autofree char *line = g_strconcat ("[OTR] ", words, NULL);
  g_autofree char *escaped = g_markup_escape_text (line, -1);

  purple_conversation_write (conversation, NULL, escaped,
                             PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG
                                 | PURPLE_MESSAGE_NO_LINKIFY | flags,
                             time (NULL));
}

void
notices_tell (PurpleConversation *conversation, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  write_line (conversation, words, 0);
}

void
notices_warn (PurpleConversation *conversation, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list arguments;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  write_line (conversation, words, PURPLE_MESSAGE_ERROR);
}

char *
notices_spell_fingerprint (const char *fingerprint)
{
  GString *spelled = g_string_new (NULL);

  for (gsize i = 0; i < strlen (fingerprint); i++)
    {
      if (i > 0 && i % 8 == 0)
        g_string_append_c (spelled, ' ');
      g_string_append_c (spelled, fingerprint[i]);
    }
  return g_string_free (spelled, FALSE);
}

/* The state */

const char *
notices_describe (OtrdState state, OtrdTrust trust)
{
  switch (state)
    {
    case OTRD_STATE_PRIVATE:
      return trust == OTRD_TRUST_VERIFIED ? "private, verified" : "private, NOT verified";
    case OTRD_STATE_FINISHED:
      return "finished";
    case OTRD_STATE_STARTING:
      return "starting";
    case OTRD_STATE_UNKNOWN:
    case OTRD_STATE_PLAINTEXT:
    default:
      return "not private";
    }
}

static const char *
explain (OtrdState state, OtrdTrust trust)
{
  switch (state)
    {
    case OTRD_STATE_PRIVATE:
      if (trust == OTRD_TRUST_VERIFIED)
        return "This conversation is now private, and the contact is verified.";
      return "This conversation is now private, but the contact is NOT VERIFIED. See /otr verify.";
    case OTRD_STATE_FINISHED:
      return "The private conversation is finished. Nothing is sent until you type /otr start or "
             "/otr end.";
    case OTRD_STATE_STARTING:
      return "A private conversation is being started ...";
    case OTRD_STATE_UNKNOWN:
      return "The OTR service is away. Nothing is sent until it is back.";
    case OTRD_STATE_PLAINTEXT:
    default:
      return "This conversation is NOT PRIVATE.";
    }
}

void
notices_show_state (Talk *talk, NoticesShown *shown)
{
  OtrdSession *session = talk_get_session (talk);
  OtrdState state = otrd_session_get_state (session);
  OtrdTrust trust = otrd_session_get_trust (session);
  PurpleConversation *conversation = talk_find_conversation (talk);

  if (conversation == NULL)
    return;
  title_show (conversation, otrd_session_get_blocked (session) == OTRD_BLOCKED_FINGERPRINT_CHANGED
                                ? "KEY CHANGED"
                                : notices_describe (state, trust));
  if (shown->told && shown->state == state
      && (shown->trust == trust || state != OTRD_STATE_PRIVATE))
    return;
  /* Nobody needs to be told that nothing has happened yet. */
  if (shown->told || state != OTRD_STATE_PLAINTEXT)
    notices_tell (conversation, "%s", explain (state, trust));
  *shown = (NoticesShown){ .told = TRUE, .state = state, .trust = trust };
}

const char *
notices_at_least (const NoticesShown *shown)
{
  if (!shown->told || shown->state != OTRD_STATE_PRIVATE)
    return NULL;
  return shown->trust == OTRD_TRUST_VERIFIED ? "verified" : "private";
}

/* Events */

static void
tell_known (PurpleConversation *conversation, const char *when, GVariant *record)
{
  g_autofree char *spelled = NULL;
  g_autofree char *described = record_describe (record);
  const char *fingerprint = "";

  g_variant_lookup (record, "fingerprint", "&s", &fingerprint);
  spelled = notices_spell_fingerprint (fingerprint);
  notices_warn (conversation, "%s: %s (%s).", when, spelled, described);
}

/* The keys that the contact had before, each with what was thought of it. */
static void
tell_old (PurpleConversation *conversation, OtrdEvent *event)
{
  g_autoptr (GVariant) old =
      g_variant_lookup_value (otrd_event_get_details (event), "old", G_VARIANT_TYPE ("aa{sv}"));
  gsize n_old = old != NULL ? g_variant_n_children (old) : 0;

  for (gsize i = 0; i < MIN (n_old, MAX_OLD); i++)
    {
      g_autoptr (GVariant) record = g_variant_get_child_value (old, i);

      tell_known (conversation, "Known until now", record);
    }
  if (n_old > MAX_OLD)
    notices_warn (conversation, "... and %" G_GSIZE_FORMAT " more, see otrctl fingerprints.",
                  n_old - MAX_OLD);
}

/* Another of the contact's clients may still have a key that is known. */
static const char *
explain_change (OtrdEvent *event)
{
  if (otrd_event_get_boolean (event, "blocked"))
    return "Nothing is sent until you verify it (/otr verify) or accept it (/otr accept).";
  if (g_strcmp0 (otrd_event_get_string (event, "known"), "changed-from-verified") == 0)
    return "Nothing is sent to it; your messages go on to the key that you know.";
  return "See /otr verify.";
}

static void
warn_of_rejected (PurpleConversation *conversation, Talk *talk, OtrdEvent *event, const char *key)
{
  g_autoptr (GVariant) new =
      g_variant_lookup_value (otrd_event_get_details (event), "new", G_VARIANT_TYPE_VARDICT);

  notices_warn (conversation,
                "WARNING: %s ANSWERS WITH A KEY THAT YOU HAVE REJECTED, %s. No private "
                "conversation is held with it, and nothing is sent to it.",
                talk_get_who (talk), key);
  if (new != NULL)
    tell_known (conversation, "Your verdict", new);
}

static void
warn_of_change (PurpleConversation *conversation, Talk *talk, OtrdEvent *event)
{
  const char *fingerprint = otrd_event_get_string (event, "fingerprint");
  g_autofree char *spelled = notices_spell_fingerprint (fingerprint != NULL ? fingerprint : "");

  if (g_strcmp0 (otrd_event_get_string (event, "known"), "rejected") == 0)
    warn_of_rejected (conversation, talk, event, spelled);
  else
    notices_warn (conversation,
                  "WARNING: THE KEY OF %s HAS CHANGED. Somebody else may be answering. The new "
                  "fingerprint is %s. %s",
                  talk_get_who (talk), spelled, explain_change (event));
  tell_old (conversation, event);
}

static void
tell_lost (PurpleConversation *conversation, const char *reason, const char *html)
{
  g_autofree char *text = purple_markup_strip_html (html);

  notices_warn (conversation, "NOT SENT (%s): \"%s\"", reason, text);
}

static void
give_back_lost (PurpleConversation *conversation, OtrdEvent *event)
{
  const char *words = otrd_event_get_string (event, "reason");
  const char *reason = words != NULL ? words : "lost";
  g_autoptr (GVariant) messages =
      g_variant_lookup_value (otrd_event_get_details (event), "messages", G_VARIANT_TYPE ("a(ts)"));
  GVariantIter iter;
  const char *text;
  guint n_unnamed = 0;

  if (messages == NULL)
    return;
  g_variant_iter_init (&iter, messages);
  while (g_variant_iter_next (&iter, "(t&s)", NULL, &text))
    if (*text == '\0')
      n_unnamed++;
    else
      tell_lost (conversation, reason, text);
  if (n_unnamed > 0)
    notices_warn (conversation, "LOST (%s): %u of your messages, which are no longer kept here.",
                  reason, n_unnamed);
}

/* Events that need no more than a sentence. */
static const struct
{
  const char *event;
  const char *sentence;
} sentences[] = {
  { "refreshed", "The private conversation has been refreshed." },
  { "held", "Your message waits for the private conversation and will be sent then." },
  { "sent", "Your message, which waited, has been sent." },
  { "stalled", "The contact does not answer: no private conversation could be started." },
  { "not-saved", "A change could not be saved; see otrctl status." },
  { "reflected", "The network returned a line of your own." },
  { "storm", "Errors were going in circles; they are not answered for a while." },
  { "resent", "A message that the contact had not read was sent again." },
};

static void
show_waiting (PurpleConversation *conversation, OtrdEvent *event)
{
  if (g_strcmp0 (otrd_event_get_string (event, "reason"), "generating") == 0)
    notices_tell (conversation, "Your key is being made. This goes on by itself when it is there.");
  else
    notices_warn (conversation,
                  "Your keys are locked: a message waits. Unlock them with /otr unlock.");
}

static void
show_peer_error (PurpleConversation *conversation, Talk *talk, const char *text)
{
  if (text != NULL)
    notices_warn (conversation, "%s's program reports, in its own words: \"%s\"",
                  talk_get_who (talk), text);
  else
    notices_warn (conversation, "%s's program reports an error.", talk_get_who (talk));
}

void
notices_show_event (Talk *talk, OtrdEvent *event)
{
  const char *name = otrd_event_get_name (event);
  PurpleConversation *conversation = talk_get_conversation (talk);

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (name, sentences[i].event))
      notices_tell (conversation, "%s", sentences[i].sentence);
  if (g_str_equal (name, "fingerprint-changed"))
    warn_of_change (conversation, talk, event);
  else if (g_str_equal (name, "lost"))
    give_back_lost (conversation, event);
  else if (g_str_equal (name, "waiting"))
    show_waiting (conversation, event);
  else if (g_str_equal (name, "peer-error"))
    show_peer_error (conversation, talk, otrd_event_get_string (event, "text"));
}

void
notices_before_text (Talk *talk, OtrdVerdict verdict)
{
  if (verdict == OTRD_VERDICT_UNEXPECTED_PLAINTEXT)
    notices_warn (talk_get_conversation (talk), "The following message was NOT ENCRYPTED:");
}
