/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* im.otrd1.Session: arguments are read and checked here, once; the rules are
 * core's. */

#include <string.h>
#include <unistd.h>

#include "bus/call.h"
#include "bus/configuration.h"
#include "bus/descriptors.h"
#include "bus/interfaces.h"
#include "bus/options.h"
#include "bus/reply.h"
#include "bus/tree.h"
#include "core/limits.h"
#include "introspection/otrd-dbus.h"
#include "introspection/otrd-error.h"

/* Answers */

static void
answer_turn (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  if (error != NULL)
    bus_call_fail (user_data, g_error_copy (error));
  else
    bus_call_return (user_data, bus_reply_from_turn (turn));
}

static void
answer_send (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  if (error != NULL)
    bus_call_fail (user_data, g_error_copy (error));
  else
    bus_call_return (user_data, bus_reply_from_send (session, turn));
}

static void
answer_receive (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  if (error != NULL)
    bus_call_fail (user_data, g_error_copy (error));
  else
    bus_call_return (user_data, bus_reply_from_receive (session, turn));
}

static int
open_key (Secret *key, const GError *cause, GError **error)
{
  if (cause == NULL)
    return bus_descriptor_from_secret (key, error);
  g_propagate_error (error, g_error_copy (cause));
  return -1;
}

static void
answer_export_key (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  GError *fault = NULL;
  int descriptor = open_key (key, error, &fault);

  if (descriptor < 0)
    bus_call_fail (user_data, fault);
  else
    bus_call_return_with_descriptor (user_data, bus_reply_from_key (0, turn), descriptor);
}

static void
answer_take_key (
    CoreSession *session, EngineTurn *turn, Secret *key, const GError *error, gpointer user_data)
{
  GError *fault = NULL;
  int descriptor = open_key (key, error, &fault);

  if (descriptor < 0)
    bus_call_fail (user_data, fault);
  else
    bus_call_return_with_descriptor (user_data, bus_reply_from_taken_key (0, turn), descriptor);
}

/* What comes in */

static gboolean
check_length (gsize length, gsize limit, const char *what, GError **error)
{
  if (length <= limit)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
               "Cannot take the %s: it is longer than %" G_GSIZE_FORMAT " bytes", what, limit);
  return FALSE;
}

static gboolean
check_at_least (const char *word, GError **error)
{
  if (*word == '\0' || g_str_equal (word, "private") || g_str_equal (word, "verified"))
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Cannot send: at_least must be empty, private or verified; nothing was sent");
  return FALSE;
}

static void
handle_send (BusCall *call, gpointer object, GVariant *arguments)
{
  CoreSendOptions sending = { .interactive = bus_call_is_interactive (call) };
  GError *error = NULL;
  g_autoptr (GVariant) options = NULL;
  const char *text;
  const char *at_least;

  g_variant_get (arguments, "(&s&s@a{sv})", &text, &at_least, &options);
  if (!check_length (strlen (text), CORE_TEXT_MAX, "text", &error)
      || !check_at_least (at_least, &error)
      || !bus_options_read (options, &error, "id", "t", &sending.id, "clear", "b", &sending.clear,
                            NULL))
    {
      bus_call_fail (call, error);
      return;
    }
  sending.has_id = g_variant_n_children (options) > 0 && bus_options_have (options, "id");
  core_session_send (object, bus_call_get_caller (call), text, at_least, &sending, answer_send,
                     call);
}

static gboolean
check_receiving (const CoreReceiveOptions *receiving, GError **error)
{
  return (receiving->from == NULL
          || check_length (strlen (receiving->from), CORE_ADDRESS_MAX, "transport address", error))
         && (receiving->id == NULL
             || check_length (strlen (receiving->id), CORE_LINE_ID_MAX, "line's id", error));
}

