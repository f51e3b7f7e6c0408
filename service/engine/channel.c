/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The channel: a user state that is lent its account's tag for life and its
 * key for a call.
 */
#include "engine/channel.h"

#include <gcrypt.h>
#include <string.h>

#include "engine/call.h"
#include "engine/key-private.h"

#define MAC_LEN 20

static ConnContext *
find_context (EngineChannel *channel, otrl_instag_t instance, gboolean add)
{
  return otrl_context_find (channel->otr, ENGINE_OTR_CONTACT, ENGINE_OTR_ACCOUNT,
                            ENGINE_OTR_PROTOCOL, instance, add, NULL, NULL, NULL);
}

EngineChannel *
engine_channel_new (guint32 ours, guint32 theirs, guint version)
{
  EngineChannel *channel = g_new0 (EngineChannel, 1);

  channel->otr = otrl_userstate_create ();
  channel->ours = ours;
  channel->theirs = theirs;
  channel->version = version;
  channel->lent_tag.accountname = (char *)ENGINE_OTR_ACCOUNT;
  channel->lent_tag.protocol = (char *)ENGINE_OTR_PROTOCOL;
  channel->lent_tag.instag = ours;
  channel->otr->instag_root = &channel->lent_tag;
  find_context (channel, OTRL_INSTAG_MASTER, TRUE);
  return channel;
}

EngineChannel *
engine_channel_new_from_offer (EngineChannel *offer, guint32 theirs)
{
  EngineChannel *channel = engine_channel_new (offer->ours, theirs, offer->version);
  OtrlAuthInfo *from = &find_context (offer, OTRL_INSTAG_MASTER, TRUE)->auth;
  OtrlAuthInfo *to = &find_context (channel, OTRL_INSTAG_MASTER, TRUE)->auth;

  otrl_auth_copy_on_key (from, to);
  to->protocol_version = offer->version;
  channel->serial = offer->serial;
  channel->by_contact = offer->by_contact;
  return channel;
}

void
engine_channel_free (EngineChannel *channel)
{
  g_autoptr (GPtrArray) privates = g_ptr_array_new ();

  /* otrl_context_forget () leaves these behind. */
  for (ConnContext *context = channel->otr->context_root; context != NULL; context = context->next)
    g_ptr_array_add (privates, context->context_priv);
  channel->otr->privkey_root = NULL;
  channel->otr->instag_root = NULL;
  otrl_userstate_free (channel->otr);
  for (guint i = 0; i < privates->len; i++)
    free (g_ptr_array_index (privates, i));
  g_free (channel);
}

ConnContext *
engine_channel_context (EngineChannel *channel)
{
  ConnContext *master = find_context (channel, OTRL_INSTAG_MASTER, TRUE);

  if (channel->theirs == 0)
    return master;
  return find_context (channel, channel->theirs, FALSE);
}

gboolean
engine_channel_is_private (EngineChannel *channel)
{
  ConnContext *context = engine_channel_context (channel);

  return context != NULL && context->msgstate == OTRL_MSGSTATE_ENCRYPTED
         && context->context_priv->their_keyid != 0;
}

gboolean
engine_channel_is_finished (EngineChannel *channel)
{
  ConnContext *context = engine_channel_context (channel);

  return context != NULL && context->msgstate == OTRL_MSGSTATE_FINISHED;
}

OtrlAuthState
engine_channel_auth_state (EngineChannel *channel)
{
  ConnContext *context = engine_channel_context (channel);

  if (context == NULL)
    context = find_context (channel, OTRL_INSTAG_MASTER, TRUE);
  return context->auth.authstate;
}

const guint8 *
engine_channel_hashed_gx (EngineChannel *channel)
{
  return find_context (channel, OTRL_INSTAG_MASTER, TRUE)->auth.hashgx;
}

const char *
engine_channel_commit_line (EngineChannel *channel)
{
  return find_context (channel, OTRL_INSTAG_MASTER, TRUE)->auth.lastauthmsg;
}

guint32
engine_channel_epoch (EngineChannel *channel)
{
  return engine_channel_context (channel)->context_priv->our_keyid - 1;
}

