// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* pidgin-otr has three switches where the service has one word. The policies are
 * gone through one by one: there are few of them. */

#include "old-policies.h"

#define OVERRIDES "OTR/overridedefault"
#define ENABLED "OTR/enabled"
#define AUTOMATIC "OTR/automatic"
#define ONLY_PRIVATE "OTR/onlyprivate"
#define ONE_BY_ONE_MAX 5

typedef enum
{
  SAME,
  NEW,
  CONFLICT,
  FAILED,
} Outcome;

typedef struct
{
  char *protocol; /* NULL: for all */
  char *account;
  char *who;
  OtrdPolicy there;
  OtrdPolicy here;
  Outcome outcome;
  char *failure;
} OldPolicy;

struct _OldPolicies
{
  GPtrArray *all; /* OldPolicy */
};

static void
old_policy_free (OldPolicy *policy)
{
  g_free (policy->protocol);
  g_free (policy->account);
  g_free (policy->who);
  g_free (policy->failure);
  g_free (policy);
}

static OtrdPolicy
read_switches (gboolean enabled, gboolean automatic, gboolean only_private)
{
  if (!enabled)
    return OTRD_POLICY_NEVER;
  if (!automatic)
    return OTRD_POLICY_MANUAL;
  return only_private ? OTRD_POLICY_ALWAYS : OTRD_POLICY_OPPORTUNISTIC;
}

static void
add_default (OldPolicies *self)
{
  OldPolicy *policy;

  if (!purple_prefs_exists ("/" ENABLED) || !purple_prefs_exists ("/" AUTOMATIC)
      || !purple_prefs_exists ("/" ONLY_PRIVATE))
    return;
  policy = g_new0 (OldPolicy, 1);
  policy->there =
      read_switches (purple_prefs_get_bool ("/" ENABLED), purple_prefs_get_bool ("/" AUTOMATIC),
                     purple_prefs_get_bool ("/" ONLY_PRIVATE));
  g_ptr_array_add (self->all, policy);
}

static void
add_contact (OldPolicies *self, PurpleBuddy *buddy)
{
  PurpleBlistNode *node = PURPLE_BLIST_NODE (buddy);
  PurpleAccount *account = purple_buddy_get_account (buddy);
  OldPolicy *policy;

  if (!purple_blist_node_get_bool (node, OVERRIDES))
    return;
  policy = g_new0 (OldPolicy, 1);
  policy->protocol = g_strdup (purple_account_get_protocol_id (account));
  policy->account = g_strdup (purple_account_get_username (account));
  policy->who = g_strdup (purple_normalize (account, purple_buddy_get_name (buddy)));
  policy->there = read_switches (purple_blist_node_get_bool (node, ENABLED),
                                 purple_blist_node_get_bool (node, AUTOMATIC),
                                 purple_blist_node_get_bool (node, ONLY_PRIVATE));
  g_ptr_array_add (self->all, policy);
}

OldPolicies *
old_policies_new (void)
{
  OldPolicies *self = g_new0 (OldPolicies, 1);

  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify)old_policy_free);
  add_default (self);
  for (PurpleBlistNode *node = purple_blist_get_root (); node != NULL;
       node = purple_blist_node_next (node, FALSE))
    if (PURPLE_BLIST_NODE_IS_BUDDY (node))
      add_contact (self, PURPLE_BUDDY (node));
  return self;
}

void
old_policies_free (OldPolicies *self)
{
  g_ptr_array_unref (self->all);
  g_free (self);
}

/* One by one */

typedef struct
{
  OldPolicies *policies;
  OtrdClient *client;
  gboolean handing_over; /* not only comparing */
  guint next;
  OldPoliciesDone done;
  gpointer user_data;
} Walk;

static void go_on (Walk *self);

static OldPolicy *
get_current (Walk *self)
{
  return g_ptr_array_index (self->policies->all, self->next);
}

static void
finish_one (Walk *self, const GError *error)
{
  OldPolicy *policy = get_current (self);

  if (error != NULL)
    {
      policy->outcome = FAILED;
      policy->failure = g_strdup (error->message);
    }
  self->next++;
  go_on (self);
}

/* @unset: what the service has where the user has set nothing. */
static void
compare (OldPolicy *policy, OtrdPolicy here, OtrdPolicy unset)
{
  policy->here = here;
  if (policy->there == here)
    policy->outcome = SAME;
  else
    policy->outcome = here == unset ? NEW : CONFLICT;
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *origin = NULL;
  OtrdPolicy policy =
      otrd_account_get_contact_policy_finish (OTRD_ACCOUNT (source), result, &origin, &error);
  gboolean own = g_strcmp0 (origin, "contact") == 0;

  compare (get_current (user_data), own ? policy : OTRD_POLICY_INHERIT, OTRD_POLICY_INHERIT);
  finish_one (user_data, error);
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  otrd_account_set_contact_policy_finish (OTRD_ACCOUNT (source), result, &error);
  finish_one (user_data, error);
}

