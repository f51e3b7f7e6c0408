/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One end of an OTR conversation on bare libotr, without anything of otrd's: what
 * other people's clients are. Operations come in on standard input and events go
 * out on standard output, a JSON object a line; README.md here names them.
 */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <json-glib/json-glib.h>
#include <libotr/proto.h>
#include <libotr/userstate.h>
#include <libotr/privkey.h>
#include <libotr/message.h>
#include <stdio.h>

#define PROTOCOL "test"

typedef struct
{
  OtrlUserState user_state;
  OtrlPolicy policy;
  char *account;
  char *contact;
  int largest_line;
  OtrlInsTag tag;
  guint poll_source;
  gboolean asked; /* a verification waits for our answer: libotr crashes on another */
  char *reported_state;
  GMainLoop *loop;
  GDataInputStream *input;
} Peer;

/* An event is written as it is built: begin_event, its members, end_event. */
static JsonBuilder *
begin_event (const char *name)
{
  JsonBuilder *event = json_builder_new ();
  json_builder_begin_object (event);
  json_builder_set_member_name (event, "event");
  json_builder_add_string_value (event, name);
  return event;
}

static void
add_string (JsonBuilder *event, const char *name, const char *value)
{
  json_builder_set_member_name (event, name);
  json_builder_add_string_value (event, value);
}

static void
add_boolean (JsonBuilder *event, const char *name, gboolean value)
{
  json_builder_set_member_name (event, name);
  json_builder_add_boolean_value (event, value);
}

static void
end_event (JsonBuilder *event)
{
  json_builder_end_object (event);
  g_autoptr (JsonNode) root = json_builder_get_root (event);
  g_autofree char *line = json_to_string (root, FALSE);
  puts (line);
  fflush (stdout);
  g_object_unref (event);
}

static void
report (const char *name, const char *member, const char *value)
{
  JsonBuilder *event = begin_event (name);
  add_string (event, member, value);
  end_event (event);
}

static void
report_text (const char *text, gboolean is_private, gboolean unexpected)
{
  g_autofree char *readable = g_utf8_make_valid (text, -1);
  JsonBuilder *event = begin_event ("text");
  add_string (event, "text", readable);
  add_boolean (event, "private", is_private);
  add_boolean (event, "unexpected", unexpected);
  end_event (event);
}

static char *
format_hex (const unsigned char *bytes, gsize length)
{
  GString *hex = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02X", bytes[i]);
  return g_string_free (hex, FALSE);
}

static ConnContext *
find_context (Peer *self)
{
  return otrl_context_find (self->user_state, self->contact, self->account, PROTOCOL,
                            OTRL_INSTAG_BEST, 0, NULL, NULL, NULL);
}

static void
end_private_state_event (JsonBuilder *event, ConnContext *context)
{
  g_autofree char *fingerprint = format_hex (context->active_fingerprint->fingerprint, 20);
  g_autofree char *session = format_hex (context->sessionid, context->sessionid_len);
  add_string (event, "fingerprint", fingerprint);
  add_string (event, "session", session);
  json_builder_set_member_name (event, "version");
  json_builder_add_int_value (event, context->protocol_version);
  end_event (event);
}

/* libotr tells of some changes only: so the state is looked up after each operation. */
static void
report_state_if_changed (Peer *self)
{
  static const char *const names[] = { "plaintext", "private", "finished" };
  ConnContext *context = find_context (self);
  OtrlMessageState state = context != NULL ? context->msgstate : OTRL_MSGSTATE_PLAINTEXT;
  g_autofree char *session = NULL;
  g_autofree char *now = NULL;
  if (state == OTRL_MSGSTATE_ENCRYPTED)
    session = format_hex (context->sessionid, context->sessionid_len);
  now = g_strconcat (names[state], " ", session, NULL);
  if (g_strcmp0 (now, self->reported_state) == 0)
    return;
  g_free (self->reported_state);
  self->reported_state = g_steal_pointer (&now);
  JsonBuilder *event = begin_event ("state");
  add_string (event, "state", names[state]);
  if (state == OTRL_MSGSTATE_ENCRYPTED)
    end_private_state_event (event, context);
  else
    end_event (event);
}

