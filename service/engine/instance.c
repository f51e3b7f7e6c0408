/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The instance: four channels and what was sent to it. */
#include "engine/instance.h"

EngineInstance *
engine_instance_new (guint32 tag)
{
  EngineInstance *instance = g_new0 (EngineInstance, 1);

  instance->tag = tag;
  return instance;
}

void
engine_instance_drop_channels (EngineInstance *instance)
{
  g_clear_pointer (&instance->live, engine_channel_free);
  g_clear_pointer (&instance->pending, engine_channel_free);
  g_clear_pointer (&instance->old, engine_channel_free);
  engine_instance_drop_exchanges (instance);
}

void
engine_instance_free (EngineInstance *instance)
{
  engine_instance_drop_channels (instance);
  engine_kept_clear (&instance->kept);
  g_free (instance->address);
  g_free (instance);
}

EngineChannel *
engine_instance_find_owner (EngineInstance *instance, const EngineLine *line)
{
  EngineChannel *const channels[] = { instance->live, instance->pending, instance->old };

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (channels[i] != NULL && engine_channel_owns (channels[i], line))
      return channels[i];
  return NULL;
}

gboolean
engine_instance_is_private (const EngineInstance *instance)
{
  return instance->live != NULL && engine_channel_is_private (instance->live);
}

void
engine_instance_drop_exchanges (EngineInstance *instance)
{
  g_clear_pointer (&instance->candidate, engine_channel_free);
  g_clear_pointer (&instance->crossed, engine_channel_free);
}

void
engine_instance_settle_exchanges (EngineInstance *instance, gint64 until)
{
  if (instance->candidate == NULL)
    return;
  g_clear_pointer (&instance->crossed, engine_channel_free);
  instance->crossed = g_steal_pointer (&instance->candidate);
  instance->crossed_until = until;
  instance->crossed_is_late = FALSE;
}

void
engine_instance_set_exchanges_aside (EngineInstance *instance, gint64 until)
{
  engine_instance_settle_exchanges (instance, until);
  instance->crossed_is_late = TRUE;
}

void
engine_instance_begin_exchange (EngineInstance *instance, EngineChannel *channel, gint64 until)
{
  engine_instance_settle_exchanges (instance, until);
  instance->candidate = channel;
}

static gboolean
awaits (EngineChannel *channel, OtrlAuthState awaiting)
{
  return channel != NULL && engine_channel_auth_state (channel) == awaiting;
}

EngineChannel **
engine_instance_find_exchange (EngineInstance *instance, OtrlAuthState awaiting)
{
  if (awaits (instance->candidate, awaiting))
    return &instance->candidate;
  return awaits (instance->crossed, awaiting) ? &instance->crossed : NULL;
}

gboolean
engine_instance_is_closing (const EngineInstance *instance)
{
  return instance->candidate != NULL
         && (awaits (instance->candidate, OTRL_AUTHSTATE_AWAITING_SIG)
             || (!instance->crossed_is_late
                 && awaits (instance->crossed, OTRL_AUTHSTATE_AWAITING_SIG)));
}

EngineChannel *
engine_instance_get_pending (const EngineInstance *instance)
{
  if (instance->pending == NULL || !engine_channel_is_private (instance->pending))
    return NULL;
  return instance->pending;
}

void
engine_instance_note_sign (EngineInstance *instance, const char *from, gint64 now)
{
  instance->last_seen = now;
  if (from == NULL || g_strcmp0 (from, instance->address) == 0)
    return;
  g_free (instance->address);
  instance->address = g_strdup (from);
}
