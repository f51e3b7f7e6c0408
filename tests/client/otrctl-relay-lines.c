// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* The relay's input: cut into lines, and each read as an order, or refused. */

#include "otrctl/relay-input.h"
#include "otrctl/relay-order.h"

#include <string.h>
#include <unistd.h>

static void
assert_refused (const char *line, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RelayOrder) order = relay_order_parse (line, -1, &error);

  g_assert_null (order);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, why));
}

static RelayOrder *
read_order (const char *line)
{
  g_autoptr (GError) error = NULL;
  RelayOrder *order = relay_order_parse (line, -1, &error);

  g_assert_no_error (error);
  return order;
}

static void
assert_options (RelayOrder *order, const char *expected)
{
  g_autofree char *printed = g_variant_print (order->options, FALSE);

  g_assert_cmpstr (printed, ==, expected);
}

static void
test_a_text_to_send (void)
{
  g_autoptr (RelayOrder) order =
      read_order ("{\"send\": \"hi \\u00fc\\n\", \"id\": 7, \"at-least\": \"private\"}");

  g_assert_cmpint (order->verb, ==, RELAY_SEND);
  g_assert_cmpstr (order->text, ==, "hi ü\n");
  g_assert_cmpstr (order->at_least, ==, "private");
  assert_options (order, "{'id': <uint64 7>}");
  g_assert_cmpstr (g_variant_get_type_string (order->options), ==, "a{sv}");
}

static void
test_a_line_to_receive (void)
{
  g_autoptr (RelayOrder) order =
      read_order ("{\"receive\": \"?OTRv3?\", \"from\": \"bob/x\", \"history\": true}");

  g_assert_cmpint (order->verb, ==, RELAY_RECEIVE);
  g_assert_cmpstr (order->text, ==, "?OTRv3?");
  g_assert_true (g_variant_lookup (order->options, "from", "s", NULL));
  g_assert_true (g_variant_lookup (order->options, "history", "b", NULL));
  g_assert_cmpuint (g_variant_n_children (order->options), ==, 2);
}

static void
test_what_needs_no_argument (void)
{
  g_autoptr (RelayOrder) start = read_order ("{\"start\":true}");
  g_autoptr (RelayOrder) end = read_order ("{\"end\":true}");
  g_autoptr (RelayOrder) detach = read_order ("{\"detach\":true,\"end-if-last\":true}");
  g_autoptr (RelayOrder) online = read_order ("{\"online\":false}");
  g_autoptr (RelayOrder) select = read_order ("{\"select\":4294967295}");

  g_assert_cmpint (start->verb, ==, RELAY_START);
  assert_options (start, "{}");
  g_assert_cmpint (end->verb, ==, RELAY_END);
  assert_options (detach, "{'end-if-last': <true>}");
  g_assert_cmpint (online->verb, ==, RELAY_CONFIGURE);
  assert_options (online, "{'online': <false>}");
  g_assert_cmpuint (select->instance, ==, G_MAXUINT32);
}

static void
test_a_verification (void)
{
  g_autoptr (RelayOrder) ask =
      read_order ("{\"verify\": {\"secret\": \"s3\", \"question\": \"Where?\"}}");
  g_autoptr (RelayOrder) pin = read_order ("{\"verify\": {\"pin\": true}}");
  g_autoptr (RelayOrder) answer = read_order ("{\"verify\": {\"answer\": \"\"}}");
  g_autoptr (RelayOrder) abort_it = read_order ("{\"verify\": {\"abort\": true}}");

  g_assert_cmpint (ask->verb, ==, RELAY_VERIFY);
  g_assert_cmpuint (g_bytes_get_size (ask->secret), ==, 2);
  g_assert_cmpstr (ask->question, ==, "Where?");
  assert_options (ask, "{}");
  g_assert_null (pin->secret);
  assert_options (pin, "{'pin': <true>}");
  g_assert_cmpint (answer->verb, ==, RELAY_ANSWER);
  g_assert_cmpuint (g_bytes_get_size (answer->secret), ==, 0);
  g_assert_cmpint (abort_it->verb, ==, RELAY_ABORT);
}

static void
test_a_misspelt_member_is_refused (void)
{
  assert_refused ("{\"send\": \"hi\", \"at_least\": \"private\"}", "at_least");
  assert_refused ("{\"send\": \"hi\", \"receive\": \"x\"}", "receive");
  assert_refused ("{\"frob\": true}", "nothing that is known");
  assert_refused ("{\"verify\": {\"secret\": \"x\", \"answer\": \"x\"}}", "secret");
  assert_refused ("{\"verify\": {}}", "verify");
  assert_refused ("{\"verify\": {\"pin\": true}, \"id\": 1}", "verify");
}

static void
test_a_wrong_type_is_refused (void)
{
  assert_refused ("{\"send\": 7}", "send");
  assert_refused ("{\"send\": null}", "send");
  assert_refused ("{\"send\": [\"x\"]}", "send");
  assert_refused ("{\"send\": \"x\", \"id\": -1}", "id");
  assert_refused ("{\"send\": \"x\", \"id\": 1.5}", "id");
  assert_refused ("{\"send\": \"x\", \"id\": \"1\"}", "id");
  assert_refused ("{\"start\": false}", "start");
  assert_refused ("{\"select\": 4294967296}", "select");
  assert_refused ("{\"verify\": \"x\"}", "verify");
}

