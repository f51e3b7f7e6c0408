/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bare libotr, used as its documentation says. */
#include "bare.h"

#include <string.h>

#include "engine/key-private.h"

static OtrlPolicy
on_policy (void *opdata, ConnContext *context)
{
  return ((Bare *)opdata)->policy;
}

static int
on_is_logged_in (void *opdata, const char *account, const char *protocol, const char *recipient)
{
  return 1;
}

static void
on_inject (void *opdata,
           const char *account,
           const char *protocol,
           const char *recipient,
           const char *message)
{
  Bare *bare = opdata;

  g_queue_push_tail (&bare->peer->inbox, g_strdup (message));
}

static int
on_max_size (void *opdata, ConnContext *context)
{
  return 0;
}

static const char *
on_error_message (void *opdata, ConnContext *context, OtrlErrorCode code)
{
  return "you sent something that cannot be read";
}

static void
on_error_message_free (void *opdata, const char *message)
{
}

static void
on_msg_event (void *opdata,
              OtrlMessageEvent event,
              ConnContext *context,
              const char *message,
              gcry_error_t code)
{
  Bare *bare = opdata;

  bare->resent += event == OTRL_MSGEVENT_MSG_RESENT;
}

static const OtrlMessageAppOps ops = {
  .policy = on_policy,
  .is_logged_in = on_is_logged_in,
  .inject_message = on_inject,
  .max_message_size = on_max_size,
  .otr_error_message = on_error_message,
  .otr_error_message_free = on_error_message_free,
  .handle_msg_event = on_msg_event,
};

static OtrlInsTag *
tag_new (guint32 tag)
{
  OtrlInsTag *own = g_new0 (OtrlInsTag, 1);

  own->accountname = (char *)ENGINE_OTR_ACCOUNT;
  own->protocol = (char *)ENGINE_OTR_PROTOCOL;
  own->instag = tag;
  return own;
}

Bare *
bare_new (const char *key, guint32 tag, OtrlPolicy policy, End *peer)
{
  Bare *bare = g_new0 (Bare, 1);

  bare->otr = otrl_userstate_create ();
  bare->key = fixture_key (key);
  bare->otr->privkey_root = engine_key_lend (bare->key);
  bare->otr->instag_root = tag_new (tag);
  bare->policy = policy;
  bare->texts = g_ptr_array_new_with_free_func (g_free);
  bare->peer = peer;
  return bare;
}

void
bare_free (Bare *bare)
{
  g_free (bare->otr->instag_root);
  bare->otr->privkey_root = NULL;
  bare->otr->instag_root = NULL;
  otrl_userstate_free (bare->otr);
  engine_key_unref (bare->key);
  g_queue_clear_full (&bare->inbox, g_free);
  g_ptr_array_unref (bare->texts);
  g_free (bare);
}

void
bare_receive (Bare *bare, const char *line)
{
  char *text = NULL;
  OtrlTLV *tlvs = NULL;
  int ignore =
      otrl_message_receiving (bare->otr, &ops, bare, ENGINE_OTR_ACCOUNT, ENGINE_OTR_PROTOCOL,
                              ENGINE_OTR_CONTACT, line, &text, &tlvs, NULL, NULL, NULL);

  if (!ignore)
    g_ptr_array_add (bare->texts, g_strdup (text != NULL ? text : line));
  otrl_tlv_free (tlvs);
  otrl_message_free (text);
}

gboolean
bare_take_one (Bare *bare)
{
  g_autofree char *line = g_queue_pop_head (&bare->inbox);

  if (line == NULL)
    return FALSE;
  bare_receive (bare, line);
  return TRUE;
}

void
bare_send (Bare *bare, const char *text)
{
  char *line = NULL;

  otrl_message_sending (bare->otr, &ops, bare, ENGINE_OTR_ACCOUNT, ENGINE_OTR_PROTOCOL,
                        ENGINE_OTR_CONTACT, OTRL_INSTAG_BEST, text, NULL, &line,
                        OTRL_FRAGMENT_SEND_SKIP, NULL, NULL, NULL);
  g_queue_push_tail (&bare->peer->inbox, g_strdup (line != NULL ? line : text));
  otrl_message_free (line);
}

void
bare_query (Bare *bare)
{
  char *query = otrl_proto_default_query_msg (ENGINE_OTR_ACCOUNT, bare->policy);

  g_queue_push_tail (&bare->peer->inbox, g_strdup (query));
  free (query);
}

void
bare_end (Bare *bare)
{
  otrl_message_disconnect_all_instances (bare->otr, &ops, bare, ENGINE_OTR_ACCOUNT,
                                         ENGINE_OTR_PROTOCOL, ENGINE_OTR_CONTACT);
}

static ConnContext *
find_context (Bare *bare)
{
  return otrl_context_find (bare->otr, ENGINE_OTR_CONTACT, ENGINE_OTR_ACCOUNT, ENGINE_OTR_PROTOCOL,
                            OTRL_INSTAG_BEST, 0, NULL, NULL, NULL);
}

void
bare_send_beside (Bare *bare, const char *text, guint16 type, const guint8 *bytes, gsize length)
{
  OtrlTLV *beside = otrl_tlv_new (type, length, bytes);
  char *line = NULL;

  otrl_proto_create_data (&line, find_context (bare), text, beside, 0, NULL);
  g_assert_nonnull (line);
  g_queue_push_tail (&bare->peer->inbox, g_strdup (line));
  free (line);
  otrl_tlv_free (beside);
}

GBytes *
bare_begin_verification (const char *secret)
{
  OtrlSMAliceState state;
  unsigned char *bytes;
  int length;
  GBytes *step;

  otrl_sm_state_new (&state);
  otrl_sm_step1 (&state, (const unsigned char *)secret, (int)strlen (secret), &bytes, &length);
  step = g_bytes_new (bytes, (gsize)length);
  otrl_sm_state_free (&state);
  free (bytes);
  return step;
}

void
bare_cheat (Bare *bare, const char *secret)
{
  ConnContext *context = find_context (bare);

  gcry_mpi_add_ui (context->smstate->g3, context->smstate->g3, 1);
  otrl_message_respond_smp (bare->otr, &ops, bare, context, (const unsigned char *)secret,
                            strlen (secret));
}

gboolean
bare_is_private (Bare *bare)
{
  ConnContext *context = find_context (bare);

  return context != NULL && context->msgstate == OTRL_MSGSTATE_ENCRYPTED;
}

const char *
bare_last_text (Bare *bare)
{
  return bare->texts->len == 0 ? NULL : g_ptr_array_index (bare->texts, bare->texts->len - 1);
}

void
bare_fetch (Bare *bare)
{
  char *line;

  while ((line = g_queue_pop_head (&bare->peer->peer->inbox)) != NULL)
    g_queue_push_tail (&bare->inbox, line);
}

void
bare_settle (Bare *bare)
{
  guint lines = 0;

  do
    {
      bare_fetch (bare);
      g_assert_cmpuint (lines++, <, 5000);
    }
  while (bare_take_one (bare) || end_take_one (bare->peer));
}
