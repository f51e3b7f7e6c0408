/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session seen from outside: everything is answered from the view of the last
 * finished call, whatever runs.
 */

#include "core/account-private.h"
#include "core/session-private.h"

CoreAccount *
core_session_get_account (CoreSession *session)
{
  return session->account;
}

const char *
core_session_get_contact (CoreSession *session)
{
  return session->contact;
}

const char *
core_session_get_policy (CoreSession *session)
{
  OtrdPolicy policy;

  if (!core_account_find_policy (session->account, session->contact, &policy))
    return session->shown_policy != NULL ? session->shown_policy : "opportunistic";
  return otrd_policy_to_string (policy);
}

const char *
core_session_get_state (CoreSession *session)
{
  return engine_state_to_string (session->view->state);
}

/* The user may have changed it since the last call. */
static EngineTrust
trust_now (CoreSession *session, EngineState state, const char *fingerprint)
{
  EngineTrust trust = engine_known_keys_trust (session->known, fingerprint);

  if (state != ENGINE_STATE_PRIVATE)
    return ENGINE_TRUST_NONE;
  /* A changed one is in use before it has a record. */
  return trust != ENGINE_TRUST_NONE ? trust : ENGINE_TRUST_UNVERIFIED;
}

const char *
core_session_get_trust (CoreSession *session)
{
  return engine_trust_to_string (
      trust_now (session, session->view->state, session->view->fingerprint));
}

const char *
core_session_get_blocked (CoreSession *session)
{
  OtrdPolicy policy;

  if (session->view->blocked != ENGINE_BLOCKED_NOT)
    return engine_blocked_to_string (session->view->blocked);
  if (session->view->state == ENGINE_STATE_PRIVATE
      || core_account_find_policy (session->account, session->contact, &policy))
    return "";
  return "locked";
}

const char *
core_session_get_fingerprint (CoreSession *session)
{
  return session->view->fingerprint;
}

guint
core_session_get_otr_version (CoreSession *session)
{
  return session->view->version;
}

GVariant *
core_session_dup_session_id (CoreSession *session)
{
  return g_variant_ref_sink (
      g_variant_new ("(ss)", session->view->session_id[0], session->view->session_id[1]));
}

static GVariant *
describe_instance (CoreSession *session, const EngineInstanceView *instance)
{
  gint64 age = (core_clock_get_now (session->clock) - instance->last_seen) / G_USEC_PER_SEC;
  EngineTrust trust = trust_now (session, instance->state, instance->fingerprint);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "state", "s", engine_state_to_string (instance->state));
  g_variant_dict_insert (&details, "trust", "s", engine_trust_to_string (trust));
  g_variant_dict_insert (&details, "fingerprint", "s", instance->fingerprint);
  g_variant_dict_insert (&details, "version", "u", instance->version);
  if (instance->address != NULL)
    g_variant_dict_insert (&details, "address", "s", instance->address);
  g_variant_dict_insert (&details, "last-seen", "t",
                         (guint64)MAX (core_clock_get_real_time (session->clock) - age, 0));
  return g_variant_new ("(u@a{sv})", instance->tag, g_variant_dict_end (&details));
}

GVariant *
core_session_dup_instances (CoreSession *session)
{
  GVariantBuilder instances;

  g_variant_builder_init (&instances, G_VARIANT_TYPE ("a(ua{sv})"));
  for (guint i = 0; i < session->view->instances->len; i++)
    g_variant_builder_add_value (
        &instances, describe_instance (session, g_ptr_array_index (session->view->instances, i)));
  return g_variant_ref_sink (g_variant_builder_end (&instances));
}

guint
core_session_get_instance (CoreSession *session)
{
  return session->view->selected;
}

const char *
core_session_get_verification (CoreSession *session)
{
  return engine_verification_to_string (session->view->verification);
}

guint
core_session_get_held (CoreSession *session)
{
  return session->held_length;
}

char **
core_session_dup_messengers (CoreSession *session)
{
  g_autoptr (GStrvBuilder) applications = g_strv_builder_new ();

  for (guint i = 0; i < session->attachments->len; i++)
    {
      const CoreAttachment *attachment = g_ptr_array_index (session->attachments, i);

      g_strv_builder_add (applications, core_messenger_get_application (attachment->messenger));
    }
  return g_strv_builder_end (applications);
}

GVariant *
core_session_dup_verification (CoreSession *session)
{
  const EngineView *view = session->view;
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  if (view->verification != ENGINE_VERIFICATION_IDLE)
    {
      g_variant_dict_insert (&details, "role", "s", view->asked_by_us ? "asking" : "answering");
      g_variant_dict_insert (&details, "percent", "u", view->percent);
      if (view->question != NULL)
        g_variant_dict_insert (&details, "question", "s", view->question);
    }
  if (view->result != NULL && *view->result != '\0')
    {
      g_variant_dict_insert (&details, "result", "s", view->result);
      g_variant_dict_insert (&details, "proves-contact", "b", view->proves_contact);
    }
  return g_variant_ref_sink (g_variant_dict_end (&details));
}