/* JSON's numbers are exact up to there in every program. */
static void
test_an_id_has_a_limit (void)
{
  g_autoptr (RelayOrder) greatest = read_order ("{\"send\": \"x\", \"id\": 9007199254740991}");

  assert_options (greatest, "{'id': <uint64 9007199254740991>}");
  assert_refused ("{\"send\": \"x\", \"id\": 9007199254740992}", "9007199254740991");
  assert_refused ("{\"send\": \"x\", \"id\": 9223372036854775808}", "9007199254740991");
  assert_refused ("{\"send\": \"x\", \"id\": 18446744073709551615}", "9007199254740991");
}

static void
test_what_is_no_object_is_refused (void)
{
  assert_refused ("", "JSON");
  assert_refused ("hello", "JSON");
  assert_refused ("[]", "JSON");
  assert_refused ("\"x\"", "JSON");
  assert_refused ("{\"send\": \"x\"", "JSON");
  assert_refused ("{\"send\": \"\xff\"}", "JSON");
}

/* JSON may carry a zero; a text must not be cut at it. */
static void
test_a_zero_in_a_text_is_refused (void)
{
  g_autoptr (RelayOrder) escaped = read_order ("{\"send\": \"a\\\\u0000b\"}");

  assert_refused ("{\"send\": \"a\\u0000b\"}", "JSON");
  g_assert_cmpstr (escaped->text, ==, "a\\u0000b");
}

typedef struct
{
  RelayInput *input;
  GPtrArray *lines;
  guint64 last;
  GMainLoop *loop;
  GError *error;
} Reading;

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;
  GString *line = relay_input_read_finish (reading->input, result, &reading->last, &reading->error);

  if (line == NULL)
    {
      g_main_loop_quit (reading->loop);
      return;
    }
  g_ptr_array_add (reading->lines, g_strndup (line->str, line->len));
  relay_input_line_free (line);
  relay_input_read (reading->input, NULL, on_line, reading);
}

static int
open_file_with (const char *text, gsize length)
{
  g_autofree char *path = NULL;
  int descriptor = g_file_open_tmp ("otrctl-XXXXXX", &path, NULL);

  g_assert_cmpint (write (descriptor, text, length), ==, length);
  g_assert_cmpint (lseek (descriptor, 0, SEEK_SET), ==, 0);
  g_assert_cmpint (unlink (path), ==, 0);
  return descriptor;
}

static void
read_all (Reading *reading, const char *text, gsize length)
{
  int descriptor = open_file_with (text, length);

  reading->input = relay_input_new (descriptor);
  reading->lines = g_ptr_array_new_with_free_func (g_free);
  reading->loop = g_main_loop_new (NULL, FALSE);
  relay_input_read (reading->input, NULL, on_line, reading);
  g_main_loop_run (reading->loop);
  g_main_loop_unref (reading->loop);
  relay_input_free (reading->input);
  close (descriptor);
}

static void
test_input_is_cut_into_lines (void)
{
  static const char text[] = "one\n\n  \ntwo\r\nthree";
  Reading reading = { 0 };

  read_all (&reading, text, strlen (text));
  g_assert_no_error (reading.error);
  g_assert_cmpuint (reading.lines->len, ==, 3);
  g_assert_cmpuint (reading.last, ==, 3);
  g_assert_cmpstr (reading.lines->pdata[0], ==, "one");
  g_assert_cmpstr (reading.lines->pdata[1], ==, "two\r");
  g_assert_cmpstr (reading.lines->pdata[2], ==, "three");
  g_ptr_array_unref (reading.lines);
}

static void
test_a_long_line_comes_whole (void)
{
  gsize length = 3 * 1024 * 1024;
  g_autofree char *text = g_malloc (length);
  Reading reading = { 0 };

  memset (text, 'x', length);
  text[length - 2] = '\n';
  read_all (&reading, text, length);
  g_assert_no_error (reading.error);
  g_assert_cmpuint (reading.lines->len, ==, 2);
  g_assert_cmpuint (strlen (reading.lines->pdata[0]), ==, length - 2);
  g_ptr_array_unref (reading.lines);
}

static void
test_a_line_without_an_end_is_an_error (void)
{
  gsize length = 17 * 1024 * 1024;
  g_autofree char *text = g_malloc (length);
  Reading reading = { 0 };

  memset (text, 'x', length);
  read_all (&reading, text, length);
  g_assert_error (reading.error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (reading.lines->len, ==, 0);
  g_ptr_array_unref (reading.lines);
  g_error_free (reading.error);
}

int
main (int argc, char **argv)
{
  alarm (280);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/relay/a-text-to-send", test_a_text_to_send);
  g_test_add_func ("/relay/a-line-to-receive", test_a_line_to_receive);
  g_test_add_func ("/relay/what-needs-no-argument", test_what_needs_no_argument);
  g_test_add_func ("/relay/a-verification", test_a_verification);
  g_test_add_func ("/relay/a-misspelt-member-is-refused", test_a_misspelt_member_is_refused);
  g_test_add_func ("/relay/a-wrong-type-is-refused", test_a_wrong_type_is_refused);
  g_test_add_func ("/relay/an-id-has-a-limit", test_an_id_has_a_limit);
  g_test_add_func ("/relay/what-is-no-object-is-refused", test_what_is_no_object_is_refused);
  g_test_add_func ("/relay/a-zero-in-a-text-is-refused", test_a_zero_in_a_text_is_refused);
  g_test_add_func ("/relay/input-is-cut-into-lines", test_input_is_cut_into_lines);
  g_test_add_func ("/relay/a-long-line-comes-whole", test_a_long_line_comes_whole);
  g_test_add_func ("/relay/a-line-without-an-end-is-an-error",
                   test_a_line_without_an_end_is_an_error);
  return g_test_run ();
}
