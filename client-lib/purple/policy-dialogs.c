// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A dialog for the policy of a contact, and a window for all accounts, which comes
 * again after each change. */

#include "accounts.h"
#include "policy.h"
#include "private-log.h"
#include "table.h"

#define TITLE "OTR policy"

static void
tell_failure (Messenger *messenger, const char *what, const GError *error)
{
  PurplePlugin *plugin = messenger_get_plugin (messenger);

  if (plugin != NULL)
    purple_notify_error (plugin, TITLE, what, error->message);
}

/* What is changed: the policy of an account's contact, or of the account. */
typedef struct
{
  Messenger *messenger;
  char *contact; /* empty: the account */
  OtrdPolicy policy;
  Table *table; /* NULL, or that comes again */
} Change;

static void
change_free (Change *self)
{
  messenger_unref (self->messenger);
  g_clear_pointer (&self->table, table_unref);
  g_free (self->contact);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static void
on_done (Change *self, const GError *error)
{
  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  if (self->table != NULL)
    {
      table_close (self->table);
      policy_ask_for_all (self->messenger);
    }
  if (error != NULL)
    tell_failure (self->messenger, "The policy could not be set.", error);
}

static void
on_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Change) self = user_data;
  g_autoptr (GError) error = NULL;

  otrd_account_set_contact_policy_finish (OTRD_ACCOUNT (source), result, &error);
  on_done (self, error);
}

static void
on_default_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Change) self = user_data;
  g_autoptr (GError) error = NULL;

  otrd_client_set_default_policy_finish (OTRD_CLIENT (source), result, &error);
  on_done (self, error);
}

static void
on_opened_to_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Change) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);
  const Change *change = self;

  if (account == NULL)
    on_done (self, error);
  else
    otrd_account_set_contact_policy (account, change->contact, change->policy, NULL, NULL, on_set,
                                     g_steal_pointer (&self));
}

static void
set_policy (Change *change, const char *protocol, const char *name)
{
  OtrdClient *client = messenger_get_client (change->messenger);

  if (client == NULL)
    change_free (change);
  else
    otrd_client_open_account (client, protocol, name, NULL, NULL, on_opened_to_set, change);
}

static Change *
change_new (Messenger *messenger, const char *contact, OtrdPolicy policy)
{
  Change *self = g_new0 (Change, 1);

  self->messenger = messenger_ref (messenger);
  self->contact = g_strdup (contact);
  self->policy = policy;
  return self;
}

/* In the order of the buttons; Finch has room for words of 15 letters. */
static const char *const buttons[] = {
  "Opportunistic", "Always", "Manual", "Never", "Inherit", NULL
};
static const OtrdPolicy policies[] = { OTRD_POLICY_OPPORTUNISTIC, OTRD_POLICY_ALWAYS,
                                       OTRD_POLICY_MANUAL, OTRD_POLICY_NEVER, OTRD_POLICY_INHERIT };

#define EXPLANATION                                                                                \
  "Opportunistic: private as soon as the contact can.\n"                                           \
  "Always: nothing goes in the clear.\n"                                                           \
  "Manual: private when somebody asks for it.\n"                                                   \
  "Inherit: as is set for more than this one."

static const char *
describe (OtrdPolicy policy)
{
  for (guint i = 0; buttons[i] != NULL; i++)
    if (policies[i] == policy)
      return buttons[i];
  return "Unknown";
}

/* A field with one of several. Pidgin and Finch count libpurple's own fields for
 * that differently, so the items of a list carry their numbers; 0 is nothing. */

static void
pick_add (PurpleRequestField *field, const char *label, guint number, gboolean is_now)
{
  purple_request_field_list_add_icon (field, label, NULL, GUINT_TO_POINTER (number + 1));
  if (is_now)
    purple_request_field_list_add_selected (field, label);
}

static guint
pick_get (PurpleRequestFields *fields, const char *id)
{
  PurpleRequestField *field = purple_request_fields_get_field (fields, id);
  GList *selected = purple_request_field_list_get_selected (field);

  return GPOINTER_TO_UINT (purple_request_field_list_get_data (field, selected->data)) - 1;
}

static gboolean
is_picked (PurpleRequestFields *fields, const char *id)
{
  PurpleRequestField *field = purple_request_fields_get_field (fields, id);

  return purple_request_field_list_get_selected (field) != NULL;
}

static PurpleRequestField *
policy_field_new (OtrdPolicy now)
{
  PurpleRequestField *field = purple_request_field_list_new ("policy", "Policy");

  for (guint i = 0; buttons[i] != NULL; i++)
    pick_add (field, buttons[i], i, policies[i] == now);
  return field;
}

/* A contact */

typedef struct
{
  Messenger *messenger;
  PurpleAccount *account;
  char *who;
} Contact;

static void
contact_free (Contact *self)
{
  messenger_unref (self->messenger);
  g_free (self->who);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contact, contact_free)

/* NULL: removed meanwhile, as the account may be. */
static PurpleBuddy *
find_buddy (const Contact *self)
{
  if (g_list_find (purple_accounts_get_all (), self->account) == NULL)
    return NULL;
  return purple_find_buddy (self->account, self->who);
}

static void
on_contact_set (gpointer user_data, PurpleRequestFields *fields)
{
  g_autoptr (Contact) self = user_data;
  PurpleBuddy *buddy = find_buddy (self);

  if (buddy == NULL || !is_picked (fields, "log") || !is_picked (fields, "policy"))
    return;
  private_log_set (PURPLE_BLIST_NODE (buddy), (PrivateLog)pick_get (fields, "log"));
  set_policy (change_new (self->messenger, self->who, policies[pick_get (fields, "policy")]),
              purple_account_get_protocol_id (self->account),
              purple_account_get_username (self->account));
}