/* libotr's callbacks */
static OtrlPolicy
get_policy (void *opdata, ConnContext *context)
{
  return ((Peer *)opdata)->policy;
}

static void
create_key (void *opdata, const char *account, const char *protocol)
{
  report ("warning", "what", "libotr misses the account's key");
}

static int
is_logged_in (void *opdata, const char *account, const char *protocol, const char *recipient)
{
  return 1;
}

static void
inject_message (void *opdata,
                const char *account,
                const char *protocol,
                const char *recipient,
                const char *message)
{
  if (*message != '\0')
    report ("inject", "msg", message);
}

static int
get_largest_message (void *opdata, ConnContext *context)
{
  return ((Peer *)opdata)->largest_line;
}

static const char *
describe_error (void *opdata, ConnContext *context, OtrlErrorCode code)
{
  switch (code)
    {
    case OTRL_ERRCODE_MSG_NOT_IN_PRIVATE:
      return "You sent encrypted data that was not expected.";
    case OTRL_ERRCODE_MSG_UNREADABLE:
      return "You transmitted an unreadable encrypted message.";
    case OTRL_ERRCODE_MSG_MALFORMED:
      return "You transmitted a malformed data message.";
    default:
      return "An error occurred when encrypting a message.";
    }
}

static const OtrlMessageAppOps ops;

static void
report_smp (const char *result, const char *question)
{
  JsonBuilder *event = begin_event ("smp");
  add_string (event, "result", result);
  if (question != NULL)
    add_string (event, "question", question);
  end_event (event);
}

static void
on_smp_event (void *opdata,
              OtrlSMPEvent smp_event,
              ConnContext *context,
              unsigned short percent,
              char *question)
{
  Peer *self = opdata;
  self->asked =
      smp_event == OTRL_SMPEVENT_ASK_FOR_SECRET || smp_event == OTRL_SMPEVENT_ASK_FOR_ANSWER;
  switch (smp_event)
    {
    case OTRL_SMPEVENT_ASK_FOR_SECRET:
    case OTRL_SMPEVENT_ASK_FOR_ANSWER:
      report_smp ("asked", question);
      break;
    case OTRL_SMPEVENT_SUCCESS:
      report_smp ("verified", NULL);
      break;
    case OTRL_SMPEVENT_FAILURE:
      report_smp ("failed", NULL);
      break;
    case OTRL_SMPEVENT_ABORT:
      report_smp ("aborted", NULL);
      break;
    case OTRL_SMPEVENT_CHEATED:
    case OTRL_SMPEVENT_ERROR:
      report_smp ("cheated", NULL);
      otrl_message_abort_smp (self->user_state, &ops, self, context);
      break;
    default:
      report_smp ("progress", NULL);
    }
}

static const char *
name_message_event (OtrlMessageEvent event)
{
  switch (event)
    {
    case OTRL_MSGEVENT_ENCRYPTION_REQUIRED:
      return "encryption-required";
    case OTRL_MSGEVENT_CONNECTION_ENDED:
      return "connection-ended";
    case OTRL_MSGEVENT_SETUP_ERROR:
      return "setup-error";
    case OTRL_MSGEVENT_MSG_REFLECTED:
      return "reflected";
    case OTRL_MSGEVENT_MSG_RESENT:
      return "resent";
    case OTRL_MSGEVENT_RCVDMSG_NOT_IN_PRIVATE:
      return "not-in-private";
    case OTRL_MSGEVENT_RCVDMSG_UNREADABLE:
      return "unreadable";
    case OTRL_MSGEVENT_RCVDMSG_MALFORMED:
      return "malformed";
    case OTRL_MSGEVENT_RCVDMSG_UNRECOGNIZED:
      return "unrecognized";
    case OTRL_MSGEVENT_RCVDMSG_FOR_OTHER_INSTANCE:
      return "other-instance";
    default:
      return "encryption-error";
    }
}

