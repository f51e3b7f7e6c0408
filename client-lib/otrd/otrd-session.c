// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* A session as the application sees it: its properties, its turns, and its
 * place among the objects of the client. */

#include "otrd-session.h"

#include "otrd-enum-types.h"
#include "session-private.h"

typedef enum
{
  PROP_PATH = 1,
  PROP_ACCOUNT,
  PROP_CONTACT,
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
  PROP_ATTACHED,
  N_PROPS,
} Prop;

static GParamSpec *props[N_PROPS];
static guint turn_signal;

static const OtrdMirrorName mirror_names[] = {
  { "Account", "account" },
  { "Contact", "contact" },
  { "Policy", "policy" },
  { "State", "state" },
  { "Trust", "trust" },
  { "Blocked", "blocked" },
  { "Fingerprint", "fingerprint" },
  { "OtrVersion", "otr-version" },
  { "SessionId", "session-id" },
  { "Instances", "instances" },
  { "Instance", "instance" },
  { "Verification", "verification" },
  { "Held", "held" },
  { "Messengers", "messengers" },
  { NULL, NULL },
};

G_DEFINE_FINAL_TYPE (OtrdSession, otrd_session, G_TYPE_OBJECT)

/* ---- Turns ---- */

void
otrd_session_tell (OtrdSession *self, OtrdTurn *turn)
{
  g_signal_emit (self, turn_signal, 0, turn);
}

static void
stash (OtrdSession *self, OtrdTurn *turn)
{
  if (self->earlier != NULL)
    otrd_turn_prepend (turn, self->earlier);
  g_clear_pointer (&self->earlier, otrd_turn_unref);
  self->earlier = turn;
}

static void
prepend_earlier (OtrdSession *self, OtrdTurn *turn)
{
  if (self->earlier == NULL)
    return;
  otrd_turn_prepend (turn, self->earlier);
  g_clear_pointer (&self->earlier, otrd_turn_unref);
}

OtrdTurn *
otrd_session_pass_turn (OtrdSession *self, OtrdCall *call, OtrdTurn *turn)
{
  otrd_texts_observe (&self->texts, turn);
  if (call->held_back)
    stash (self, otrd_turn_take_content (turn));
  else
    prepend_earlier (self, turn);
  return turn;
}

/* While another call is waited for, and where nobody listens, the lines go with
 * the next turn of a call. */
void
otrd_session_emit_turn (OtrdSession *self, OtrdCall *call, OtrdTurn *turn)
{
  otrd_texts_observe (&self->texts, turn);
  if ((call != NULL && call->held_back)
      || !g_signal_has_handler_pending (self, turn_signal, 0, FALSE))
    {
      stash (self, turn);
      return;
    }
  prepend_earlier (self, turn);
  if (!otrd_turn_is_empty (turn))
    otrd_session_tell (self, turn);
  otrd_turn_unref (turn);
}

static void
tell_earlier (gpointer user_data)
{
  OtrdSession *self = OTRD_SESSION (user_data);
  g_autoptr (OtrdTurn) turn = g_steal_pointer (&self->earlier);

  if (turn != NULL)
    otrd_session_emit_turn (self, NULL, g_steal_pointer (&turn));
}

void
otrd_session_flush_earlier (OtrdSession *self)
{
  if (self->earlier != NULL)
    otrd_wire_later (otrd_client_get_wire (self->client), tell_earlier, g_object_ref (self),
                     g_object_unref);
}

/* ---- Properties ---- */

static void
note_state (OtrdSession *self, OtrdState state)
{
  if (state != self->last_state && (state == OTRD_STATE_PRIVATE || state == OTRD_STATE_FINISHED))
    self->latched = TRUE;
  self->last_state = state;
}

void
otrd_session_apply (OtrdSession *self, GVariant *properties)
{
  g_autoptr (GVariant) messengers =
      g_variant_lookup_value (properties, "Messengers", G_VARIANT_TYPE_STRING_ARRAY);

  if (messengers != NULL)
    {
      g_strfreev (self->messengers);
      self->messengers = g_variant_dup_strv (messengers, NULL);
    }
  otrd_mirror_apply (self->mirror, properties);
  note_state (self, otrd_session_get_state (self));
}

const char *
otrd_session_get_path (OtrdSession *self)
{
  return self->path;
}

const char *
otrd_session_get_account (OtrdSession *self)
{
  return otrd_mirror_get_string (self->mirror, "Account");
}

const char *
otrd_session_get_contact (OtrdSession *self)
{
  return otrd_mirror_get_string (self->mirror, "Contact");
}

OtrdPolicy
otrd_session_get_policy (OtrdSession *self)
{
  const char *word = otrd_mirror_get_string (self->mirror, "Policy");

  return *word == '\0' ? OTRD_POLICY_UNKNOWN : otrd_policy_from_string (word);
}

OtrdState
otrd_session_get_state (OtrdSession *self)
{
  return otrd_state_from_string (otrd_mirror_get_string (self->mirror, "State"));
}

