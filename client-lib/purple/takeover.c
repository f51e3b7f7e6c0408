// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* The service reads the files and says what would come (a preview), and later
 * what has come. An offer is made until the user has answered it. */

#include "takeover.h"

#include "old-policies.h"
#include "takeover-report.h"
#include "unlock.h"

#define TITLE "OTR: take over from pidgin-otr"
#define RESULT_TITLE "OTR: taken over"
#define ANSWERED "/plugins/core/otrd/takeover_answered"

typedef struct
{
  Messenger *messenger;
  GHashTable *files; /* role to file name */
  OldPolicies *policies;
  GVariant *report; /* of the import that was made last */
  gboolean asked;   /* by the user: failures and "nothing" are told */
} Takeover;

static void
takeover_free (Takeover *self)
{
  messenger_unref (self->messenger);
  g_hash_table_unref (self->files);
  g_clear_pointer (&self->policies, old_policies_free);
  g_clear_pointer (&self->report, g_variant_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Takeover, takeover_free)

void
takeover_add_preferences (void)
{
  purple_prefs_add_bool (ANSWERED, FALSE);
}

static void
add_file (GHashTable *files, const char *role, const char *name)
{
  g_autofree char *path = g_build_filename (purple_user_dir (), name, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_hash_table_insert (files, g_strdup (role), g_steal_pointer (&path));
}

static GHashTable *
find_files (void)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  add_file (files, "private-keys", "otr.private_key");
  add_file (files, "fingerprints", "otr.fingerprints");
  return files;
}

static void
tell (Takeover *self, const char *what, const char *more)
{
  purple_notify_info (messenger_get_plugin (self->messenger), RESULT_TITLE, what, more);
}

static void
import (Takeover *taken, gboolean preview, GAsyncReadyCallback callback)
{
  g_autoptr (Takeover) self = taken;
  OtrdClient *client = messenger_get_client (self->messenger);
  GHashTable *files = self->files;

  if (client != NULL)
    otrd_client_import (client, "pidgin", files,
                        g_variant_new_parsed ("{'preview': <%b>}", preview), NULL, callback,
                        g_steal_pointer (&self));
}

/* FALSE: the plugin is unloaded, and nobody is to hear of it; or NULL is in the report. */
static gboolean
take_report (Takeover *self, GObject *client, GAsyncResult *result, GError **error)
{
  g_clear_pointer (&self->report, g_variant_unref);
  self->report = otrd_client_import_finish (OTRD_CLIENT (client), result, error);
  return messenger_get_plugin (self->messenger) != NULL;
}

static char *
describe (Takeover *self, gboolean done)
{
  g_autofree char *policies = old_policies_describe (self->policies);

  return takeover_report_describe (self->report, policies, done);
}

static void
tell_report (Takeover *self, const char *what, gboolean done)
{
  g_autofree char *words = describe (self, done);

  tell (self, what, words);
}

/* Done */

static void
on_handed_over (gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;

  if (messenger_get_plugin (self->messenger) != NULL)
    tell_report (self, "Taken over from pidgin-otr.", TRUE);
}

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;
  g_autoptr (GError) error = NULL;
  OldPolicies *policies = self->policies;

  if (!take_report (self, source, result, &error))
    return;
  if (self->report != NULL)
    old_policies_hand_over (policies, OTRD_CLIENT (source), on_handed_over,
                            g_steal_pointer (&self));
  else
    purple_notify_error (messenger_get_plugin (self->messenger), TITLE, "Nothing was taken over.",
                         error->message);
}

/* The preview */

static void
on_yes (gpointer user_data)
{
  purple_prefs_set_bool (ANSWERED, TRUE);
  import (user_data, FALSE, on_imported);
}

static void
on_no (gpointer user_data)
{
  purple_prefs_set_bool (ANSWERED, TRUE);
  takeover_free (user_data);
}

