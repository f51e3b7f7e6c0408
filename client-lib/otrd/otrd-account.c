// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* An account as the application sees it: its properties, and the calls about
 * its key, its contacts' fingerprints and its policies. */

#include "otrd-account.h"

#include "mirror.h"
#include "objects.h"
#include "otrd-enum-types.h"

struct _OtrdAccount
{
  GObject parent;

  OtrdClient *client;
  char *path;
  OtrdMirror *mirror;
};

typedef enum
{
  PROP_PATH = 1,
  PROP_PROTOCOL,
  PROP_NAME,
  PROP_FINGERPRINT,
  PROP_KEY_STATE,
  PROP_POLICY,
  N_PROPS,
} Prop;

enum
{
  SIGNAL_TRUST_CHANGED,
  SIGNAL_POLICY_CHANGED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static const OtrdMirrorName mirror_names[] = {
  { "Protocol", "protocol" },  { "Name", "name" },     { "Fingerprint", "fingerprint" },
  { "KeyState", "key-state" }, { "Policy", "policy" }, { NULL, NULL },
};

G_DEFINE_FINAL_TYPE (OtrdAccount, otrd_account, G_TYPE_OBJECT)

/* ---- Properties ---- */

const char *
otrd_account_get_path (OtrdAccount *self)
{
  return self->path;
}

const char *
otrd_account_get_protocol (OtrdAccount *self)
{
  return otrd_mirror_get_string (self->mirror, "Protocol");
}

const char *
otrd_account_get_name (OtrdAccount *self)
{
  return otrd_mirror_get_string (self->mirror, "Name");
}

const char *
otrd_account_get_fingerprint (OtrdAccount *self)
{
  return otrd_mirror_get_string (self->mirror, "Fingerprint");
}

OtrdKeyState
otrd_account_get_key_state (OtrdAccount *self)
{
  return otrd_key_state_from_string (otrd_mirror_get_string (self->mirror, "KeyState"));
}

OtrdPolicy
otrd_account_get_policy (OtrdAccount *self)
{
  return otrd_policy_from_string (otrd_mirror_get_string (self->mirror, "Policy"));
}

static void
otrd_account_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  OtrdAccount *self = OTRD_ACCOUNT (object);

