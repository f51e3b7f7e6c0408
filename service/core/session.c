/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session as an object: its parts, its properties, and who hears when they
 * change.
 */

#include "core/session-private.h"

#include <string.h>

#include "core/account-private.h"

G_DEFINE_FINAL_TYPE (CoreSession, core_session, G_TYPE_OBJECT)

enum
{
  PROP_CONTACT = 1,
  PROP_POLICY,
  PROP_STATE,
  PROP_TRUST,
  PROP_BLOCKED,
  PROP_FINGERPRINT,
  PROP_OTR_VERSION,
  PROP_SESSION_ID,
  PROP_INSTANCES,
  PROP_INSTANCE,
  PROP_VERIFICATION,
  PROP_HELD,
  PROP_MESSENGERS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
core_session_init (CoreSession *session)
{
  g_queue_init (&session->calls);
  session->unasked = g_ptr_array_new_with_free_func (g_free);
  session->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify)core_attachment_free);
  session->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify)core_waiting_line_free);
  session->held = core_held_new ();
  session->owed = core_owed_new ();
  session->answers = core_answers_new ();
  session->repeats = core_repeats_new ();
  session->assembler = engine_assembler_new ();
  session->split_lines = core_split_lines_new ();
}

static void
core_session_finalize (GObject *object)
{
  CoreSession *session = CORE_SESSION (object);

  core_clock_cancel (session->clock, &session->timer);
  g_clear_pointer (&session->engine, engine_session_free);
  g_clear_pointer (&session->view, engine_view_unref);
  g_clear_pointer (&session->known, engine_known_keys_unref);
  core_held_free (session->held);
  core_owed_free (session->owed);
  core_answers_free (session->answers);
  core_repeats_free (session->repeats);
  engine_assembler_free (session->assembler);
  core_split_lines_free (session->split_lines);
  g_ptr_array_unref (session->attachments);
  g_ptr_array_unref (session->unasked);
  g_ptr_array_unref (session->waiting);
  g_free (session->contact);
  g_free (session->verified_by);
  g_free (session->shown_policy);
  g_object_unref (session->account);
  G_OBJECT_CLASS (core_session_parent_class)->finalize (object);
}

static void
core_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoreSession *session = CORE_SESSION (object);

  switch (id)
    {
    case PROP_CONTACT:
      g_value_set_string (value, session->contact);
      break;
    case PROP_POLICY:
      g_value_set_string (value, core_session_get_policy (session));
      break;
    case PROP_STATE:
      g_value_set_string (value, core_session_get_state (session));
      break;
    case PROP_TRUST:
      g_value_set_string (value, core_session_get_trust (session));
      break;
    case PROP_BLOCKED:
      g_value_set_string (value, core_session_get_blocked (session));
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, core_session_get_fingerprint (session));
      break;
    case PROP_OTR_VERSION:
      g_value_set_uint (value, core_session_get_otr_version (session));
      break;
    case PROP_SESSION_ID:
      g_value_take_variant (value, core_session_dup_session_id (session));
      break;
    case PROP_INSTANCES:
      g_value_take_variant (value, core_session_dup_instances (session));
      break;
    case PROP_INSTANCE:
      g_value_set_uint (value, core_session_get_instance (session));
      break;
    case PROP_VERIFICATION:
      g_value_set_string (value, core_session_get_verification (session));
      break;
    case PROP_HELD:
      g_value_set_uint (value, core_session_get_held (session));
      break;
    case PROP_MESSENGERS:
      g_value_take_boxed (value, core_session_dup_messengers (session));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