static void
show_preview (Takeover *taken)
{
  g_autofree char *words = describe (taken, FALSE);

  purple_request_action (messenger_get_plugin (taken->messenger), TITLE,
                         "Take over the keys and contacts of pidgin-otr?", words, 0, NULL, NULL,
                         NULL, taken, 2, "Take over", G_CALLBACK (on_yes), "Not now",
                         G_CALLBACK (on_no));
}

static void look (Takeover *taken);

static void
on_unlocked (Messenger *messenger, const GError *error, gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;

  if (messenger_get_plugin (messenger) == NULL)
    return;
  if (error != NULL)
    tell (self, "Your keys could not be unlocked.", error->message);
  else
    look (g_steal_pointer (&self));
}

static void
on_unlock (gpointer user_data)
{
  Takeover *self = user_data;

  self->asked = TRUE;
  unlock_begin (self->messenger, on_unlocked, self);
}

/* Nobody is asked for a passphrase who has not been told what for. */
static void
ask_to_unlock (Takeover *taken)
{
  purple_request_action (messenger_get_plugin (taken->messenger), TITLE,
                         "Take over the keys and contacts of pidgin-otr?",
                         "Your keys are locked: unlock them, and see what would come.", 0, NULL,
                         NULL, NULL, taken, 2, "Unlock", G_CALLBACK (on_unlock), "Not now",
                         G_CALLBACK (on_no));
}

static void
on_preview_failed (Takeover *taken, const GError *error)
{
  g_autoptr (Takeover) self = taken;

  if (g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LOCKED) && !self->asked)
    ask_to_unlock (g_steal_pointer (&self));
  else if (g_error_matches (error, OTRD_ERROR, OTRD_ERROR_LOCKED))
    on_unlock (g_steal_pointer (&self));
  else if (self->asked || g_error_matches (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED))
    tell (self, "The files of pidgin-otr could not be read.", error->message);
}

static void
on_compared (gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;

  if (messenger_get_plugin (self->messenger) == NULL)
    return;
  if (takeover_report_has_news (self->report) || old_policies_have_news (self->policies))
    show_preview (g_steal_pointer (&self));
  else if (self->asked || takeover_report_has_damaged_file (self->report))
    tell_report (self, "There is nothing new to take over.", FALSE);
}

static void
on_preview (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;
  g_autoptr (GError) error = NULL;
  OldPolicies *policies = old_policies_new ();

  g_clear_pointer (&self->policies, old_policies_free);
  self->policies = policies;
  if (!take_report (self, source, result, &error))
    return;
  if (self->report != NULL)
    old_policies_compare (policies, OTRD_CLIENT (source), on_compared, g_steal_pointer (&self));
  else
    on_preview_failed (g_steal_pointer (&self), error);
}

static void
look (Takeover *taken)
{
  import (taken, TRUE, on_preview);
}

static void
on_client (Messenger *messenger, OtrdClient *client, const GError *error, gpointer user_data)
{
  g_autoptr (Takeover) self = user_data;

  if (client != NULL)
    look (g_steal_pointer (&self));
  else if (self->asked)
    tell (self, "The files of pidgin-otr could not be read.", error->message);
}

static void
begin (Messenger *messenger, GHashTable *files, gboolean asked)
{
  Takeover *self = g_new0 (Takeover, 1);

  self->messenger = messenger_ref (messenger);
  self->files = files;
  self->asked = asked;
  messenger_do (messenger, on_client, self, NULL);
}

void
takeover_offer (Messenger *messenger)
{
  g_autoptr (GHashTable) files = find_files ();

  if (g_hash_table_size (files) > 0 && !purple_prefs_get_bool (ANSWERED))
    begin (messenger, g_steal_pointer (&files), FALSE);
}

void
takeover_begin (Messenger *messenger)
{
  g_autoptr (GHashTable) files = find_files ();

  if (g_hash_table_size (files) > 0)
    begin (messenger, g_steal_pointer (&files), TRUE);
  else
    purple_notify_info (messenger_get_plugin (messenger), TITLE,
                        "There is nothing of pidgin-otr here.", purple_user_dir ());
}