static void
on_contact_cancelled (gpointer user_data, PurpleRequestFields *fields)
{
  contact_free (user_data);
}

static PurpleRequestField *
log_field_new (PrivateLog now)
{
  static const char *const labels[] = {
    [PRIVATE_LOG_AS_DEFAULT] = "As for all",
    [PRIVATE_LOG_NEVER] = "Not logged",
    [PRIVATE_LOG_ALWAYS] = "Logged too",
  };
  PurpleRequestField *field = purple_request_field_list_new ("log", "Log of what is private");

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    pick_add (field, labels[i], i, i == now);
  return field;
}

static void
show_contact (Contact *taken, OtrdPolicy policy)
{
  PurplePlugin *plugin = messenger_get_plugin (taken->messenger);
  PurpleBuddy *buddy = find_buddy (taken);
  PurpleRequestFields *fields;
  PurpleRequestFieldGroup *group;

  if (plugin == NULL || buddy == NULL)
    {
      contact_free (taken);
      return;
    }
  fields = purple_request_fields_new ();
  group = purple_request_field_group_new (NULL);
  purple_request_field_group_add_field (group, policy_field_new (policy));
  purple_request_field_group_add_field (
      group, log_field_new (private_log_get (PURPLE_BLIST_NODE (buddy))));
  purple_request_fields_add_group (fields, group);
  purple_request_fields (plugin, TITLE, taken->who, EXPLANATION, fields, "Set",
                         G_CALLBACK (on_contact_set), "Cancel", G_CALLBACK (on_contact_cancelled),
                         taken->account, taken->who, NULL, taken);
}

static void
on_got (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Contact) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *origin = NULL;
  OtrdPolicy policy =
      otrd_account_get_contact_policy_finish (OTRD_ACCOUNT (source), result, &origin, &error);

  if (error != NULL)
    tell_failure (self->messenger, "The policy could not be looked up.", error);
  else
    show_contact (g_steal_pointer (&self),
                  g_strcmp0 (origin, "contact") == 0 ? policy : OTRD_POLICY_INHERIT);
}

static void
on_opened_to_look (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Contact) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OtrdAccount) account =
      otrd_client_open_account_finish (OTRD_CLIENT (source), result, &error);
  const char *who = self->who;

  if (account != NULL)
    otrd_account_get_contact_policy (account, who, NULL, NULL, on_got, g_steal_pointer (&self));
  else
    tell_failure (self->messenger, "The policy could not be looked up.", error);
}

static void
on_client (Messenger *messenger, OtrdClient *client, const GError *error, gpointer user_data)
{
  g_autoptr (Contact) self = user_data;
  PurpleAccount *account = self->account;

  if (client == NULL)
    tell_failure (messenger, "The policy could not be looked up.", error);
  else if (find_buddy (self) != NULL)
    otrd_client_open_account (client, purple_account_get_protocol_id (account),
                              purple_account_get_username (account), NULL, NULL, on_opened_to_look,
                              g_steal_pointer (&self));
}

void
policy_ask_for_contact (Messenger *messenger, PurpleBuddy *contact)
{
  Contact *self = g_new0 (Contact, 1);

  self->messenger = messenger_ref (messenger);
  self->account = purple_buddy_get_account (contact);
  self->who = g_strdup (purple_normalize (self->account, purple_buddy_get_name (contact)));
  messenger_do (messenger, on_client, self, NULL);
}

/* All */

static void
on_all_set (Table *table, guint button, gpointer row, gpointer messenger)
{
  const OwnAccount *own = row; /* NULL: the default */
  OtrdPolicy policy = policies[button];
  OtrdClient *client =
      messenger_get_plugin (messenger) != NULL ? messenger_get_client (messenger) : NULL;
  Change *change;

  if (client == NULL || (own == NULL && policy == OTRD_POLICY_INHERIT))
    return;
  change = change_new (messenger, "", policy);
  change->table = table_ref (table);
  if (own != NULL)
    set_policy (change, own->protocol, own->name);
  else
    otrd_client_set_default_policy (client, policy, NULL, NULL, on_default_set, change);
}

static void
add_account (Table *table, OwnAccount *taken)
{
  g_autofree char *name = own_account_describe (taken);
  OtrdPolicy policy =
      taken->account != NULL ? otrd_account_get_policy (taken->account) : OTRD_POLICY_INHERIT;
  const char *cells[] = { name, describe (policy), NULL };

  table_add_row (table, cells, taken, (GDestroyNotify)own_account_free);
}

static void
on_accounts_read (Messenger *messenger,
                  GPtrArray *own_accounts,
                  const GError *error,
                  gpointer user_data)
{
  static const char *const columns[] = { "Account", "Policy", NULL };
  const char *first[] = { "All accounts", NULL, NULL };
  g_autoptr (Table) table = NULL;

  if (own_accounts == NULL)
    {
      tell_failure (messenger, "The policies could not be looked up.", error);
      return;
    }
  table = table_new (TITLE, columns);
  first[1] = describe (otrd_client_get_default_policy (messenger_get_client (messenger)));
  table_add_row (table, first, NULL, NULL);
  g_ptr_array_set_free_func (own_accounts, NULL);
  for (guint i = 0; i < own_accounts->len; i++)
    add_account (table, own_accounts->pdata[i]);
  g_ptr_array_unref (own_accounts);
  table_show (table, "When conversations become private", EXPLANATION, buttons, on_all_set,
              messenger_ref (messenger), (GDestroyNotify)messenger_unref);
}

void
policy_ask_for_all (Messenger *messenger)
{
  own_accounts_read (messenger, on_accounts_read, NULL);
}