install_string (guint id, const char *name)
{
  properties[id] = g_param_spec_string (
      name, NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_uint (guint id, const char *name)
{
  properties[id] =
      g_param_spec_uint (name, NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_variant (guint id, const char *name, const char *type)
{
  properties[id] =
      g_param_spec_variant (name, NULL, NULL, G_VARIANT_TYPE (type), NULL,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
core_session_class_init (CoreSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = core_session_finalize;
  object_class->get_property = core_session_get_property;
  install_string (PROP_CONTACT, "contact");
  install_string (PROP_POLICY, "policy");
  install_string (PROP_STATE, "state");
  install_string (PROP_TRUST, "trust");
  install_string (PROP_BLOCKED, "blocked");
  install_string (PROP_FINGERPRINT, "fingerprint");
  install_uint (PROP_OTR_VERSION, "otr-version");
  install_variant (PROP_SESSION_ID, "session-id", "(ss)");
  install_variant (PROP_INSTANCES, "instances", "a(ua{sv})");
  install_uint (PROP_INSTANCE, "instance");
  install_string (PROP_VERIFICATION, "verification");
  install_uint (PROP_HELD, "held");
  properties[PROP_MESSENGERS] =
      g_param_spec_boxed ("messengers", NULL, NULL, G_TYPE_STRV,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static gboolean
is_latched (CoreAccount *account, const char *contact)
{
  g_autoptr (VaultLatch) latch =
      vault_lookup_latch (account->vault, account->protocol, account->name, contact);

  return latch != NULL && latch->since != 0;
}

CoreSession *
core_session_new (CoreAccount *account,
                  CoreClock *clock,
                  CoreWorkers *workers,
                  const char *contact,
                  gboolean occupant)
{
  CoreSession *session = g_object_new (CORE_TYPE_SESSION, NULL);
  EngineContext context = { .now = core_clock_get_now (clock) };

  session->account = g_object_ref (account);
  session->clock = clock;
  session->workers = workers;
  session->contact = g_strdup (contact);
  session->occupant = occupant;
  session->restored = is_latched (account, contact);
  session->engine = engine_session_new (account->instance_tag, session->restored);
  core_session_load_unasked (session);
  core_session_reload_known (session);
  context.known = session->known;
  session->view = engine_session_get_view (session->engine, &context);
  session->shown_policy = g_strdup (core_session_get_policy (session));
  return session;
}

void
core_session_reload_known (CoreSession *session)
{
  /* What was known stays in use when the vault is locked: a private conversation goes on. */
  if (session->known != NULL && !vault_is_open (session->account->vault))
    return;
  g_clear_pointer (&session->known, engine_known_keys_unref);
  session->known = session->occupant ? engine_known_keys_new ()
                                     : core_account_make_known (session->account, session->contact,
                                                                &session->seen_v3);
}

void
core_session_refresh_known (CoreSession *session)
{
  if (!session->known_is_old)
    return;
  session->known_is_old = FALSE;
  core_session_reload_known (session);
}

static void
notify (CoreSession *session, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (session), properties[property]);
}

static gboolean
is_same_instance (const EngineInstanceView *one, const EngineInstanceView *other)
{
  return one->tag == other->tag && one->state == other->state && one->trust == other->trust
         && one->version == other->version && strcmp (one->fingerprint, other->fingerprint) == 0
         && g_strcmp0 (one->address, other->address) == 0;
}

/* When an instance was last seen changes with every line, and is not worth a signal each time. */
static gboolean
are_same_instances (const EngineView *one, const EngineView *other)
{
  if (one->instances->len != other->instances->len)
    return FALSE;
  for (guint i = 0; i < one->instances->len; i++)
    if (!is_same_instance (g_ptr_array_index (one->instances, i),
                           g_ptr_array_index (other->instances, i)))
      return FALSE;
  return TRUE;
}

static void
notify_differences (CoreSession *session, const EngineView *old, const EngineView *new)
{
  if (old->state != new->state)
    notify (session, PROP_STATE);
  if (old->state != new->state || old->trust != new->trust
      || strcmp (old->fingerprint, new->fingerprint) != 0)
    notify (session, PROP_TRUST);
  if (old->blocked != new->blocked || old->state != new->state)
    notify (session, PROP_BLOCKED);
  if (strcmp (old->fingerprint, new->fingerprint) != 0)
    notify (session, PROP_FINGERPRINT);
  if (old->version != new->version)
    notify (session, PROP_OTR_VERSION);
  if (memcmp (old->session_id, new->session_id, sizeof old->session_id) != 0)
    notify (session, PROP_SESSION_ID);
  if (!are_same_instances (old, new))
    notify (session, PROP_INSTANCES);
  if (old->selected != new->selected)
    notify (session, PROP_INSTANCE);
  if (old->verification != new->verification)
    notify (session, PROP_VERIFICATION);
}

void
core_session_take_view (CoreSession *session, EngineView *view)
{
  g_autoptr (EngineView) old = session->view;

  session->view = engine_view_ref (view);
  if (view->state == ENGINE_STATE_PRIVATE)
    session->restored = FALSE;
  notify_differences (session, old, view);
}

void
core_session_count_held (CoreSession *session)
{
  guint length = core_held_get_length (session->held);

  if (length == session->held_length)
    return;
  session->held_length = length;
  notify (session, PROP_HELD);
}

void
core_session_policy_changed (CoreSession *session)
{
  const char *policy = core_session_get_policy (session);

  notify (session, PROP_BLOCKED);
  if (strcmp (policy, session->shown_policy) == 0)
    return;
  g_free (session->shown_policy);
  session->shown_policy = g_strdup (policy);
  notify (session, PROP_POLICY);
}

void
core_session_trust_changed (CoreSession *session)
{
  core_session_reload_known (session);
  notify (session, PROP_TRUST);
  notify (session, PROP_INSTANCES);
}

gboolean
core_session_uses_fingerprint (CoreSession *session, const char *fingerprint)
{
  if (strcmp (session->view->fingerprint, fingerprint) == 0)
    return TRUE;
  for (guint i = 0; i < session->view->instances->len; i++)
    {
      const EngineInstanceView *instance = g_ptr_array_index (session->view->instances, i);

      if (strcmp (instance->fingerprint, fingerprint) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
core_session_is_idle (CoreSession *session)
{
  return session->running == NULL && session->calls.length == 0 && session->attachments->len == 0
         && session->view->state == ENGINE_STATE_PLAINTEXT && !session->view->latched
         && session->held_length == 0 && !core_owed_is_for_somebody (session->owed)
         && session->waiting->len == 0;
}

void
core_session_abandon (CoreSession *session)
{
  CoreCall *call;

  core_clock_cancel (session->clock, &session->timer);
  while ((call = g_queue_pop_head (&session->calls)) != NULL)
    {
      core_call_fail (call, OTRD_ERROR_NOT_FOUND, "The account of this session was removed");
      if (call->reply != NULL)
        call->reply (session, NULL, NULL, call->error, call->user_data);
      core_call_free (call);
    }
  while (session->attachments->len > 0)
    {
      CoreAttachment *attachment = g_ptr_array_index (session->attachments, 0);

      core_session_remove_messenger (session, attachment->messenger);
    }
}
