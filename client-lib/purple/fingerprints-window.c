// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* All fingerprints, in a window. After each change it comes again with what is
 * known then. */

#include "fingerprints.h"
#include "notices.h"
#include "records.h"
#include "table.h"

#define TITLE "OTR fingerprints"

typedef struct
{
  OtrdAccount *account;
  GVariant *record;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_object_unref (self->account);
  g_variant_unref (self->record);
  g_free (self);
}

/* What is shown, and before that what is looked up for it. */
typedef struct
{
  Messenger *messenger;
  GPtrArray *accounts; /* OtrdAccount */
  guint next;
  Table *table;
} View;

static void
view_free (View *self)
{
  messenger_unref (self->messenger);
  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  table_unref (self->table);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (View, view_free)

static View *
view_new (Messenger *messenger, Table *table)
{
  View *self = g_new0 (View, 1);

  self->messenger = messenger_ref (messenger);
  self->table = table;
  return self;
}

static void
tell_failure (Messenger *messenger, const char *what, const GError *error)
{
  purple_notify_error (messenger_get_plugin (messenger), TITLE, what, error->message);
}

/* What is done with one */

static void
on_changed (View *self, const GError *error)
{
  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  table_close (self->table);
  fingerprints_show_all (self->messenger);
  if (error != NULL)
    tell_failure (self->messenger, "The fingerprint could not be changed.", error);
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (View) self = user_data;
  g_autoptr (GError) error = NULL;

  otrd_account_forget_finish (OTRD_ACCOUNT (source), result, &error);
  on_changed (self, error);
}

static void
on_trust_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (View) self = user_data;
  g_autoptr (GError) error = NULL;

  otrd_account_set_trust_finish (OTRD_ACCOUNT (source), result, &error);
  on_changed (self, error);
}

/* In the order of the buttons; UNKNOWN: it is forgotten. */
static const char *const buttons[] = { "Verify", "Not verified", "Reject", "Forget", NULL };
static const OtrdTrust trusts[] = { OTRD_TRUST_VERIFIED, OTRD_TRUST_UNVERIFIED, OTRD_TRUST_REJECTED,
                                    OTRD_TRUST_UNKNOWN };

/* One that the user is asked about. */
typedef struct
{
  View *view;
  OtrdAccount *account;
  GVariant *record;
} Question;

static void
question_free (Question *self)
{
  g_clear_pointer (&self->view, view_free);
  g_object_unref (self->account);
  g_variant_unref (self->record);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
on_compared (gpointer user_data)
{
  g_autoptr (Question) self = user_data;

  otrd_account_set_trust (self->account, record_get (self->record, "contact"),
                          record_get (self->record, "fingerprint"), OTRD_TRUST_VERIFIED, NULL, NULL,
                          on_trust_set, g_steal_pointer (&self->view));
}

static void
on_not_compared (gpointer user_data)
{
  question_free (user_data);
}

/* The whole fingerprint, for which Finch's columns have no room. */
static void
ask_if_compared (View *taken, const Entry *entry)
{
  g_autofree char *spelled = notices_spell_fingerprint (record_get (entry->record, "fingerprint"));
  g_autofree char *words =
      g_strdup_printf ("%s:\n%s", record_get (entry->record, "contact"), spelled);
  Question *self = g_new0 (Question, 1);

  *self = (Question){ taken, g_object_ref (entry->account), g_variant_ref (entry->record) };
  purple_request_action (
      messenger_get_plugin (taken->messenger), "OTR fingerprint",
      "Have you compared this fingerprint with your contact, by telephone or in person?", words, 1,
      NULL, NULL, NULL, self, 2, "It is the same", G_CALLBACK (on_compared), "Cancel",
      G_CALLBACK (on_not_compared));
}

static void
on_chosen (Table *table, guint button, gpointer row, gpointer messenger)
{
  const Entry *entry = row;
  const char *contact = record_get (entry->record, "contact");
  const char *fingerprint = record_get (entry->record, "fingerprint");
  View *view;

  if (messenger_get_plugin (messenger) == NULL)
    return;
  view = view_new (messenger, table_ref (table));
  if (trusts[button] == OTRD_TRUST_VERIFIED)
    ask_if_compared (view, entry);
  else if (trusts[button] == OTRD_TRUST_UNKNOWN)
    otrd_account_forget (entry->account, contact, fingerprint, NULL, NULL, on_forgotten, view);
  else
    otrd_account_set_trust (entry->account, contact, fingerprint, trusts[button], NULL, NULL,
                            on_trust_set, view);
}

/* What is shown */

static void
add_record (Table *table, OtrdAccount *account, GVariant *record)
{
  g_autofree char *spelled = notices_spell_fingerprint (record_get (record, "fingerprint"));
  g_autofree char *described = record_describe (record);
  const char *cells[] = { record_get (record, "contact"), described, spelled,
                          otrd_account_get_name (account), NULL };
  Entry *entry = g_new0 (Entry, 1);

  entry->account = g_object_ref (account);
  entry->record = g_variant_ref (record);
  table_add_row (table, cells, entry, entry_free);
}

static void read_next (View *taken);

static void
on_records (GPtrArray *taken, const GError *error, gpointer user_data)
{
  g_autoptr (View) self = user_data;
  g_autoptr (GPtrArray) records = taken;

  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  if (records == NULL)
    {
      tell_failure (self->messenger, "The fingerprints could not be looked up.", error);
      return;
    }
  for (guint i = 0; i < records->len; i++)
    add_record (self->table, g_ptr_array_index (self->accounts, self->next), records->pdata[i]);
  self->next++;
  read_next (g_steal_pointer (&self));
}

static void
read_next (View *taken)
{
  g_autoptr (View) self = taken;

  if (self->next < self->accounts->len)
    {
      records_read (g_ptr_array_index (self->accounts, self->next), NULL, on_records, self);
      (void)g_steal_pointer (&self);
      return;
    }
  if (table_is_empty (self->table))
    {
      purple_notify_info (messenger_get_plugin (self->messenger), TITLE,
                          "No fingerprint of a contact is known yet.", NULL);
      return;
    }
  table_show (self->table, "Known fingerprints", "Those of your contacts, in all your messengers.",
              buttons, on_chosen, messenger_ref (self->messenger), (GDestroyNotify)messenger_unref);
}

static void
on_accounts (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (View) self = user_data;
  g_autoptr (GError) error = NULL;

  self->accounts = otrd_client_list_accounts_finish (OTRD_CLIENT (source), result, &error);
  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  if (self->accounts == NULL)
    tell_failure (self->messenger, "The fingerprints could not be looked up.", error);
  else
    read_next (g_steal_pointer (&self));
}

static void
on_client (Messenger *messenger, OtrdClient *client, const GError *error, gpointer user_data)
{
  static const char *const columns[] = { "Contact", "Trust", "Fingerprint", "Account", NULL };

  if (client == NULL)
    tell_failure (messenger, "The fingerprints could not be looked up.", error);
  else
    otrd_client_list_accounts (client, NULL, on_accounts,
                               view_new (messenger, table_new (TITLE, columns)));
}

void
fingerprints_show_all (Messenger *messenger)
{
  messenger_do (messenger, on_client, NULL, NULL);
}