static void
on_message_event (void *opdata,
                  OtrlMessageEvent event,
                  ConnContext *context,
                  const char *message,
                  gcry_error_t err)
{
  switch (event)
    {
    case OTRL_MSGEVENT_LOG_HEARTBEAT_RCVD:
    case OTRL_MSGEVENT_LOG_HEARTBEAT_SENT:
    case OTRL_MSGEVENT_NONE:
      break;
    case OTRL_MSGEVENT_RCVDMSG_UNENCRYPTED:
      report_text (message, FALSE, TRUE);
      break;
    case OTRL_MSGEVENT_RCVDMSG_GENERAL_ERR:
      report ("error", "text", message);
      break;
    default:
      report ("warning", "what", name_message_event (event));
    }
}

static void
keep_instance_tag (Peer *self)
{
  OtrlInsTag *tag = g_new0 (OtrlInsTag, 1);
  tag->accountname = g_strdup (self->account);
  tag->protocol = g_strdup (PROTOCOL);
  tag->instag = self->tag.instag;
  tag->next = self->user_state->instag_root;
  tag->tous = &self->user_state->instag_root;
  if (tag->next != NULL)
    tag->next->tous = &tag->next;
  self->user_state->instag_root = tag;
}

static void
create_instance_tag (void *opdata, const char *account, const char *protocol)
{
  keep_instance_tag (opdata);
}

static gboolean on_poll_due (gpointer user_data);

static void
control_timer (void *opdata, unsigned int interval)
{
  Peer *self = opdata;
  g_clear_handle_id (&self->poll_source, g_source_remove);
  if (interval > 0)
    self->poll_source = g_timeout_add_seconds (interval, on_poll_due, self);
}

static const OtrlMessageAppOps ops = {
  .policy = get_policy,
  .create_privkey = create_key,
  .is_logged_in = is_logged_in,
  .inject_message = inject_message,
  .max_message_size = get_largest_message,
  .otr_error_message = describe_error,
  .handle_smp_event = on_smp_event,
  .handle_msg_event = on_message_event,
  .create_instag = create_instance_tag,
  .timer_control = control_timer,
};