static void
handle_receive (BusCall *call, gpointer object, GVariant *arguments)
{
  CoreReceiveOptions receiving = { 0 };
  GError *error = NULL;
  g_autoptr (GVariant) options = NULL;
  const char *line;

  g_variant_get (arguments, "(&s@a{sv})", &line, &options);
  if (!check_length (strlen (line), CORE_LINE_MAX, "line", &error)
      || !bus_options_read (options, &error, "from", "s", &receiving.from, "id", "s", &receiving.id,
                            "sent", "b", &receiving.sent, "history", "b", &receiving.history, NULL)
      || !check_receiving (&receiving, &error))
    bus_call_fail (call, error);
  else
    core_session_receive (object, bus_call_get_caller (call), line, &receiving, answer_receive,
                          call);
}

static void
handle_collect (BusCall *call, gpointer object, GVariant *arguments)
{
  core_session_collect (object, bus_call_get_caller (call), answer_turn, call);
}

static void
handle_configure (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  CoreConfiguration configuration;
  GError *error = NULL;

  if (!bus_configuration_read (options, &configuration, &error))
    bus_call_fail (call, error);
  else
    core_session_configure (object, bus_call_get_caller (call), &configuration, answer_turn, call);
}

static void
handle_start (BusCall *call, gpointer object, GVariant *arguments)
{
  core_session_start (object, bus_call_get_caller (call), bus_call_is_interactive (call),
                      answer_turn, call);
}

static void
handle_end (BusCall *call, gpointer object, GVariant *arguments)
{
  core_session_end (object, bus_call_get_caller (call), answer_turn, call);
}

static void
handle_detach (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  gboolean end_if_last = FALSE;
  GError *error = NULL;

  if (!bus_options_read (options, &error, "end-if-last", "b", &end_if_last, NULL))
    bus_call_fail (call, error);
  else
    core_session_detach (object, bus_call_get_caller (call), end_if_last, answer_turn, call);
}

/* Verification: the secret comes as a string or behind a descriptor. */

typedef struct
{
  BusCall *call;
  CoreSession *session;
  GVariant *options;  /* owns the question */
  gboolean is_answer; /* else a start */
  CoreVerificationOptions verification;
} Verifying;

static void
verifying_free (Verifying *verifying)
{
  g_variant_unref (verifying->options);
  g_object_unref (verifying->session);
  g_free (verifying);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Verifying, verifying_free)

static void
verify (Verifying *verifying, Secret *secret)
{
  CoreMessenger *caller = bus_call_get_caller (verifying->call);

  if (verifying->is_answer)
    core_session_answer_verification (verifying->session, caller, secret,
                                      verifying->verification.normalise, answer_turn,
                                      verifying->call);
  else
    core_session_start_verification (verifying->session, caller, secret, &verifying->verification,
                                     answer_turn, verifying->call);
}

static void
secret_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Verifying) verifying = user_data;
  GError *error = NULL;
  g_autoptr (Secret) secret = bus_descriptor_read_secret_finish (result, &error);

  if (secret == NULL)
    bus_call_fail (verifying->call, error);
  else
    verify (verifying, secret);
}

static gboolean
check_verifying (Verifying *verifying, const char *words, gboolean has_handle, GError **error)
{
  gboolean has_words = *words != '\0';
  guint n_secrets = has_words + has_handle + verifying->verification.pin;

  if (n_secrets != 1)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot verify: give the secret once, as a string or as a descriptor%s",
                   verifying->is_answer ? "" : ", or let the service make a pin");
      return FALSE;
    }
  return check_length (strlen (words), CORE_SECRET_MAX, "secret", error)
         && (verifying->verification.question == NULL
             || check_length (strlen (verifying->verification.question), CORE_QUESTION_MAX,
                              "question", error));
}