/* The preview may be old: what the user has chosen since then stays. */
static void
on_looked_again (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Walk *self = user_data;
  OldPolicy *policy = get_current (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *origin = NULL;
  OtrdPolicy here =
      otrd_account_get_contact_policy_finish (OTRD_ACCOUNT (source), result, &origin, &error);

  if (error == NULL && g_strcmp0 (origin, "contact") == 0)
    compare (policy, here, OTRD_POLICY_INHERIT);
  if (error == NULL && policy->outcome == NEW)
    otrd_account_set_contact_policy (OTRD_ACCOUNT (source), policy->who, policy->there, NULL, NULL,
                                     on_set, self);
  else
    finish_one (self, error);
}

static void
on_default_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  otrd_client_set_default_policy_finish (OTRD_CLIENT (source), result, &error);
  finish_one (user_data, error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Walk *self = user_data;
  OldPolicy *policy = get_current (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);

  if (account != NULL && self->handing_over)
    otrd_account_get_contact_policy (account, policy->who, NULL, NULL, on_looked_again, self);
  else if (account != NULL)
    otrd_account_get_contact_policy (account, policy->who, NULL, NULL, on_got, self);
  else if (!self->handing_over && g_error_matches (error, OTRD_ERROR, OTRD_ERROR_NOT_FOUND))
    {
      compare (policy, OTRD_POLICY_INHERIT, OTRD_POLICY_INHERIT);
      finish_one (self, NULL);
    }
  else
    finish_one (self, error);
}

static void
do_default (Walk *self, OldPolicy *policy)
{
  compare (policy, otrd_client_get_default_policy (self->client), OTRD_POLICY_OPPORTUNISTIC);
  if (self->handing_over && policy->outcome == NEW)
    {
      otrd_client_set_default_policy (self->client, policy->there, NULL, NULL, on_default_set,
                                      self);
      return;
    }
  finish_one (self, NULL);
}

static void
go_on (Walk *self)
{
  OldPolicy *policy;

  while (self->handing_over && self->next < self->policies->all->len
         && get_current (self)->outcome != NEW)
    self->next++;
  if (self->next == self->policies->all->len)
    {
      self->done (self->user_data);
      g_object_unref (self->client);
      g_free (self);
      return;
    }
  policy = get_current (self);
  if (policy->protocol == NULL)
    do_default (self, policy);
  else
    otrd_client_open_account (self->client, policy->protocol, policy->account,
                              g_variant_new_parsed ("{'create': <%b>}", self->handing_over), NULL,
                              on_opened, self);
}

static void
walk (OldPolicies *policies,
      OtrdClient *client,
      gboolean handing_over,
      OldPoliciesDone done,
      gpointer user_data)
{
  Walk *self = g_new0 (Walk, 1);

  *self = (Walk){ policies, g_object_ref (client), handing_over, 0, done, user_data };
  go_on (self);
}

void
old_policies_compare (OldPolicies *self,
                      OtrdClient *client,
                      OldPoliciesDone done,
                      gpointer user_data)
{
  walk (self, client, FALSE, done, user_data);
}

void
old_policies_hand_over (OldPolicies *self,
                        OtrdClient *client,
                        OldPoliciesDone done,
                        gpointer user_data)
{
  walk (self, client, TRUE, done, user_data);
}

/* In words */

static guint
count (OldPolicies *self, Outcome outcome)
{
  guint found = 0;

  for (guint i = 0; i < self->all->len; i++)
    found += ((OldPolicy *)self->all->pdata[i])->outcome == outcome;
  return found;
}

gboolean
old_policies_have_news (OldPolicies *self)
{
  return count (self, NEW) > 0;
}

static void
append_one (GString *words, const OldPolicy *policy)
{
  g_string_append_printf (words, "- %s: %s", policy->who != NULL ? policy->who : "everybody",
                          otrd_policy_to_string (policy->there));
  if (policy->outcome == CONFLICT)
    g_string_append_printf (words, ", here %s", otrd_policy_to_string (policy->here));
  if (policy->failure != NULL)
    g_string_append_printf (words, " (%s)", policy->failure);
  g_string_append (words, "\n");
}

static void
append_list (GString *words, OldPolicies *self, Outcome outcome, const char *title)
{
  guint n_all = count (self, outcome);
  guint n_told = 0;

  if (n_all > 0)
    g_string_append_printf (words, "\n%s\n", title);
  for (guint i = 0; i < self->all->len && n_told < ONE_BY_ONE_MAX; i++)
    {
      const OldPolicy *policy = self->all->pdata[i];

      if (policy->outcome != outcome)
        continue;
      append_one (words, policy);
      n_told++;
    }
  if (n_all > n_told)
    g_string_append_printf (words, "- and %u more\n", n_all - n_told);
}

char *
old_policies_describe (OldPolicies *self)
{
  GString *words = g_string_new (NULL);

  append_list (words, self, NEW, "When conversations are private:");
  append_list (words, self, CONFLICT, "When conversations are private, left as it is here:");
  append_list (words, self, FAILED, "When conversations are private, could not be taken over:");
  return g_string_free (words, FALSE);
}
