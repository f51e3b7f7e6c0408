/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* OTR's extra symmetric key: made for the user's other programs, announced by
 * the contact, kept until it is taken once.
 *
 * Source: protocol v3, "Extra symmetric key".
 */
#include "engine/session-private.h"

#include "introspection/otrd-error.h"

void
engine_announced_key_free (EngineAnnouncedKey *announced)
{
  secret_unref (announced->key);
  g_variant_unref (announced->details);
  g_free (announced);
}

void
engine_session_announce_key (EngineSession *session,
                             const EngineContext *context,
                             EngineInstance *instance,
                             EngineChannel *channel,
                             EngineCall *call,
                             EngineTurn *turn)
{
  EngineAnnouncedKey *announced = g_new0 (EngineAnnouncedKey, 1);
  GVariantDict details;

  if (session->announced.length >= ENGINE_MAX_ANNOUNCED_KEYS)
    engine_announced_key_free (g_queue_pop_head (&session->announced));
  announced->id = session->next_key++;
  announced->key = g_steal_pointer (&call->symmetric_key);
  announced->until = context->now + ENGINE_ANNOUNCED_KEY_LIFE;
  g_queue_push_tail (&session->announced, announced);

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "instance", "u", instance->tag);
  g_variant_dict_insert (&details, "id", "t", announced->id);
  g_variant_dict_insert (&details, "use", "u", call->use);
  g_variant_dict_insert_value (
      &details, "use-data",
      g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, call->use_data, TRUE));
  g_variant_dict_insert (&details, "fingerprint", "s", channel->fingerprint);
  announced->details = g_variant_ref_sink (g_variant_dict_end (&details));
  engine_turn_event (turn, "key-received", announced->details);
}

void
engine_session_drop_announced_keys (EngineSession *session, gint64 now)
{
  EngineAnnouncedKey *oldest;

  while ((oldest = g_queue_peek_head (&session->announced)) != NULL && now >= oldest->until)
    engine_announced_key_free (g_queue_pop_head (&session->announced));
}

Secret *
engine_session_export_key (EngineSession *session,
                           const EngineContext *context,
                           guint32 use,
                           GBytes *use_data,
                           EngineTurn *turn,
                           GError **error)
{
  EngineInstance *chosen = engine_session_chosen (session, context);
  g_autoptr (EngineCall) call = NULL;
  Secret *key;

  if (chosen == NULL || !engine_instance_is_private (chosen))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_PRIVATE,
                           "A key can be had from a private conversation only");
      return NULL;
    }
  call = engine_call_new (chosen->live);
  key = engine_channel_export_key (chosen->live, use, use_data, call);
  if (key == NULL)
    g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_FAILED,
                         "The extra symmetric key could not be made");
  engine_session_emit (session, context, chosen, call, turn);
  engine_session_finish_call (session, context, turn);
  return key;
}

Secret *
engine_session_take_key (EngineSession *session, guint64 id, EngineTurn *turn, GError **error)
{
  for (GList *link = session->announced.head; link != NULL; link = link->next)
    {
      EngineAnnouncedKey *announced = link->data;
      Secret *key;

      if (announced->id != id)
        continue;
      key = secret_ref (announced->key);
      engine_turn_event (turn, "key-received", announced->details);
      engine_announced_key_free (announced);
      g_queue_delete_link (&session->announced, link);
      return key;
    }
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND,
                       "No such key, or it has been taken already, or nobody did in time");
  return NULL;
}