/* Takes @verifying; @handle -1: none. */
static void
begin_verifying (Verifying *taken, const char *words, gint32 handle)
{
  g_autoptr (Verifying) verifying = taken;
  BusCall *call = verifying->call;
  g_autoptr (Secret) secret = NULL;
  GError *error = NULL;
  int descriptor = -1;

  if (!check_verifying (verifying, words, handle != -1, &error)
      || (handle != -1 && (descriptor = bus_call_take_descriptor (call, handle, &error)) < 0))
    {
      bus_call_fail (call, error);
      return;
    }
  if (descriptor >= 0)
    {
      bus_descriptor_read_async (descriptor, CORE_SECRET_MAX, secret_was_read,
                                 g_steal_pointer (&verifying));
      return;
    }
  if (*words != '\0')
    secret = secret_new (words, strlen (words));
  verify (verifying, secret);
}

static Verifying *
verifying_new (BusCall *call, CoreSession *session, GVariant *options, gboolean is_answer)
{
  Verifying *verifying = g_new0 (Verifying, 1);

  verifying->call = call;
  verifying->session = g_object_ref (session);
  verifying->options = g_variant_ref (options);
  verifying->is_answer = is_answer;
  return verifying;
}

static void
handle_start_verification (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = NULL;
  g_autoptr (Verifying) verifying = NULL;
  GError *error = NULL;
  gint32 handle = -1;
  const char *words;

  g_variant_get (arguments, "(&s@a{sv})", &words, &options);
  verifying = verifying_new (call, object, options, FALSE);
  if (!bus_options_read (options, &error, "question", "s", &verifying->verification.question, "pin",
                         "b", &verifying->verification.pin, "normalise", "b",
                         &verifying->verification.normalise, "secret", "h", &handle, NULL))
    bus_call_fail (call, error);
  else
    begin_verifying (g_steal_pointer (&verifying), words, handle);
}

static void
handle_answer_verification (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = NULL;
  g_autoptr (Verifying) verifying = NULL;
  GError *error = NULL;
  gint32 handle = -1;
  const char *words;

  g_variant_get (arguments, "(&s@a{sv})", &words, &options);
  verifying = verifying_new (call, object, options, TRUE);
  if (!bus_options_read (options, &error, "normalise", "b", &verifying->verification.normalise,
                         "secret", "h", &handle, NULL))
    bus_call_fail (call, error);
  else
    begin_verifying (g_steal_pointer (&verifying), words, handle);
}

static void
handle_abort_verification (BusCall *call, gpointer object, GVariant *arguments)
{
  core_session_abort_verification (object, bus_call_get_caller (call), answer_turn, call);
}

static void
handle_get_verification (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) verification = core_session_dup_verification (object);

  bus_call_return (call, g_variant_new ("(@a{sv})", verification));
}

/* Fingerprints, instances, keys */

static void
handle_accept_fingerprint (BusCall *call, gpointer object, GVariant *arguments)
{
  const char *fingerprint;

  g_variant_get_child (arguments, 0, "&s", &fingerprint);
  core_session_accept_fingerprint (object, bus_call_get_caller (call), fingerprint, answer_turn,
                                   call);
}

static void
handle_select_instance (BusCall *call, gpointer object, GVariant *arguments)
{
  guint32 instance;

  g_variant_get_child (arguments, 0, "u", &instance);
  core_session_select_instance (object, bus_call_get_caller (call), instance, answer_turn, call);
}

static void
handle_export_key (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) bytes = g_variant_get_child_value (arguments, 1);
  g_autoptr (GBytes) use_data = g_variant_get_data_as_bytes (bytes);
  GError *error = NULL;
  guint32 use;

  g_variant_get_child (arguments, 0, "u", &use);
  if (!check_length (g_bytes_get_size (use_data), CORE_USE_DATA_MAX, "use data", &error))
    bus_call_fail (call, error);
  else
    core_session_export_key (object, bus_call_get_caller (call), use, use_data, answer_export_key,
                             call);
}

static void
handle_take_key (BusCall *call, gpointer object, GVariant *arguments)
{
  guint64 id;

  g_variant_get_child (arguments, 0, "t", &id);
  core_session_take_key (object, bus_call_get_caller (call), id, answer_take_key, call);
}