OtrdTrust
otrd_session_get_trust (OtrdSession *self)
{
  return otrd_trust_from_string (otrd_mirror_get_string (self->mirror, "Trust"));
}

OtrdBlocked
otrd_session_get_blocked (OtrdSession *self)
{
  return otrd_blocked_from_string (otrd_mirror_get_string (self->mirror, "Blocked"));
}

const char *
otrd_session_get_fingerprint (OtrdSession *self)
{
  return otrd_mirror_get_string (self->mirror, "Fingerprint");
}

guint
otrd_session_get_otr_version (OtrdSession *self)
{
  return otrd_mirror_get_uint (self->mirror, "OtrVersion");
}

gboolean
otrd_session_get_session_id (OtrdSession *self, const char **ours, const char **theirs)
{
  GVariant *halves = otrd_mirror_get (self->mirror, "SessionId", "(ss)");
  const char *first = "", *second = "";

  if (halves != NULL)
    g_variant_get (halves, "(&s&s)", &first, &second);
  if (ours != NULL)
    *ours = first;
  if (theirs != NULL)
    *theirs = second;
  return *first != '\0' || *second != '\0';
}

GVariant *
otrd_session_get_instances (OtrdSession *self)
{
  return otrd_mirror_get (self->mirror, "Instances", "a(ua{sv})");
}

guint
otrd_session_get_instance (OtrdSession *self)
{
  return otrd_mirror_get_uint (self->mirror, "Instance");
}

OtrdVerification
otrd_session_get_verification (OtrdSession *self)
{
  return otrd_verification_from_string (otrd_mirror_get_string (self->mirror, "Verification"));
}

guint
otrd_session_get_held (OtrdSession *self)
{
  return otrd_mirror_get_uint (self->mirror, "Held");
}

const char *const *
otrd_session_get_messengers (OtrdSession *self)
{
  return (const char *const *)self->messengers;
}

gboolean
otrd_session_get_attached (OtrdSession *self)
{
  return self->attached;
}

static void
otrd_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OtrdSession *self = OTRD_SESSION (object);

  switch ((Prop)id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_ACCOUNT:
      g_value_set_string (value, otrd_session_get_account (self));
      break;
    case PROP_CONTACT:
      g_value_set_string (value, otrd_session_get_contact (self));
      break;
    case PROP_POLICY:
      g_value_set_enum (value, otrd_session_get_policy (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, otrd_session_get_state (self));
      break;
    case PROP_TRUST:
      g_value_set_enum (value, otrd_session_get_trust (self));
      break;
    case PROP_BLOCKED:
      g_value_set_enum (value, otrd_session_get_blocked (self));
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, otrd_session_get_fingerprint (self));
      break;
    case PROP_OTR_VERSION:
      g_value_set_uint (value, otrd_session_get_otr_version (self));
      break;
    case PROP_SESSION_ID:
      g_value_set_variant (value, otrd_mirror_get (self->mirror, "SessionId", "(ss)"));
      break;
    case PROP_INSTANCES:
      g_value_set_variant (value, otrd_session_get_instances (self));
      break;
    case PROP_INSTANCE:
      g_value_set_uint (value, otrd_session_get_instance (self));
      break;
    case PROP_VERIFICATION:
      g_value_set_enum (value, otrd_session_get_verification (self));
      break;
    case PROP_HELD:
      g_value_set_uint (value, otrd_session_get_held (self));
      break;
    case PROP_MESSENGERS:
      g_value_set_boxed (value, otrd_session_get_messengers (self));
      break;
    case PROP_ATTACHED:
      g_value_set_boolean (value, self->attached);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* ---- The object ---- */

OtrdSession *
otrd_session_get (OtrdClient *client, const char *path, GVariant *properties)
{
  OtrdSession *self = otrd_client_find (client, path);

  if (self != NULL)
    g_object_ref (self);
  else
    {
      self = g_object_new (OTRD_TYPE_SESSION, NULL);
      self->client = g_object_ref (client);
      self->path = g_strdup (path);
      otrd_client_remember (client, path, self);
    }
  otrd_session_apply (self, properties);
  return self;
}

static void
sign_off (OtrdSession *self)
{
  OtrdWire *wire = otrd_client_get_wire (self->client);
  g_autoptr (OtrdCall) call = NULL;

  if (!self->attached || otrd_session_must_open (self) || !otrd_wire_is_present (wire))
    return;
  call = otrd_call_new (NULL, wire, self->path, OTRD_SESSION_INTERFACE, "Detach",
                        g_variant_new ("(@a{sv})", otrd_options (NULL)), OTRD_CALL_PLAIN);
  otrd_wire_post (wire, call);
}

static void
otrd_session_finalize (GObject *object)
{
  OtrdSession *self = OTRD_SESSION (object);

  if (self->client != NULL)
    {
      sign_off (self);
      otrd_client_let_go (self->client, self->path, self);
    }
  g_queue_clear_full (&self->waiting, (GDestroyNotify)otrd_call_unref);
  g_queue_clear_full (&self->texts, (GDestroyNotify)otrd_text_free);
  g_clear_pointer (&self->earlier, otrd_turn_unref);
  g_clear_pointer (&self->options, g_variant_unref);
  g_clear_pointer (&self->messengers, g_strfreev);
  g_clear_object (&self->client);
  otrd_mirror_free (self->mirror);
  g_free (self->protocol);
  g_free (self->account);
  g_free (self->contact);
  g_free (self->path);
  G_OBJECT_CLASS (otrd_session_parent_class)->finalize (object);
}

#define SHOWN (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
install_words (void)
{
  /**
   * OtrdSession:path:
   *
   * The object path.
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, "", SHOWN);
  /**
   * OtrdSession:account:
   *
   * The object path of its account.
   */
  props[PROP_ACCOUNT] = g_param_spec_string ("account", NULL, NULL, "", SHOWN);
  /**
   * OtrdSession:contact:
   *
   * The contact's canonical address.
   */
  props[PROP_CONTACT] = g_param_spec_string ("contact", NULL, NULL, "", SHOWN);
  /**
   * OtrdSession:fingerprint:
   *
   * The contact's fingerprint in the private state.
   */
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, "", SHOWN);
  /**
   * OtrdSession:session-id:
   *
   * The secure session id, `(ss)`.
   */
  props[PROP_SESSION_ID] =
      g_param_spec_variant ("session-id", NULL, NULL, G_VARIANT_TYPE ("(ss)"), NULL, SHOWN);
  /**
   * OtrdSession:instances:
   *
   * The contact's clients, `a(ua{sv})`.
   */
  props[PROP_INSTANCES] =
      g_param_spec_variant ("instances", NULL, NULL, G_VARIANT_TYPE ("a(ua{sv})"), NULL, SHOWN);
  /**
   * OtrdSession:messengers:
   *
   * Application ids of the attached messengers.
   */
  props[PROP_MESSENGERS] = g_param_spec_boxed ("messengers", NULL, NULL, G_TYPE_STRV, SHOWN);
  /**
   * OtrdSession:attached:
   *
   * Whether this client is served by the session.
   */
  props[PROP_ATTACHED] = g_param_spec_boolean ("attached", NULL, NULL, FALSE, SHOWN);
}

