/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of an exchange that is done: its key is judged, and a channel is
 * withheld, refused or takes the place of the one before, with what was sent
 * through that and is not proven read.
 */
#include "engine/session-private.h"

#include <string.h>

static void
put_details (GVariantDict *details, EngineInstance *instance, EngineChannel *channel)
{
  g_variant_dict_init (details, NULL);
  g_variant_dict_insert (details, "instance", "u", instance->tag);
  g_variant_dict_insert (details, "fingerprint", "s", channel->fingerprint);
}

static void
tell_change (EngineInstance *instance, EngineChannel *channel, gboolean blocked, EngineTurn *turn)
{
  GVariantDict details;

  put_details (&details, instance, channel);
  g_variant_dict_insert (&details, "blocked", "b", blocked);
  g_variant_dict_insert (&details, "known", "s", engine_known_to_string (channel->known));
  engine_turn_event (turn, "fingerprint-changed", g_variant_dict_end (&details));
}

static void
tell_private (const EngineContext *context,
              EngineInstance *instance,
              EngineChannel *channel,
              gboolean refreshed,
              EngineTurn *turn)
{
  EngineTrust trust = engine_session_trust (context, channel);
  GVariantDict details;

  if (channel->known == ENGINE_KNOWN_FIRST_SEEN)
    {
      put_details (&details, instance, channel);
      engine_turn_event (turn, "fingerprint-new", g_variant_dict_end (&details));
    }
  put_details (&details, instance, channel);
  g_variant_dict_insert (&details, "trust", "s", engine_trust_to_string (trust));
  g_variant_dict_insert (&details, "version", "u", channel->version);
  g_variant_dict_insert (&details, "known", "s", engine_known_to_string (channel->known));
  engine_turn_event (turn, refreshed ? "refreshed" : "private", g_variant_dict_end (&details));
}

void
engine_session_tell_lost (GList *texts, const char *reason, EngineTurn *turn)
{
  GVariantBuilder messages;
  GVariantDict details;

  g_variant_builder_init (&messages, G_VARIANT_TYPE ("a(ts)"));
  for (GList *link = texts; link != NULL; link = link->next)
    {
      EngineKeptText *text = link->data;

      g_variant_builder_add (&messages, "(ts)", text->id, text->text != NULL ? text->text : "");
    }
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "messages", g_variant_builder_end (&messages));
  g_variant_dict_insert (&details, "reason", "s", reason);
  engine_turn_event (turn, "lost", g_variant_dict_end (&details));
}

static void
resend (EngineSession *session,
        const EngineContext *context,
        EngineInstance *instance,
        GList *texts,
        EngineTurn *turn)
{
  g_autoptr (GList) failed = NULL;
  guint n_lines = turn->transmissions->len;
  GVariantBuilder ids;
  GVariantDict details;

  g_variant_builder_init (&ids, G_VARIANT_TYPE ("at"));
  for (GList *link = texts; link != NULL; link = link->next)
    {
      EngineKeptText *text = link->data;

      if (engine_session_send_to (session, context, instance, text->text, ENGINE_RESENT_PREFIX,
                                  text->id, turn, NULL))
        g_variant_builder_add (&ids, "t", text->id);
      else
        failed = g_list_append (failed, text);
    }
  if (failed != NULL)
    engine_session_tell_lost (failed, "contact-lost-session", turn);
  if (turn->transmissions->len == n_lines)
    {
      g_variant_builder_clear (&ids);
      return;
    }
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "instance", "u", instance->tag);
  g_variant_dict_insert_value (&details, "ids", g_variant_builder_end (&ids));
  engine_turn_event (turn, "resent", g_variant_dict_end (&details));
}

/* What was sent before and is not proven read goes again if the contact had lost the session,
 * and never to another key. What cannot go again is told. Else it stays, as long as the contact may
 * turn out to have lost it. */
static void
pass_on_kept (EngineSession *session,
              const EngineContext *context,
              EngineInstance *from,
              EngineInstance *to,
              EngineTurn *turn)
{
  gboolean same = g_str_equal (from->kept_for, to->live->fingerprint);
  GList *forgotten, *texts = engine_kept_take (&from->kept, &forgotten);

  if (forgotten != NULL)
    engine_session_tell_lost (forgotten, same ? "contact-lost-session" : "other-fingerprint", turn);
  if (texts != NULL && same)
    resend (session, context, to, texts, turn);
  else if (texts != NULL)
    engine_session_tell_lost (texts, "other-fingerprint", turn);
  g_list_free_full (forgotten, (GDestroyNotify)engine_kept_text_free);
  g_list_free_full (texts, (GDestroyNotify)engine_kept_text_free);
}