static void
lend (EngineChannel *channel, EngineKey *key)
{
  channel->otr->privkey_root = key != NULL ? engine_key_lend (key) : NULL;
}

/* Takes the key back, and the texts that libotr would keep to resend to whoever answers next. */
static void
settle (EngineChannel *channel)
{
  channel->otr->privkey_root = NULL;
  for (ConnContext *context = channel->otr->context_root; context != NULL; context = context->next)
    {
      gcry_free (context->context_priv->lastmessage);
      context->context_priv->lastmessage = NULL;
      context->context_priv->may_retransmit = 0;
    }
}

static void
feed_text (EngineChannel *channel, EngineKey *key, const char *text, EngineCall *call)
{
  char *plain = NULL;
  OtrlTLV *tlvs = NULL;
  int ignore;

  lend (channel, key);
  ignore = otrl_message_receiving (channel->otr, &engine_call_ops, call, ENGINE_OTR_ACCOUNT,
                                   ENGINE_OTR_PROTOCOL, ENGINE_OTR_CONTACT, text, &plain, &tlvs,
                                   NULL, NULL, NULL);
  settle (channel);
  otrl_tlv_free (tlvs);
  if (plain == NULL)
    return;
  if (!ignore)
    call->text = g_strdup (plain);
  explicit_bzero (plain, strlen (plain));
  otrl_message_free (plain);
}

void
engine_channel_commit (EngineChannel *channel, EngineCall *call)
{
  feed_text (channel, NULL, channel->version == 2 ? "?OTRv2?" : "?OTRv3?", call);
}

static void
note_fingerprint (EngineChannel *channel)
{
  const unsigned char *bytes = engine_channel_context (channel)->active_fingerprint->fingerprint;

  for (guint i = 0; i < ENGINE_FINGERPRINT_LEN / 2; i++)
    g_snprintf (channel->fingerprint + 2 * i, 3, "%02X", bytes[i]);
}

/* While the master context awaits a D-H Key, libotr begins anew with each that comes, and leaks the
 * keys of the time before. */
static void
forget_commit (EngineChannel *channel)
{
  ConnContext *master = find_context (channel, OTRL_INSTAG_MASTER, TRUE);
  ConnContext *own = engine_channel_context (channel);

  if (own != NULL && own != master)
    otrl_auth_clear (&master->auth);
}

static void
close_cipher (gcry_cipher_hd_t *cipher)
{
  gcry_cipher_close (*cipher);
  *cipher = NULL;
}

static void
close_mac (gcry_md_hd_t *mac)
{
  gcry_md_close (*mac);
  *mac = NULL;
}

/* libotr opens these for each Reveal Signature that comes, and closes none that was in vain. */
static void
forget_failed_proof (EngineChannel *channel)
{
  ConnContext *own = engine_channel_context (channel);

  if (own == NULL || own->auth.authstate != OTRL_AUTHSTATE_AWAITING_REVEALSIG)
    return;
  close_cipher (&own->auth.enc_c);
  close_cipher (&own->auth.enc_cp);
  close_mac (&own->auth.mac_m1);
  close_mac (&own->auth.mac_m1p);
  close_mac (&own->auth.mac_m2);
  close_mac (&own->auth.mac_m2p);
}

void
engine_channel_feed (EngineChannel *channel,
                     EngineKey *key,
                     const EngineLine *line,
                     EngineCall *call)
{
  if (line->type == ENGINE_LINE_REVEAL_SIGNATURE)
    forget_failed_proof (channel);
  feed_text (channel, key, line->text, call);
  if (line->type == ENGINE_LINE_DH_KEY)
    forget_commit (channel);
  if (engine_channel_is_private (channel) && call->went_private)
    note_fingerprint (channel);
}

