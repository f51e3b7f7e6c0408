/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The policy that holds, and where it comes from. */

#include <unistd.h>

#include "core/policy.h"
#include "introspection/otrd-error.h"

static void
the_contact_is_over_the_account_over_the_default (void)
{
  static const struct
  {
    OtrdPolicy contact, account, by_default, expected;
    CorePolicyOrigin origin;
  } cases[] = {
    { OTRD_POLICY_NEVER, OTRD_POLICY_ALWAYS, OTRD_POLICY_MANUAL, OTRD_POLICY_NEVER,
      CORE_ORIGIN_CONTACT },
    { OTRD_POLICY_INHERIT, OTRD_POLICY_ALWAYS, OTRD_POLICY_MANUAL, OTRD_POLICY_ALWAYS,
      CORE_ORIGIN_ACCOUNT },
    { OTRD_POLICY_INHERIT, OTRD_POLICY_INHERIT, OTRD_POLICY_MANUAL, OTRD_POLICY_MANUAL,
      CORE_ORIGIN_DEFAULT },
    { OTRD_POLICY_INHERIT, OTRD_POLICY_INHERIT, OTRD_POLICY_INHERIT, OTRD_POLICY_OPPORTUNISTIC,
      CORE_ORIGIN_DEFAULT },
    { OTRD_POLICY_UNKNOWN, 99, OTRD_POLICY_UNKNOWN, OTRD_POLICY_OPPORTUNISTIC,
      CORE_ORIGIN_DEFAULT },
    { OTRD_POLICY_ALWAYS, OTRD_POLICY_INHERIT, OTRD_POLICY_NEVER, OTRD_POLICY_ALWAYS,
      CORE_ORIGIN_CONTACT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CorePolicyOrigin origin;

      g_assert_cmpint (
          core_policy_resolve (cases[i].contact, cases[i].account, cases[i].by_default, &origin),
          ==, cases[i].expected);
      g_assert_cmpint (origin, ==, cases[i].origin);
    }
  g_assert_cmpint (core_policy_resolve (0, 0, OTRD_POLICY_NEVER, NULL), ==, OTRD_POLICY_NEVER);
}

static void
words_are_read_and_others_refused (void)
{
  static const char *const wrong[] = { "Always", "none", " manual", "opportunistic\n" };
  g_autoptr (GError) error = NULL;
  OtrdPolicy policy;

  g_assert_true (core_policy_read ("manual", FALSE, &policy, &error));
  g_assert_cmpint (policy, ==, OTRD_POLICY_MANUAL);
  g_assert_true (core_policy_read ("", TRUE, &policy, &error));
  g_assert_cmpint (policy, ==, OTRD_POLICY_INHERIT);
  g_assert_false (core_policy_read ("", FALSE, &policy, &error));
  g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_clear_error (&error);
      g_assert_false (core_policy_read (wrong[i], TRUE, &policy, &error));
      g_assert_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT);
    }
  g_assert_cmpstr (core_policy_origin_to_string (CORE_ORIGIN_CONTACT), ==, "contact");
  g_assert_cmpstr (core_policy_origin_to_string (CORE_ORIGIN_ACCOUNT), ==, "account");
  g_assert_cmpstr (core_policy_origin_to_string (CORE_ORIGIN_DEFAULT), ==, "default");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (280);
  g_test_add_func ("/core/policy/the-contact-is-over-the-account-over-the-default",
                   the_contact_is_over_the_account_over_the_default);
  g_test_add_func ("/core/policy/words-are-read-and-others-refused",
                   words_are_read_and_others_refused);
  return g_test_run ();
}