static void
settle_kept (EngineSession *session,
             const EngineContext *context,
             EngineInstance *instance,
             EngineTurn *turn)
{
  gboolean same = g_str_equal (instance->kept_for, instance->live->fingerprint);
  gboolean had_lost = instance->live->by_contact || instance->lost;

  instance->lost = FALSE;
  if (same && !had_lost)
    engine_kept_carry_over (&instance->kept);
  else
    pass_on_kept (session, context, instance, instance, turn);
}

/* Version 2 tells no instances apart: who was spoken to by it and comes with version 3 does not
 * come again as the instance that it was. */
static void
settle_kept_of_version_2 (EngineSession *session,
                          const EngineContext *context,
                          EngineInstance *instance,
                          EngineTurn *turn)
{
  EngineInstance *before = engine_session_find_instance (session, 0);

  if (instance->live->version == 2 || before == NULL
      || (!before->lost && !instance->live->by_contact))
    return;
  before->lost = FALSE;
  pass_on_kept (session, context, before, instance, turn);
}

static void
latch (EngineSession *session, const EngineChannel *channel, EngineTurn *turn)
{
  if (!session->latched)
    engine_turn_store (turn, ENGINE_STORE_LATCH, channel->fingerprint);
  session->latched = TRUE;
}

/* The contact has a text to send again, and sends it only to who has committed. */
static void
commit_again (EngineSession *session,
              const EngineContext *context,
              const EngineChannel *channel,
              EngineTurn *turn)
{
  session->wants_commit = FALSE;
  engine_session_offer (session, context, channel->version, turn);
  session->offer->by_contact = FALSE;
}

void
engine_session_promote (EngineSession *session,
                        const EngineContext *context,
                        EngineInstance *instance,
                        EngineChannel *channel,
                        EngineTurn *turn)
{
  gboolean refreshed = engine_instance_is_private (instance)
                       && g_str_equal (instance->live->fingerprint, channel->fingerprint);
  gboolean cut_off =
      session->verification.instance == instance && session->verification.channel != channel;

  if (cut_off)
    engine_session_drop_verification (session, turn);
  if (instance->live != NULL)
    {
      g_clear_pointer (&instance->old, engine_channel_free);
      instance->old = g_steal_pointer (&instance->live);
      instance->old_until = context->now + ENGINE_OLD_CHANNEL_LIFE;
    }
  g_clear_pointer (&instance->pending, engine_channel_free);
  instance->live = channel;
  instance->finished = FALSE;
  *session->rejected = '\0';
  session->restarts = 0;
  engine_session_settle_exchange (session);
  latch (session, channel, turn);
  tell_private (context, instance, channel, refreshed, turn);
  /* A program that keeps its verification over an exchange, as potr does, would refuse the next. */
  if (cut_off)
    engine_session_tell_abort (session, context, instance, channel, turn);
  settle_kept (session, context, instance, turn);
  settle_kept_of_version_2 (session, context, instance, turn);
  if (channel->serial != 0)
    session->wants_commit = FALSE;
  else if (session->wants_commit)
    commit_again (session, context, channel, turn);
}

static void
refuse (EngineSession *session,
        const EngineContext *context,
        EngineInstance *instance,
        EngineChannel *channel,
        EngineTurn *turn)
{
  g_autoptr (EngineCall) call = engine_call_new (channel);

  g_strlcpy (session->rejected, channel->fingerprint, sizeof session->rejected);
  engine_session_settle_exchange (session);
  tell_change (instance, channel,
               engine_session_blocked (session, context) == ENGINE_BLOCKED_REJECTED, turn);
  engine_channel_disconnect (channel, call);
  engine_session_emit (session, context, instance, call, turn);
}

static void
store_seen (EngineChannel *channel, EngineTurn *turn)
{
  EngineStore *store = engine_turn_store (turn, ENGINE_STORE_SEEN, channel->fingerprint);

  store->version = channel->version;
  store->known = channel->known;
}