void
engine_channel_send (EngineChannel *channel, const char *text, EngineCall *call)
{
  char *line = NULL;
  gcry_error_t code;

  call->outgoing = text;
  code = otrl_message_sending (channel->otr, &engine_call_ops, call, ENGINE_OTR_ACCOUNT,
                               ENGINE_OTR_PROTOCOL, ENGINE_OTR_CONTACT, channel->theirs, " ", NULL,
                               &line, OTRL_FRAGMENT_SEND_SKIP, NULL, NULL, NULL);
  call->outgoing = NULL;
  settle (channel);
  if (code != 0 || line == NULL || !g_str_has_prefix (line, "?OTR:"))
    call->failed = TRUE;
  else
    g_ptr_array_add (call->lines, g_strdup (line));
  otrl_message_free (line);
}

void
engine_channel_disconnect (EngineChannel *channel, EngineCall *call)
{
  otrl_message_disconnect (channel->otr, &engine_call_ops, call, ENGINE_OTR_ACCOUNT,
                           ENGINE_OTR_PROTOCOL, ENGINE_OTR_CONTACT, channel->theirs);
  settle (channel);
}

void
engine_channel_start_smp (
    EngineChannel *channel, EngineKey *key, Secret *secret, const char *question, EngineCall *call)
{
  ConnContext *context = engine_channel_context (channel);
  gsize length;
  const guint8 *bytes = secret_get (secret, &length);

  lend (channel, key);
  if (question != NULL)
    otrl_message_initiate_smp_q (channel->otr, &engine_call_ops, call, context, question, bytes,
                                 length);
  else
    otrl_message_initiate_smp (channel->otr, &engine_call_ops, call, context, bytes, length);
  settle (channel);
}

void
engine_channel_answer_smp (EngineChannel *channel, EngineKey *key, Secret *secret, EngineCall *call)
{
  gsize length;
  const guint8 *bytes = secret_get (secret, &length);

  lend (channel, key);
  otrl_message_respond_smp (channel->otr, &engine_call_ops, call, engine_channel_context (channel),
                            bytes, length);
  settle (channel);
}

void
engine_channel_abort_smp (EngineChannel *channel, EngineCall *call)
{
  otrl_message_abort_smp (channel->otr, &engine_call_ops, call, engine_channel_context (channel));
  settle (channel);
}

Secret *
engine_channel_export_key (EngineChannel *channel, guint32 use, GBytes *use_data, EngineCall *call)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (use_data, &length);
  guint8 key[OTRL_EXTRAKEY_BYTES];
  Secret *secret = NULL;
  gcry_error_t code =
      otrl_message_symkey (channel->otr, &engine_call_ops, call, engine_channel_context (channel),
                           use, bytes, length, key);

  settle (channel);
  if (code == 0)
    secret = secret_new (key, sizeof key);
  explicit_bzero (key, sizeof key);
  return secret;
}

/* The session keys a Data Message names, if they are here. */
static DH_sesskeys *
find_keys (EngineChannel *channel, const EngineLine *line)
{
  ConnContext *context = engine_channel_context (channel);
  ConnContextPriv *keys;

  if (line->version != channel->version || !engine_channel_is_private (channel))
    return NULL;
  keys = context->context_priv;
  if (line->sender_keyid == 0 || line->receiver_keyid == 0
      || keys->our_keyid - line->receiver_keyid > 1 || keys->their_keyid - line->sender_keyid > 1)
    return NULL;
  if (line->sender_keyid != keys->their_keyid && keys->their_old_y == NULL)
    return NULL;
  return &keys->sesskeys[keys->our_keyid - line->receiver_keyid]
                        [keys->their_keyid - line->sender_keyid];
}

gboolean
engine_channel_owns (EngineChannel *channel, const EngineLine *line)
{
  DH_sesskeys *keys = find_keys (channel, line);
  const guint8 *mac;
  guint8 differs = 0;

  if (keys == NULL || keys->rcvmac == NULL)
    return FALSE;
  gcry_md_reset (keys->rcvmac);
  gcry_md_write (keys->rcvmac, line->body, line->mac_offset);
  mac = gcry_md_read (keys->rcvmac, GCRY_MD_SHA1);
  for (guint i = 0; i < MAC_LEN; i++)
    differs |= mac[i] ^ line->body[line->mac_offset + i];
  gcry_md_reset (keys->rcvmac);
  return differs == 0;
}