/* Properties */

static GVariant *
get_account (BusExport *export)
{
  const char *end = strstr (export->path, "/session/");
  g_autofree char *path = g_strndup (export->path, end - export->path);

  return g_variant_new_object_path (path);
}

static GVariant *
get_contact (BusExport *export)
{
  return g_variant_new_string (core_session_get_contact (CORE_SESSION (export->object)));
}

static GVariant *
get_policy (BusExport *export)
{
  return g_variant_new_string (core_session_get_policy (CORE_SESSION (export->object)));
}

static GVariant *
get_state (BusExport *export)
{
  return g_variant_new_string (core_session_get_state (CORE_SESSION (export->object)));
}

static GVariant *
get_trust (BusExport *export)
{
  return g_variant_new_string (core_session_get_trust (CORE_SESSION (export->object)));
}

static GVariant *
get_blocked (BusExport *export)
{
  return g_variant_new_string (core_session_get_blocked (CORE_SESSION (export->object)));
}

static GVariant *
get_fingerprint (BusExport *export)
{
  return g_variant_new_string (core_session_get_fingerprint (CORE_SESSION (export->object)));
}

static GVariant *
get_otr_version (BusExport *export)
{
  return g_variant_new_uint32 (core_session_get_otr_version (CORE_SESSION (export->object)));
}

static GVariant *
get_instance (BusExport *export)
{
  return g_variant_new_uint32 (core_session_get_instance (CORE_SESSION (export->object)));
}

static GVariant *
get_verification (BusExport *export)
{
  return g_variant_new_string (core_session_get_verification (CORE_SESSION (export->object)));
}

static GVariant *
get_held (BusExport *export)
{
  return g_variant_new_uint32 (core_session_get_held (CORE_SESSION (export->object)));
}

static GVariant *
get_session_id (BusExport *export)
{
  return core_session_dup_session_id (CORE_SESSION (export->object));
}

static GVariant *
get_instances (BusExport *export)
{
  return core_session_dup_instances (CORE_SESSION (export->object));
}

static GVariant *
get_messengers (BusExport *export)
{
  g_auto (GStrv) messengers = core_session_dup_messengers (CORE_SESSION (export->object));
  const char *own = bus_tree_get_only_application (export->tree);

  if (own != NULL)
    return g_variant_new_strv (&own, 1);
  return g_variant_new_strv ((const char *const *)messengers, -1);
}

static const BusProperty properties[] = {
  { "Account", NULL, get_account },
  { "Contact", NULL, get_contact },
  { "Policy", "policy", get_policy },
  { "State", "state", get_state },
  { "Trust", "trust", get_trust },
  { "Blocked", "blocked", get_blocked },
  { "Fingerprint", "fingerprint", get_fingerprint },
  { "OtrVersion", "otr-version", get_otr_version },
  { "SessionId", "session-id", get_session_id },
  { "Instances", "instances", get_instances },
  { "Instance", "instance", get_instance },
  { "Verification", "verification", get_verification },
  { "Held", "held", get_held },
  { "Messengers", "messengers", get_messengers },
  { NULL },
};

static const BusMethod methods[] = {
  { "Send", handle_send },
  { "Receive", handle_receive },
  { "Collect", handle_collect },
  { "Configure", handle_configure },
  { "Start", handle_start },
  { "End", handle_end },
  { "Detach", handle_detach },
  { "StartVerification", handle_start_verification },
  { "AnswerVerification", handle_answer_verification },
  { "AbortVerification", handle_abort_verification },
  { "GetVerification", handle_get_verification },
  { "AcceptFingerprint", handle_accept_fingerprint },
  { "SelectInstance", handle_select_instance },
  { "ExportKey", handle_export_key },
  { "TakeKey", handle_take_key },
  { NULL },
};

const BusInterface bus_session_interface = { otrd_dbus_session_interface_info, properties,
                                             methods };