static gboolean
on_poll_due (gpointer user_data)
{
  Peer *self = user_data;
  otrl_message_poll (self->user_state, &ops, self);
  report_state_if_changed (self);
  return self->poll_source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The operations */
static void
run_start (Peer *self, JsonObject *operation)
{
  /* Without libotr's own words: they hold HTML and the account's name. */
  const char *versions = (self->policy & OTRL_POLICY_ALLOW_V3) == 0   ? "?OTRv2?"
                         : (self->policy & OTRL_POLICY_ALLOW_V2) == 0 ? "?OTRv3?"
                                                                      : "?OTRv23?";
  report ("inject", "msg", versions);
}

static gboolean
is_in_the_clear (const char *line)
{
  OtrlMessageType type = otrl_proto_message_type (line);
  return type == OTRL_MSGTYPE_NOTOTR || type == OTRL_MSGTYPE_TAGGEDPLAINTEXT;
}

static void
run_recv (Peer *self, JsonObject *operation)
{
  const char *line = json_object_get_string_member (operation, "msg");
  char *text = NULL;
  OtrlTLV *tlvs = NULL;
  int ignore = otrl_message_receiving (self->user_state, &ops, self, self->account, PROTOCOL,
                                       self->contact, line, &text, &tlvs, NULL, NULL, NULL);
  if (!ignore)
    report_text (text != NULL ? text : line, !is_in_the_clear (line), FALSE);
  otrl_tlv_free (tlvs);
  otrl_message_free (text);
}

static void
run_send (Peer *self, JsonObject *operation)
{
  const char *text = json_object_get_string_member (operation, "text");
  char *line = NULL;
  gcry_error_t err = otrl_message_sending (self->user_state, &ops, self, self->account, PROTOCOL,
                                           self->contact, OTRL_INSTAG_BEST, text, NULL, &line,
                                           OTRL_FRAGMENT_SEND_ALL, NULL, NULL, NULL);
  if (err)
    report ("warning", "what", "not-sent");
  else if (line == NULL)
    report ("inject", "msg", text);
  otrl_message_free (line);
}

static void
run_smp_start (Peer *self, JsonObject *operation)
{
  const char *secret = json_object_get_string_member (operation, "secret");
  const char *question = json_object_get_string_member_with_default (operation, "question", NULL);
  const unsigned char *bytes = (const unsigned char *)secret;
  ConnContext *context = find_context (self);
  if (context == NULL || context->msgstate != OTRL_MSGSTATE_ENCRYPTED)
    report ("warning", "what", "not-in-private");
  else if (question != NULL)
    otrl_message_initiate_smp_q (self->user_state, &ops, self, context, question, bytes,
                                 strlen (secret));
  else
    otrl_message_initiate_smp (self->user_state, &ops, self, context, bytes, strlen (secret));
}

static void
run_smp_answer (Peer *self, JsonObject *operation)
{
  const char *secret = json_object_get_string_member (operation, "secret");
  ConnContext *context = find_context (self);
  if (context == NULL || !self->asked)
    report ("warning", "what", "nobody-asked");
  else
    otrl_message_respond_smp (self->user_state, &ops, self, context, (const unsigned char *)secret,
                              strlen (secret));
  self->asked = FALSE;
}

/* Answers with a proof that does not hold. */
static void
run_smp_cheat (Peer *self, JsonObject *operation)
{
  ConnContext *context = find_context (self);
  if (context != NULL && self->asked)
    gcry_mpi_add_ui (context->smstate->g3, context->smstate->g3, 1);
  run_smp_answer (self, operation);
}

/* The second step of a verification whose first was never sent. */
static void
run_smp_stray (Peer *self, JsonObject *operation)
{
  const guint8 nothing[4] = { 0 };
  OtrlTLV *step = otrl_tlv_new (OTRL_TLV_SMP2, sizeof nothing, nothing);
  ConnContext *context = find_context (self);
  char *line = NULL;
  if (context != NULL)
    otrl_proto_create_data (&line, context, "", step, OTRL_MSGFLAGS_IGNORE_UNREADABLE, NULL);
  if (line != NULL)
    report ("inject", "msg", line);
  free (line);
  otrl_tlv_free (step);
}

static void
run_smp_abort (Peer *self, JsonObject *operation)
{
  ConnContext *context = find_context (self);
  if (context != NULL && context->msgstate == OTRL_MSGSTATE_ENCRYPTED)
    otrl_message_abort_smp (self->user_state, &ops, self, context);
}

static void
run_end (Peer *self, JsonObject *operation)
{
  otrl_message_disconnect_all_instances (self->user_state, &ops, self, self->account, PROTOCOL,
                                         self->contact);
}

static const struct
{
  const char *name;
  void (*run) (Peer *self, JsonObject *operation);
} operations[] = {
  { "start", run_start },
  { "recv", run_recv },
  { "send", run_send },
  { "smp-start", run_smp_start },
  { "smp-answer", run_smp_answer },
  { "smp-cheat", run_smp_cheat },
  { "smp-stray", run_smp_stray },
  { "smp-abort", run_smp_abort },
  { "end", run_end },
};

static void
run_operation (Peer *self, JsonObject *operation)
{
  const char *name = json_object_get_string_member_with_default (operation, "op", "");
  gsize i = 0;
  while (i < G_N_ELEMENTS (operations) && !g_str_equal (operations[i].name, name))
    i++;
  if (i < G_N_ELEMENTS (operations))
    operations[i].run (self, operation);
  else
    report ("warning", "what", "no such operation");
  report_state_if_changed (self);
  report ("done", "op", name);
}

static void
on_line_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->input, result, NULL, NULL);
  g_autoptr (GError) error = NULL;
  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  g_autoptr (JsonNode) root = json_from_string (line, &error);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    run_operation (self, json_node_get_object (root));
  else
    report ("warning", "what", error != NULL ? error->message : "not an object");
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, on_line_read, self);
}

