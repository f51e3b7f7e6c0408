/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The call: every callback of libotr answered by noting it down.
 *
 * None of them blocks, asks anybody or calls libotr again.
 */
#include "engine/call.h"

#include <string.h>

/* libotr appends our words to it; such lines are ours to make, with tags, and are dropped here. */
#define OTR_ERROR_MARK "?OTR Error:"

EngineCall *
engine_call_new (EngineChannel *channel)
{
  EngineCall *call = g_new0 (EngineCall, 1);

  call->channel = channel;
  call->lines = g_ptr_array_new_with_free_func (g_free);
  call->policy = channel->version == 2 ? OTRL_POLICY_ALLOW_V2 : OTRL_POLICY_ALLOW_V3;
  return call;
}

void
engine_call_free (EngineCall *call)
{
  g_ptr_array_unref (call->lines);
  if (call->text != NULL)
    explicit_bzero (call->text, strlen (call->text));
  g_free (call->text);
  g_free (call->question);
  g_clear_pointer (&call->symmetric_key, secret_unref);
  g_clear_pointer (&call->use_data, g_bytes_unref);
  g_free (call);
}

static OtrlPolicy
on_policy (void *opdata, ConnContext *context)
{
  EngineCall *call = opdata;

  return call->policy;
}

static void
on_create_privkey (void *opdata, const char *account, const char *protocol)
{
  EngineCall *call = opdata;

  call->failed = TRUE;
}

static int
on_is_logged_in (void *opdata, const char *account, const char *protocol, const char *recipient)
{
  return 1;
}

static void
on_inject_message (void *opdata,
                   const char *account,
                   const char *protocol,
                   const char *recipient,
                   const char *message)
{
  EngineCall *call = opdata;

  if (*message == '\0' || g_str_has_prefix (message, OTR_ERROR_MARK))
    return;
  g_ptr_array_add (call->lines, g_strdup (message));
}

static void
on_update_context_list (void *opdata)
{
}

static void
on_new_fingerprint (void *opdata,
                    OtrlUserState state,
                    const char *account,
                    const char *protocol,
                    const char *username,
                    unsigned char fingerprint[20])
{
}

static void
on_write_fingerprints (void *opdata)
{
}

/* Runs before libotr would resend a text of its own memory to whoever answered. */
static void
forget_last_message (ConnContext *context)
{
  gcry_free (context->context_priv->lastmessage);
  context->context_priv->lastmessage = NULL;
  context->context_priv->may_retransmit = 0;
}

static void
on_gone_secure (void *opdata, ConnContext *context)
{
  EngineCall *call = opdata;

  forget_last_message (context);
  call->went_private = TRUE;
}

static void
on_gone_insecure (void *opdata, ConnContext *context)
{
}

static void
on_still_secure (void *opdata, ConnContext *context, int is_reply)
{
  on_gone_secure (opdata, context);
}

static int
on_max_message_size (void *opdata, ConnContext *context)
{
  return 0;
}

static const char *
on_account_name (void *opdata, const char *account, const char *protocol)
{
  return ENGINE_OTR_ACCOUNT;
}

static void
on_account_name_free (void *opdata, const char *name)
{
}

static void
on_received_symkey (void *opdata,
                    ConnContext *context,
                    unsigned int use,
                    const unsigned char *use_data,
                    size_t length,
                    const unsigned char *key)
{
  EngineCall *call = opdata;

  if (call->symmetric_key != NULL)
    return;
  call->symmetric_key = secret_new (key, OTRL_EXTRAKEY_BYTES);
  call->use = use;
  call->use_data = g_bytes_new (use_data, length);
}

static const char *
on_otr_error_message (void *opdata, ConnContext *context, OtrlErrorCode code)
{
  return "";
}

static void
on_otr_error_message_free (void *opdata, const char *message)
{
}

static const char *
on_resent_prefix (void *opdata, ConnContext *context)
{
  return "[resent]";
}

static void
on_resent_prefix_free (void *opdata, const char *prefix)
{
}

static void
on_smp_event (
    void *opdata, OtrlSMPEvent event, ConnContext *context, unsigned short percent, char *question)
{
  EngineCall *call = opdata;

  call->has_smp = TRUE;
  call->smp = event;
  call->percent = percent;
  g_free (call->question);
  call->question = g_strdup (question);
}

static void
on_msg_event (void *opdata,
              OtrlMessageEvent event,
              ConnContext *context,
              const char *message,
              gcry_error_t code)
{
  EngineCall *call = opdata;

  switch (event)
    {
    case OTRL_MSGEVENT_MSG_REFLECTED:
      call->reflected = TRUE;
      return;
    case OTRL_MSGEVENT_LOG_HEARTBEAT_RCVD:
    case OTRL_MSGEVENT_LOG_HEARTBEAT_SENT:
      return;
    default:
      call->failed = TRUE;
    }
}

/* Lent tags are always there; libotr then makes none of its own. */
static void
on_create_instag (void *opdata, const char *account, const char *protocol)
{
  EngineCall *call = opdata;

  call->failed = TRUE;
}

/* The text takes this way because libotr throws away one that looks like a query. */
static void
on_convert (
    void *opdata, ConnContext *context, OtrlConvertType type, char **converted, const char *source)
{
  EngineCall *call = opdata;

  *converted =
      type == OTRL_CONVERT_SENDING && call->outgoing != NULL ? strdup (call->outgoing) : NULL;
}

static void
on_convert_free (void *opdata, ConnContext *context, char *converted)
{
  explicit_bzero (converted, strlen (converted));
  free (converted);
}

/* Core polls by the view's deadline. */
static void
on_timer_control (void *opdata, unsigned int interval)
{
}

const OtrlMessageAppOps engine_call_ops = {
  .policy = on_policy,
  .create_privkey = on_create_privkey,
  .is_logged_in = on_is_logged_in,
  .inject_message = on_inject_message,
  .update_context_list = on_update_context_list,
  .new_fingerprint = on_new_fingerprint,
  .write_fingerprints = on_write_fingerprints,
  .gone_secure = on_gone_secure,
  .gone_insecure = on_gone_insecure,
  .still_secure = on_still_secure,
  .max_message_size = on_max_message_size,
  .account_name = on_account_name,
  .account_name_free = on_account_name_free,
  .received_symkey = on_received_symkey,
  .otr_error_message = on_otr_error_message,
  .otr_error_message_free = on_otr_error_message_free,
  .resent_msg_prefix = on_resent_prefix,
  .resent_msg_prefix_free = on_resent_prefix_free,
  .handle_smp_event = on_smp_event,
  .handle_msg_event = on_msg_event,
  .create_instag = on_create_instag,
  .convert_msg = on_convert,
  .convert_free = on_convert_free,
  .timer_control = on_timer_control,
};
