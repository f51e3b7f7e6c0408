/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Something fails inside: encrypting or decrypting, in both versions. Nothing leaves, least of all
 * in the clear, and what comes next goes well again. */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "introspection/otrd-error.h"

static gboolean encrypting_fails;
static gboolean decrypting_fails;

/* In place of libotr's own, for its callers too. */
gcry_error_t
otrl_proto_create_data (char **line,
                        ConnContext *context,
                        const char *text,
                        const OtrlTLV *tlvs,
                        unsigned char flags,
                        unsigned char *extra_key)
{
  gcry_error_t (*create) (char **, ConnContext *, const char *, const OtrlTLV *, unsigned char,
                          unsigned char *) = dlsym (RTLD_NEXT, "otrl_proto_create_data");

  if (encrypting_fails)
    return gcry_error (GPG_ERR_ENOMEM);
  return create (line, context, text, tlvs, flags, extra_key);
}

gcry_error_t
otrl_proto_accept_data (char **text,
                        OtrlTLV **tlvs,
                        ConnContext *context,
                        const char *line,
                        unsigned char *flags,
                        unsigned char *extra_key)
{
  gcry_error_t (*accept) (char **, OtrlTLV **, ConnContext *, const char *, unsigned char *,
                          unsigned char *) = dlsym (RTLD_NEXT, "otrl_proto_accept_data");

  if (decrypting_fails)
    return gcry_error (GPG_ERR_ENOMEM);
  return accept (text, tlvs, context, line, flags, extra_key);
}

static void
assert_goes_well_again (Pair *pair)
{
  g_assert_true (end_send (&pair->alice, "and then it worked", 2));
  pair_settle (pair);
  g_assert_cmpstr (end_last_text (&pair->bob), ==, "and then it worked");
}

/* libotr reads the length of the error text that it is not given. */
static void
test_a_failed_encryption_sends_nothing (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  g_autoptr (EngineTurn) turn = engine_turn_new ();
  g_autoptr (GError) error = NULL;
  gboolean sent;

  encrypting_fails = TRUE;
  sent = engine_session_send (pair->alice.session, &pair->alice.context, "for bob alone", 1, turn,
                              &error);
  encrypting_fails = FALSE;
  g_assert_false (sent);
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_FAILED);
  g_assert_cmpuint (turn->transmissions->len, ==, 0);
  g_assert_cmpint (engine_session_get_way (pair->alice.session, &pair->alice.context), ==,
                   ENGINE_WAY_PRIVATE);
  assert_goes_well_again (pair);
  g_assert_cmpuint (pair->bob.texts->len, ==, 1);
}

/* Nor is an answer of our own in the clear, and no error draws others. */
static void
test_a_failed_decryption_is_unreadable (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  guint begun = pair->bob.wire->len;

  g_assert_true (end_send (&pair->alice, "never read", 1));
  decrypting_fails = TRUE;
  end_take_one (&pair->bob);
  decrypting_fails = FALSE;
  g_assert_cmpint (pair->bob.verdict, ==, ENGINE_VERDICT_UNREADABLE);
  g_assert_cmpuint (pair->bob.texts->len, ==, 0);
  for (; begun < pair->bob.wire->len; begun++)
    g_assert_true (g_str_has_prefix (g_ptr_array_index (pair->bob.wire, begun), "?OTR"));
  g_assert_cmpint (engine_session_get_way (pair->bob.session, &pair->bob.context), !=,
                   ENGINE_WAY_PLAINTEXT);
  pair_settle (pair);
  assert_goes_well_again (pair);
}

/* The line that could not be read would have turned the direction: what came before still can be.
 */
static void
test_a_failed_turn_of_direction_loses_no_key (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  g_autofree char *held = NULL;

  for (guint i = 0; i < 4; i++)
    {
      g_clear_pointer (&held, g_free);
      held = end_encrypt (i % 2 ? &pair->bob : &pair->alice, "held");
      g_assert_true (end_send (i % 2 ? &pair->bob : &pair->alice, "to and fro", 0));
      pair_settle (pair);
    }
  g_assert_true (end_send (&pair->alice, "answered", 0));
  pair_settle (pair);
  g_assert_true (end_send (&pair->bob, "never read", 0));
  decrypting_fails = TRUE;
  end_take_one (&pair->alice);
  decrypting_fails = FALSE;
  g_assert_cmpint (pair->alice.verdict, ==, ENGINE_VERDICT_UNREADABLE);
  end_receive (&pair->alice, held);
  g_assert_cmpstr (end_last_text (&pair->alice), ==, "held");
}

/* The goodbye cannot be said: it is over all the same, and only because the user wants it. */
static void
test_an_end_without_a_goodbye_is_an_end (gconstpointer version)
{
  g_autoptr (Pair) pair = pair_new_private (GPOINTER_TO_UINT (version), 0);
  guint begun = pair->alice.wire->len;

  encrypting_fails = TRUE;
  end_end (&pair->alice);
  encrypting_fails = FALSE;
  g_assert_cmpuint (pair->alice.wire->len, ==, begun);
  g_assert_cmpint (pair->alice.view->state, ==, ENGINE_STATE_PLAINTEXT);
  g_assert_cmpint (pair->bob.view->state, ==, ENGINE_STATE_PRIVATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  for (guint version = 2; version <= 3; version++)
    {
      g_autofree char *send =
          g_strdup_printf ("/faults/v%u/a-failed-encryption-sends-nothing", version);
      g_autofree char *read =
          g_strdup_printf ("/faults/v%u/a-failed-decryption-is-unreadable", version);
      g_autofree char *turn =
          g_strdup_printf ("/faults/v%u/a-failed-turn-of-direction-loses-no-key", version);
      g_autofree char *end =
          g_strdup_printf ("/faults/v%u/an-end-without-a-goodbye-is-an-end", version);

      g_test_add_data_func (send, GUINT_TO_POINTER (version),
                            test_a_failed_encryption_sends_nothing);
      g_test_add_data_func (read, GUINT_TO_POINTER (version),
                            test_a_failed_decryption_is_unreadable);
      g_test_add_data_func (turn, GUINT_TO_POINTER (version),
                            test_a_failed_turn_of_direction_loses_no_key);
      g_test_add_data_func (end, GUINT_TO_POINTER (version),
                            test_an_end_without_a_goodbye_is_an_end);
    }
  return g_test_run ();
}