static void
install_states (void)
{
  /**
   * OtrdSession:policy:
   *
   * The effective policy.
   */
  props[PROP_POLICY] =
      g_param_spec_enum ("policy", NULL, NULL, otrd_policy_get_type (), OTRD_POLICY_UNKNOWN, SHOWN);
  /**
   * OtrdSession:state:
   *
   * The state.
   */
  props[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL, otrd_state_get_type (), OTRD_STATE_UNKNOWN, SHOWN);
  /**
   * OtrdSession:trust:
   *
   * The trust of the fingerprint in use.
   */
  props[PROP_TRUST] =
      g_param_spec_enum ("trust", NULL, NULL, otrd_trust_get_type (), OTRD_TRUST_UNKNOWN, SHOWN);
  /**
   * OtrdSession:blocked:
   *
   * Why a text would not be sent now.
   */
  props[PROP_BLOCKED] =
      g_param_spec_enum ("blocked", NULL, NULL, otrd_blocked_get_type (), OTRD_BLOCKED_NO, SHOWN);
  /**
   * OtrdSession:verification:
   *
   * The verification under way.
   */
  props[PROP_VERIFICATION] = g_param_spec_enum (
      "verification", NULL, NULL, otrd_verification_get_type (), OTRD_VERIFICATION_UNKNOWN, SHOWN);
  /**
   * OtrdSession:otr-version:
   *
   * The version of OTR in the private state.
   */
  props[PROP_OTR_VERSION] = g_param_spec_uint ("otr-version", NULL, NULL, 0, G_MAXUINT, 0, SHOWN);
  /**
   * OtrdSession:instance:
   *
   * The chosen instance; 0: the best.
   */
  props[PROP_INSTANCE] = g_param_spec_uint ("instance", NULL, NULL, 0, G_MAXUINT, 0, SHOWN);
  /**
   * OtrdSession:held:
   *
   * How many texts wait to go.
   */
  props[PROP_HELD] = g_param_spec_uint ("held", NULL, NULL, 0, G_MAXUINT, 0, SHOWN);
}

static void
otrd_session_class_init (OtrdSessionClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = otrd_session_get_property;
  object_class->finalize = otrd_session_finalize;
  install_words ();
  install_states ();
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * OtrdSession::turn:
   * @self: the session
   * @turn: what came of it
   *
   * Something was owed to this client: transmit the lines of the turn, in
   * order, and show its events. Where nobody listens they wait for the turn of
   * the next call.
   */
  turn_signal = g_signal_new ("turn", OTRD_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, OTRD_TYPE_TURN);
}

static void
otrd_session_init (OtrdSession *self)
{
  self->mirror = otrd_mirror_new (G_OBJECT (self), mirror_names);
  self->messengers = g_new0 (char *, 1);
  g_queue_init (&self->waiting);
  g_queue_init (&self->texts);
}
