// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The policy as it is typed. */

#include "policy.h"

#include "accounts.h"
#include "notices.h"
#include "talk.h"

#include <string.h>

#define INHERIT "inherit"

/* In a conversation */

static void
tell (Talk *talk, OtrdPolicy policy, const char *origin)
{
  const char *word = otrd_policy_to_string (policy);

  notices_tell (talk_get_conversation (talk), "Policy: %s (%s).", word != NULL ? word : "unknown",
                origin);
}

static const char *
describe_origin (const char *origin)
{
  if (g_strcmp0 (origin, "contact") == 0)
    return "that of the contact";
  return g_strcmp0 (origin, "account") == 0 ? "that of the account" : "the default";
}

/* A policy that is asked for or set. */
typedef struct
{
  Talk *talk;
  gboolean of_account;
  gboolean set;
  OtrdPolicy policy;
} Order;

static void
order_free (Order *self)
{
  talk_unref (self->talk);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Order, order_free)

static const char *
find_subject (const Order *self)
{
  return self->of_account ? "" : otrd_session_get_contact (talk_get_session (self->talk));
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Talk) talk = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *origin = NULL;
  OtrdPolicy policy =
      otrd_account_get_contact_policy_finish (OTRD_ACCOUNT (source), result, &origin, &error);

  if (talk_get_messenger (talk) == NULL)
    return;
  if (error != NULL)
    notices_warn (talk_get_conversation (talk), "Could not look up the policy: %s", error->message);
  else
    tell (talk, policy, describe_origin (origin));
}

static void
look_up (const Order *self, OtrdAccount *account)
{
  otrd_account_get_contact_policy (account, find_subject (self), NULL, NULL, on_got,
                                   talk_ref (self->talk));
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Order) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = otrd_account_set_contact_policy_finish (OTRD_ACCOUNT (source), result, &error);

  if (talk_get_messenger (self->talk) == NULL)
    return;
  if (done)
    look_up (self, OTRD_ACCOUNT (source));
  else
    notices_warn (talk_get_conversation (self->talk), "Could not set the policy: %s",
                  error->message);
}

static void
carry_out (Talk *talk, OtrdAccount *account, gpointer user_data)
{
  const Order *order = user_data;
  Order *copy;

  if (!order->set)
    {
      look_up (order, account);
      return;
    }
  copy = g_memdup2 (order, sizeof *order);
  talk_ref (copy->talk);
  otrd_account_set_contact_policy (account, find_subject (order), order->policy, NULL, NULL, on_set,
                                   copy);
}

static void
on_default_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Order) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = otrd_client_set_default_policy_finish (OTRD_CLIENT (source), result, &error);

  if (talk_get_messenger (self->talk) == NULL)
    return;
  if (done)
    tell (self->talk, self->policy, "the default");
  else
    notices_warn (talk_get_conversation (self->talk), "Could not set the policy: %s",
                  error->message);
}

static void
run_default (Order *taken)
{
  g_autoptr (Order) self = taken;
  OtrdClient *client = talk_get_client (self->talk);
  OtrdPolicy policy = self->policy;

  if (client == NULL)
    return;
  if (!self->set)
    tell (self->talk, otrd_client_get_default_policy (client), "the default");
  else
    otrd_client_set_default_policy (client, policy, NULL, NULL, on_default_set,
                                    g_steal_pointer (&self));
}

/* UNKNOWN: no such word. */
static OtrdPolicy
read_policy (const char *word)
{
  static const OtrdPolicy policies[] = { OTRD_POLICY_NEVER, OTRD_POLICY_MANUAL,
                                         OTRD_POLICY_OPPORTUNISTIC, OTRD_POLICY_ALWAYS };

  if (g_str_equal (word, INHERIT))
    return OTRD_POLICY_INHERIT;
  for (gsize i = 0; i < G_N_ELEMENTS (policies); i++)
    if (g_str_equal (word, otrd_policy_to_string (policies[i])))
      return policies[i];
  return OTRD_POLICY_UNKNOWN;
}

void
policy_run (Talk *talk, const char *words)
{
  gboolean of_account = g_str_has_prefix (words, "account");
  gboolean of_all = g_str_has_prefix (words, "default");
  const char *word = words + (of_account || of_all ? strlen ("account") : 0);
  Order *order;
  OtrdPolicy policy;

  while (*word == ' ')
    word++;
  policy = read_policy (word);
  if (*word != '\0' && (policy == OTRD_POLICY_UNKNOWN || (of_all && policy == OTRD_POLICY_INHERIT)))
    {
      notices_warn (talk_get_conversation (talk),
                    "/otr policy [account or default] [opportunistic, always, manual, never, or "
                    "inherit]");
      return;
    }
  order = g_memdup2 (&(Order){ talk_ref (talk), of_account, *word != '\0', policy }, sizeof *order);
  if (of_all)
    run_default (order);
  else
    account_do (talk, "look up the policy", carry_out, order, (GDestroyNotify)order_free);
}