/* The account's key. libotr finds it by the account's name, which is ours to choose. */
static gboolean
read_key (Peer *self, const char *path)
{
  gcry_error_t err = otrl_privkey_read (self->user_state, path);
  OtrlPrivKey *key = self->user_state->privkey_root;
  if (err || key == NULL)
    {
      g_printerr ("Could not read an account key from “%s”.\n", path);
      return FALSE;
    }
  free (key->accountname);
  free (key->protocol);
  key->accountname = g_strdup (self->account);
  key->protocol = g_strdup (PROTOCOL);
  return TRUE;
}

static void
report_ready (Peer *self)
{
  unsigned char fingerprint[20];
  otrl_privkey_fingerprint_raw (self->user_state, fingerprint, self->account, PROTOCOL);
  g_autofree char *hex = format_hex (fingerprint, sizeof fingerprint);
  JsonBuilder *event = begin_event ("ready");
  add_string (event, "library", "libotr " OTRL_VERSION);
  add_string (event, "fingerprint", hex);
  end_event (event);
}

static OtrlPolicy
read_policy (const char *versions, const char *words)
{
  OtrlPolicy policy = 0;
  if (strchr (versions, '2') != NULL)
    policy |= OTRL_POLICY_ALLOW_V2;
  if (strchr (versions, '3') != NULL)
    policy |= OTRL_POLICY_ALLOW_V3;
  if (strstr (words, "require") != NULL)
    policy |= OTRL_POLICY_REQUIRE_ENCRYPTION;
  if (strstr (words, "tag") != NULL)
    policy |= OTRL_POLICY_SEND_WHITESPACE_TAG;
  if (strstr (words, "wsstart") != NULL)
    policy |= OTRL_POLICY_WHITESPACE_START_AKE;
  if (strstr (words, "errstart") != NULL)
    policy |= OTRL_POLICY_ERROR_START_AKE;
  return policy;
}

static int
run (Peer *self)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  self->input = g_data_input_stream_new (input);
  self->loop = g_main_loop_new (NULL, FALSE);
  report_ready (self);
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, NULL, on_line_read, self);
  g_main_loop_run (self->loop);
  g_main_loop_unref (self->loop);
  g_object_unref (self->input);
  g_clear_handle_id (&self->poll_source, g_source_remove);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autofree char *key = NULL;
  g_autofree char *versions = NULL;
  g_autofree char *words = NULL;
  g_autofree char *tag = NULL;
  Peer self = { 0 };
  const GOptionEntry options[] = {
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &key, "The account's key", "FILE" },
    { "versions", 0, 0, G_OPTION_ARG_STRING, &versions, "OTR versions", "23" },
    { "frag", 0, 0, G_OPTION_ARG_INT, &self.largest_line, "Longest line", "BYTES" },
    { "policy", 0, 0, G_OPTION_ARG_STRING, &words, "What we do unasked", "WORDS" },
    { "instag", 0, 0, G_OPTION_ARG_STRING, &tag, "Our instance tag", "HEX" },
    { "account", 0, 0, G_OPTION_ARG_STRING, &self.account, "Our address", "A" },
    { "contact", 0, 0, G_OPTION_ARG_STRING, &self.contact, "The other's", "C" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || key == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "--key is missing");
      return 2;
    }

  OTRL_INIT;
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
  self.user_state = otrl_userstate_create ();
  self.policy = read_policy (versions != NULL ? versions : "23", words != NULL ? words : "");
  self.tag.instag = tag != NULL ? g_ascii_strtoull (tag, NULL, 16)
                                : (guint)g_random_int_range (OTRL_MIN_VALID_INSTAG, G_MAXINT32);
  if (self.account == NULL)
    self.account = g_strdup ("peer");
  if (self.contact == NULL)
    self.contact = g_strdup ("contact");
  keep_instance_tag (&self);
  int status = read_key (&self, key) ? run (&self) : 2;
  otrl_userstate_free (self.user_state);
  g_free (self.account);
  g_free (self.contact);
  g_free (self.reported_state);
  return status;
}