  switch ((Prop)id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_PROTOCOL:
      g_value_set_string (value, otrd_account_get_protocol (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, otrd_account_get_name (self));
      break;
    case PROP_FINGERPRINT:
      g_value_set_string (value, otrd_account_get_fingerprint (self));
      break;
    case PROP_KEY_STATE:
      g_value_set_enum (value, otrd_account_get_key_state (self));
      break;
    case PROP_POLICY:
      g_value_set_enum (value, otrd_account_get_policy (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* ---- What the service says ---- */

OtrdAccount *
otrd_account_get (OtrdClient *client, const char *path, GVariant *properties)
{
  OtrdAccount *self = otrd_client_find (client, path);

  if (self != NULL)
    g_object_ref (self);
  else
    {
      self = g_object_new (OTRD_TYPE_ACCOUNT, NULL);
      self->client = g_object_ref (client);
      self->path = g_strdup (path);
      otrd_client_remember (client, path, self);
    }
  if (properties != NULL)
    otrd_mirror_apply (self->mirror, properties);
  return self;
}

void
otrd_account_apply (OtrdAccount *self, GVariant *properties)
{
  otrd_mirror_apply (self->mirror, properties);
}

static void
trust_changed (OtrdAccount *self, GVariant *body)
{
  const char *contact, *fingerprint, *trust;
  g_autoptr (GVariant) record = NULL;

  if (!g_variant_is_of_type (body, G_VARIANT_TYPE ("(sssa{sv})")))
    return;
  g_variant_get (body, "(&s&s&s@a{sv})", &contact, &fingerprint, &trust, &record);
  g_signal_emit (self, signals[SIGNAL_TRUST_CHANGED], 0, contact, fingerprint,
                 otrd_trust_from_string (trust), record);
}

static void
policy_changed (OtrdAccount *self, GVariant *body)
{
  const char *contact, *policy, *origin;

  if (!g_variant_is_of_type (body, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (body, "(&s&s&s)", &contact, &policy, &origin);
  g_signal_emit (self, signals[SIGNAL_POLICY_CHANGED], 0, contact, otrd_policy_from_string (policy),
                 origin);
}

void
otrd_account_signalled (OtrdAccount *self, GDBusMessage *signal)
{
  GVariant *body = g_dbus_message_get_body (signal);
  const char *member = g_dbus_message_get_member (signal);

  if (body == NULL)
    return;
  if (g_str_equal (member, "TrustChanged"))
    trust_changed (self, body);
  else if (g_str_equal (member, "PolicyChanged"))
    policy_changed (self, body);
}

static gpointer
read_properties (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  g_autoptr (GVariant) properties = NULL;

  if (!otrd_check_body (call, body, "(a{sv})", error))
    return NULL;
  properties = g_variant_get_child_value (body, 0);
  otrd_account_apply (OTRD_ACCOUNT (call->asker), properties);
  return GINT_TO_POINTER (TRUE);
}

void
otrd_account_service_came (OtrdAccount *self)
{
  g_autoptr (OtrdCall) call = otrd_account_make_refresh (self);

  otrd_wire_send (call->wire, call, otrd_answered);
}

OtrdCall *
otrd_account_make_refresh (OtrdAccount *self)
{
  OtrdCall *call = otrd_client_call_new (
      self->client, self, self->path, "org.freedesktop.DBus.Properties", "GetAll",
      g_variant_new ("(s)", OTRD_ACCOUNT_INTERFACE), OTRD_CALL_INWARD | OTRD_CALL_REPEATABLE);

  otrd_call_set_read (call, read_properties, NULL);
  return call;
}

/* ---- Methods ---- */

static OtrdCall *
make_call (OtrdAccount *self,
           const char *method,
           GVariant *parameters,
           OtrdCallTraits traits,
           OtrdCallRead read,
           GDestroyNotify free_result)
{
  OtrdCall *call = otrd_client_call_new (self->client, self, self->path, OTRD_ACCOUNT_INTERFACE,
                                         method, parameters, traits);

  otrd_call_set_read (call, read, free_result);
  return call;
}

static gpointer
read_fingerprint (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  char *fingerprint;

  if (!otrd_check_body (call, body, "(s)", error))
    return NULL;
  g_variant_get (body, "(s)", &fingerprint);
  return fingerprint;
}

static OtrdCall *
make_generate_key (OtrdAccount *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_ACCOUNT (self), NULL);

  return make_call (self, "GenerateKey", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_PATIENT | otrd_client_prompting (self->client), read_fingerprint,
                    g_free);
}

void
otrd_account_generate_key (OtrdAccount *self,
                           GVariant *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  otrd_call_begin (make_generate_key (self, options), cancellable, callback, user_data);
}

char *
otrd_account_generate_key_finish (OtrdAccount *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error);
}

char *
otrd_account_generate_key_sync (OtrdAccount *self,
                                GVariant *options,
                                GCancellable *cancellable,
                                GError **error)
{
  return otrd_call_run (make_generate_key (self, options), cancellable, error);
}

static gpointer
read_records (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  return otrd_check_body (call, body, "(aa{sv}s)", error) ? g_variant_ref (body) : NULL;
}

static OtrdCall *
make_list_fingerprints (OtrdAccount *self, GVariant *filter)
{
  g_return_val_if_fail (OTRD_IS_ACCOUNT (self), NULL);

  return make_call (self, "ListFingerprints", g_variant_new ("(@a{sv})", otrd_options (filter)),
                    OTRD_CALL_REPEATABLE, read_records, (GDestroyNotify)g_variant_unref);
}

void
otrd_account_list_fingerprints (OtrdAccount *self,
                                GVariant *filter,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  otrd_call_begin (make_list_fingerprints (self, filter), cancellable, callback, user_data);
}

/* The answer is kept whole until it is asked for. */
static GVariant *
open_records (GVariant *answer, char **next)
{
  g_autoptr (GVariant) body = answer;

  if (next != NULL)
    *next = NULL;
  if (body == NULL)
    return NULL;
  if (next != NULL)
    g_variant_get_child (body, 1, "s", next);
  return g_variant_get_child_value (body, 0);
}

GVariant *
otrd_account_list_fingerprints_finish (OtrdAccount *self,
                                       GAsyncResult *result,
                                       char **next,
                                       GError **error)
{
  return open_records (otrd_call_end (self, result, error), next);
}

GVariant *
otrd_account_list_fingerprints_sync (
    OtrdAccount *self, GVariant *filter, char **next, GCancellable *cancellable, GError **error)
{
  return open_records (otrd_call_run (make_list_fingerprints (self, filter), cancellable, error),
                       next);
}

static OtrdCall *
make_set_trust (OtrdAccount *self,
                const char *contact,
                const char *fingerprint,
                OtrdTrust trust,
                GVariant *options)
{
  const char *word = otrd_trust_to_string (trust);

  g_return_val_if_fail (OTRD_IS_ACCOUNT (self) && contact != NULL && fingerprint != NULL, NULL);
  g_return_val_if_fail (word != NULL, NULL);

  if (!OTRD_ALL_UTF8 (contact, fingerprint))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("SetTrust"));
  return make_call (
      self, "SetTrust",
      g_variant_new ("(sss@a{sv})", contact, fingerprint, word, otrd_options (options)),
      OTRD_CALL_REPEATABLE, otrd_read_nothing, NULL);
}

void
otrd_account_set_trust (OtrdAccount *self,
                        const char *contact,
                        const char *fingerprint,
                        OtrdTrust trust,
                        GVariant *options,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  otrd_call_begin (make_set_trust (self, contact, fingerprint, trust, options), cancellable,
                   callback, user_data);
}

gboolean
otrd_account_set_trust_finish (OtrdAccount *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_account_set_trust_sync (OtrdAccount *self,
                             const char *contact,
                             const char *fingerprint,
                             OtrdTrust trust,
                             GVariant *options,
                             GCancellable *cancellable,
                             GError **error)
{
  return otrd_call_run (make_set_trust (self, contact, fingerprint, trust, options), cancellable,
                        error)
         != NULL;
}

static OtrdCall *
make_forget (OtrdAccount *self, const char *contact, const char *fingerprint, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_ACCOUNT (self) && contact != NULL && fingerprint != NULL, NULL);

  if (!OTRD_ALL_UTF8 (contact, fingerprint))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("Forget"));
  return make_call (self, "Forget",
                    g_variant_new ("(ss@a{sv})", contact, fingerprint, otrd_options (options)),
                    OTRD_CALL_PLAIN, otrd_read_nothing, NULL);
}

void
otrd_account_forget (OtrdAccount *self,
                     const char *contact,
                     const char *fingerprint,
                     GVariant *options,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  otrd_call_begin (make_forget (self, contact, fingerprint, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_account_forget_finish (OtrdAccount *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_account_forget_sync (OtrdAccount *self,
                          const char *contact,
                          const char *fingerprint,
                          GVariant *options,
                          GCancellable *cancellable,
                          GError **error)
{
  return otrd_call_run (make_forget (self, contact, fingerprint, options), cancellable, error)
         != NULL;
}

static gpointer
read_policy (OtrdCall *call, GVariant *body, GUnixFDList *fds, GError **error)
{
  return otrd_check_body (call, body, "(ss)", error) ? g_variant_ref (body) : NULL;
}

static OtrdCall *
make_get_contact_policy (OtrdAccount *self, const char *contact, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_ACCOUNT (self) && contact != NULL, NULL);

  if (!OTRD_ALL_UTF8 (contact))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("GetPolicy"));
  return make_call (self, "GetPolicy", g_variant_new ("(s@a{sv})", contact, otrd_options (options)),
                    OTRD_CALL_REPEATABLE, read_policy, (GDestroyNotify)g_variant_unref);
}

static OtrdPolicy
open_policy (GVariant *answer, char **origin)
{
  g_autoptr (GVariant) body = answer;
  const char *policy;

  if (origin != NULL)
    *origin = NULL;
  if (body == NULL)
    return OTRD_POLICY_UNKNOWN;
  g_variant_get_child (body, 0, "&s", &policy);
  if (origin != NULL)
    g_variant_get_child (body, 1, "s", origin);
  return otrd_policy_from_string (policy);
}

void
otrd_account_get_contact_policy (OtrdAccount *self,
                                 const char *contact,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  otrd_call_begin (make_get_contact_policy (self, contact, options), cancellable, callback,
                   user_data);
}

OtrdPolicy
otrd_account_get_contact_policy_finish (OtrdAccount *self,
                                        GAsyncResult *result,
                                        char **origin,
                                        GError **error)
{
  return open_policy (otrd_call_end (self, result, error), origin);
}

OtrdPolicy
otrd_account_get_contact_policy_sync (OtrdAccount *self,
                                      const char *contact,
                                      GVariant *options,
                                      char **origin,
                                      GCancellable *cancellable,
                                      GError **error)
{
  return open_policy (
      otrd_call_run (make_get_contact_policy (self, contact, options), cancellable, error), origin);
}

static OtrdCall *
make_set_contact_policy (OtrdAccount *self,
                         const char *contact,
                         OtrdPolicy policy,
                         GVariant *options)
{
  const char *word = otrd_policy_to_string (policy);

  g_return_val_if_fail (OTRD_IS_ACCOUNT (self) && contact != NULL && word != NULL, NULL);

  if (!OTRD_ALL_UTF8 (contact))
    return otrd_call_new_refused (self, otrd_client_get_wire (self->client),
                                  otrd_not_utf8 ("SetPolicy"));
  return make_call (self, "SetPolicy",
                    g_variant_new ("(ss@a{sv})", contact, word, otrd_options (options)),
                    OTRD_CALL_REPEATABLE, otrd_read_nothing, NULL);
}

void
otrd_account_set_contact_policy (OtrdAccount *self,
                                 const char *contact,
                                 OtrdPolicy policy,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  otrd_call_begin (make_set_contact_policy (self, contact, policy, options), cancellable, callback,
                   user_data);
}

gboolean
otrd_account_set_contact_policy_finish (OtrdAccount *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_account_set_contact_policy_sync (OtrdAccount *self,
                                      const char *contact,
                                      OtrdPolicy policy,
                                      GVariant *options,
                                      GCancellable *cancellable,
                                      GError **error)
{
  return otrd_call_run (make_set_contact_policy (self, contact, policy, options), cancellable,
                        error)
         != NULL;
}

static OtrdCall *
make_remove (OtrdAccount *self, GVariant *options)
{
  g_return_val_if_fail (OTRD_IS_ACCOUNT (self), NULL);

  return make_call (self, "Remove", g_variant_new ("(@a{sv})", otrd_options (options)),
                    OTRD_CALL_PLAIN, otrd_read_nothing, NULL);
}

void
otrd_account_remove (OtrdAccount *self,
                     GVariant *options,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  otrd_call_begin (make_remove (self, options), cancellable, callback, user_data);
}

gboolean
otrd_account_remove_finish (OtrdAccount *self, GAsyncResult *result, GError **error)
{
  return otrd_call_end (self, result, error) != NULL;
}

gboolean
otrd_account_remove_sync (OtrdAccount *self,
                          GVariant *options,
                          GCancellable *cancellable,
                          GError **error)
{
  return otrd_call_run (make_remove (self, options), cancellable, error) != NULL;
}

/* ---- The object ---- */

static void
otrd_account_finalize (GObject *object)
{
  OtrdAccount *self = OTRD_ACCOUNT (object);

  if (self->client != NULL)
    otrd_client_let_go (self->client, self->path, self);
  g_clear_object (&self->client);
  otrd_mirror_free (self->mirror);
  g_free (self->path);
  G_OBJECT_CLASS (otrd_account_parent_class)->finalize (object);
}

#define SHOWN (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

static void
install_properties (GObjectClass *class)
{
  /**
   * OtrdAccount:path:
   *
   * The object path.
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, "", SHOWN);
  /**
   * OtrdAccount:protocol:
   *
   * The canonical protocol.
   */
  props[PROP_PROTOCOL] = g_param_spec_string ("protocol", NULL, NULL, "", SHOWN);
  /**
   * OtrdAccount:name:
   *
   * The canonical address.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", SHOWN);
  /**
   * OtrdAccount:fingerprint:
   *
   * Its own fingerprint.
   */
  props[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, "", SHOWN);
  /**
   * OtrdAccount:key-state:
   *
   * The state of its key.
   */
  props[PROP_KEY_STATE] = g_param_spec_enum ("key-state", NULL, NULL, otrd_key_state_get_type (),
                                             OTRD_KEY_STATE_UNKNOWN, SHOWN);
  /**
   * OtrdAccount:policy:
   *
   * Its own policy.
   */
  props[PROP_POLICY] =
      g_param_spec_enum ("policy", NULL, NULL, otrd_policy_get_type (), OTRD_POLICY_INHERIT, SHOWN);
  g_object_class_install_properties (class, N_PROPS, props);
}

static void
install_signals (void)
{
  /**
   * OtrdAccount::trust-changed:
   * @self: the account
   * @contact: the contact
   * @fingerprint: the fingerprint
   * @trust: what it is now; %OTRD_TRUST_UNKNOWN: forgotten
   * @record: the record, `a{sv}`
   *
   * The trust of a fingerprint has changed, whoever changed it.
   */
  signals[SIGNAL_TRUST_CHANGED] = g_signal_new (
      "trust-changed", OTRD_TYPE_ACCOUNT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
      G_TYPE_STRING, G_TYPE_STRING, otrd_trust_get_type (), G_TYPE_VARIANT);
  /**
   * OtrdAccount::policy-changed:
   * @self: the account
   * @contact: the contact; empty: the account itself
   * @policy: the effective policy
   * @origin: where it comes from
   *
   * A policy has changed, whoever changed it.
   */
  signals[SIGNAL_POLICY_CHANGED] =
      g_signal_new ("policy-changed", OTRD_TYPE_ACCOUNT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_STRING, otrd_policy_get_type (), G_TYPE_STRING);
}

static void
otrd_account_class_init (OtrdAccountClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = otrd_account_get_property;
  object_class->finalize = otrd_account_finalize;
  install_properties (object_class);
  install_signals ();
}

static void
otrd_account_init (OtrdAccount *self)
{
  self->mirror = otrd_mirror_new (G_OBJECT (self), mirror_names);
}