/* A changed key is on record at once, but is no known one before the user has accepted it. */
static EngineKnown
find_known (EngineSession *session, const EngineContext *context, const char *fingerprint)
{
  EngineKnown known = engine_known_keys_judge (context->known, fingerprint);

  if (known == ENGINE_KNOWN_KNOWN
      && engine_known_keys_trust (context->known, fingerprint) != ENGINE_TRUST_VERIFIED
      && g_hash_table_contains (session->unaccepted, fingerprint))
    return ENGINE_KNOWN_CHANGED;
  if (known == ENGINE_KNOWN_CHANGED)
    g_hash_table_add (session->unaccepted, g_strdup (fingerprint));
  return known;
}

/* Texts never move to another key by themselves while there is a session with an accepted one, nor
 * away from a verified one. */
static gboolean
must_wait (EngineSession *session, const EngineChannel *channel)
{
  if (channel->known != ENGINE_KNOWN_CHANGED)
    return channel->known == ENGINE_KNOWN_CHANGED_FROM_VERIFIED;
  for (guint i = 0; i < session->instances->len; i++)
    {
      const EngineInstance *instance = g_ptr_array_index (session->instances, i);

      if (engine_instance_is_private (instance)
          && !g_str_equal (instance->live->fingerprint, channel->fingerprint))
        return TRUE;
    }
  return FALSE;
}

/* One who comes with ever new keys is not served: a key that is on record and not remembered as
 * unaccepted would pass for a known one. */
static gboolean
is_one_too_many (EngineSession *session, const EngineChannel *channel)
{
  return channel->known == ENGINE_KNOWN_CHANGED
         && g_hash_table_size (session->unaccepted) > ENGINE_MAX_UNACCEPTED;
}

/* Private, but for nobody to use before the user has looked. From a verified key on there is no way
 * back to the clear but the user's. */
static void
withhold (EngineSession *session,
          const EngineContext *context,
          EngineInstance *instance,
          EngineChannel *channel,
          EngineTurn *turn)
{
  engine_session_drop_pending (session, instance, turn);
  instance->pending = channel;
  engine_session_settle_exchange (session);
  if (channel->known == ENGINE_KNOWN_CHANGED_FROM_VERIFIED)
    latch (session, channel, turn);
  tell_change (instance, channel, engine_session_blocked (session, context) != ENGINE_BLOCKED_NOT,
               turn);
}

void
engine_session_drop_pending (EngineSession *session, EngineInstance *instance, EngineTurn *turn)
{
  if (instance->pending != NULL && session->verification.channel == instance->pending)
    engine_session_drop_verification (session, turn);
  g_clear_pointer (&instance->pending, engine_channel_free);
}

/* The exchange is done: who is it? */
void
engine_session_judge (EngineSession *session,
                      const EngineContext *context,
                      EngineInstance *instance,
                      EngineChannel *done,
                      EngineTurn *turn)
{
  g_autoptr (EngineChannel) channel = done;

  channel->known = find_known (session, context, channel->fingerprint);
  if (channel->known == ENGINE_KNOWN_REJECTED)
    {
      refuse (session, context, instance, channel, turn);
      return;
    }
  if (is_one_too_many (session, channel))
    {
      g_hash_table_remove (session->unaccepted, channel->fingerprint);
      engine_session_settle_exchange (session);
      tell_change (instance, channel, FALSE, turn);
      return;
    }
  if (must_wait (session, channel))
    {
      withhold (session, context, instance, g_steal_pointer (&channel), turn);
      return;
    }
  store_seen (channel, turn);
  if (channel->known == ENGINE_KNOWN_CHANGED)
    tell_change (instance, channel, FALSE, turn);
  engine_session_promote (session, context, instance, g_steal_pointer (&channel), turn);
}

void
engine_session_accept_key (EngineSession *session,
                           const EngineContext *context,
                           const char *fingerprint,
                           EngineTurn *turn)
{
  g_hash_table_remove (session->unaccepted, fingerprint);
  for (guint i = 0; i < session->instances->len; i++)
    {
      EngineInstance *instance = g_ptr_array_index (session->instances, i);
      EngineChannel *pending = engine_instance_get_pending (instance);

      if (pending != NULL && g_str_equal (pending->fingerprint, fingerprint))
        engine_session_promote (session, context, instance, g_steal_pointer (&instance->pending),
                                turn);
      if (instance->live != NULL && g_str_equal (instance->live->fingerprint, fingerprint))
        instance->live->known = ENGINE_KNOWN_KNOWN;
    }
}
