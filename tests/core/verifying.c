/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "verifying.h"

#include <string.h>

Talk *
talk_new_in_version (guint version)
{
  Talk *talk = talk_new ();

  if (version == 2)
    {
      actor_receive (talk->b, "?OTRv2?");
      side_settle (talk->alice);
    }
  else
    side_go_private (talk->alice);
  g_assert_cmpuint (core_session_get_otr_version (talk->alice->session), ==, version);
  return talk;
}

void
talk_ask (Talk *talk, const char *secret, const char *question)
{
  Answer *asked = actor_verify (talk->a, secret, question);

  side_settle (talk->alice);
  g_assert_no_error (asked->error);
  g_assert_cmpstr (core_session_get_verification (talk->alice->session), ==, "waiting");
  g_assert_cmpstr (core_session_get_verification (talk->bob->session), ==, "asked");
}

void
talk_answer (Talk *talk, const char *secret)
{
  Answer *answered = actor_answer (talk->b, secret);

  side_settle (talk->alice);
  g_assert_no_error (answered->error);
}

void
talk_verify (Talk *talk)
{
  talk_ask (talk, RIGHT, NULL);
  talk_answer (talk, RIGHT);
}

static const char *
find_result (Side *side)
{
  const char *found = NULL;

  for (guint i = 0; i < side->events->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (side->events, i), "verification-finished"))
      {
        g_assert_null (found);
        found = g_ptr_array_index (side->events, i);
      }
  return found;
}

void
side_assert_result (Side *side, const char *result, gboolean proves_contact)
{
  g_autofree char *words = g_strdup_printf ("'result': <'%s'>", result);
  g_autofree char *proof =
      g_strdup_printf ("'proves-contact': <%s>", proves_contact ? "true" : "false");
  g_autoptr (GVariant) last = core_session_dup_verification (side->session);
  g_autofree char *shown = g_variant_print (last, FALSE);
  const char *told = find_result (side);

  g_assert_nonnull (told);
  g_assert_nonnull (strstr (told, words));
  g_assert_nonnull (strstr (told, proof));
  g_assert_cmpstr (core_session_get_verification (side->session), ==, "idle");
  g_assert_nonnull (strstr (shown, words));
  g_assert_nonnull (strstr (shown, proof));
  g_assert_null (strstr (shown, "'role'"));
}

void
side_assert_kept (Side *side, const char *fingerprint, gboolean proven)
{
  const CoreFingerprintFilter filter = { .fingerprint = fingerprint };
  g_autofree char *next = NULL;
  g_autoptr (GVariant) records =
      core_account_list_fingerprints (side->account, &filter, &next, NULL);
  g_autoptr (GVariant) record = g_variant_get_child_value (records, 0);
  const char *trust = NULL;
  const char *method = NULL;

  g_variant_lookup (record, "trust", "&s", &trust);
  g_variant_lookup (record, "method", "&s", &method);
  g_assert_cmpstr (trust, ==, "verified");
  g_assert_true (g_str_equal (method, "manual") == !proven);
}

void
talk_assert_next_one_works (Talk *talk)
{
  g_ptr_array_set_size (talk->alice->events, 0);
  if (!g_str_equal (core_session_get_state (talk->alice->session), "private"))
    side_go_private (talk->alice);
  talk_verify (talk);
  side_assert_result (talk->alice, "verified", TRUE);
}