gboolean
engine_channel_would_ratchet (EngineChannel *channel, const EngineLine *line)
{
  ConnContext *context = engine_channel_context (channel);

  return find_keys (channel, line) != NULL
         && (line->receiver_keyid == context->context_priv->our_keyid
             || line->sender_keyid == context->context_priv->their_keyid);
}

static EngineWindow *
find_window (EngineChannel *channel, const EngineLine *line)
{
  EngineWindow *window;

  for (guint i = 0; i < ENGINE_CHANNEL_WINDOWS; i++)
    if (channel->windows[i].our_keyid == line->receiver_keyid
        && channel->windows[i].their_keyid == line->sender_keyid)
      return &channel->windows[i];

  window = &channel->windows[channel->next_window];
  channel->next_window = (channel->next_window + 1) % ENGINE_CHANNEL_WINDOWS;
  memset (window, 0, sizeof *window);
  window->our_keyid = line->receiver_keyid;
  window->their_keyid = line->sender_keyid;
  return window;
}

/* Marks @counter as read.  FALSE: it was before, or is too old to tell. */
static gboolean
mark_read (EngineWindow *window, guint64 counter)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (counter % 64);
  guint64 *word = &window->seen[counter % ENGINE_WINDOW_BITS / 64];

  if (counter + ENGINE_WINDOW_BITS <= window->highest)
    return FALSE;
  if (counter > window->highest)
    {
      guint64 gap = counter - window->highest;

      for (guint64 i = 1; i <= MIN (gap, ENGINE_WINDOW_BITS); i++)
        window->seen[(window->highest + i) % ENGINE_WINDOW_BITS / 64] &=
            ~(G_GUINT64_CONSTANT (1) << ((window->highest + i) % 64));
      window->highest = counter;
    }
  if (*word & bit)
    return FALSE;
  *word |= bit;
  return TRUE;
}

static guint64
read_counter (const guint8 bytes[8])
{
  guint64 counter;

  memcpy (&counter, bytes, sizeof counter);
  return GUINT64_FROM_BE (counter);
}

/* A line that turns the direction renews the keys of both ends, first ours.  libotr then computes
 * the session key of our new key and the contact's last but one, a fifth of the whole cost, and
 * drops it in its next step.  Without the old key in sight it does not.
 * The old key, if it was hidden. */
static gcry_mpi_t
hide_old_key (EngineChannel *channel, const EngineLine *line)
{
  ConnContextPriv *keys = engine_channel_context (channel)->context_priv;

  if (line->receiver_keyid != keys->our_keyid || line->sender_keyid != keys->their_keyid)
    return NULL;
  return g_steal_pointer (&keys->their_old_y);
}

/* Takes the old key. */
static void
show_old_key (EngineChannel *channel, const EngineLine *line, gcry_mpi_t old)
{
  ConnContextPriv *keys = engine_channel_context (channel)->context_priv;

  if (old != NULL && keys->their_keyid == line->sender_keyid)
    keys->their_old_y = old;
  else
    gcry_mpi_release (old);
}

gboolean
engine_channel_read (EngineChannel *channel,
                     EngineKey *key,
                     const EngineLine *line,
                     EngineCall *call)
{
  DH_sesskeys *keys = find_keys (channel, line);
  guint64 counter = read_counter (line->counter);
  guint64 before = read_counter (keys->rcvctr);
  gboolean late = counter <= before;
  guint64 lowered;
  gcry_mpi_t old;

  if (counter == 0 || !mark_read (find_window (channel, line), counter))
    return FALSE;
  if (late)
    {
      /* libotr would refuse a line that another one has overtaken. */
      lowered = GUINT64_TO_BE (counter - 1);
      memcpy (keys->rcvctr, &lowered, sizeof lowered);
    }
  old = hide_old_key (channel, line);
  feed_text (channel, key, line->text, call);
  show_old_key (channel, line, old);
  if (late && find_keys (channel, line) == keys)
    {
      lowered = GUINT64_TO_BE (before);
      memcpy (keys->rcvctr, &lowered, sizeof lowered);
    }
  return TRUE;
}
