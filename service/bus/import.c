/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Manager.Import: other clients' files come by descriptors, one after the other, and go to core. */
#include "bus/import.h"

#include "bus/descriptors.h"
#include "bus/options.h"
#include "bus/roster.h"
#include "bus/tree.h"
#include "core/import.h"
#include "introspection/otrd-error.h"

#define FILES_MAX 16

typedef struct
{
  BusWork work;
  BusCall *call;
  Core *core;
  char *format;
  gboolean preview;
  GVariant *files; /* a{sh} */
  gsize next;
  Secret **reading; /* where the file being read goes */
  CoreImportFiles contents;
  GVariant *report; /* NULL: not yet */
} Importing;

static void
importing_free (Importing *importing)
{
  g_object_unref (importing->core);
  g_free (importing->format);
  g_variant_unref (importing->files);
  g_clear_pointer (&importing->contents.private_keys, secret_unref);
  g_clear_pointer (&importing->contents.fingerprints, secret_unref);
  g_clear_pointer (&importing->report, g_variant_unref);
  g_free (importing);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Importing, importing_free)

static void read_next_file (Importing *taken);

/* It may be as long as the files.  Freeing it takes as long as writing it. */
static void
write_report (BusWork *work)
{
  Importing *importing = (Importing *)work;
  g_autoptr (GVariant) results = g_variant_ref_sink (g_variant_new ("(@a{sv})", importing->report));

  bus_call_write (importing->call, results);
  g_clear_pointer (&importing->report, g_variant_unref);
}

static void
report_is_written (BusWork *work)
{
  Importing *importing = (Importing *)work;

  bus_call_finish (importing->call);
  importing_free (importing);
}

static void
on_imported (GObject *core, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Importing) importing = user_data;
  BusRoster *roster = bus_tree_get_roster (bus_call_get_tree (importing->call));
  GError *error = NULL;

  importing->report = core_import_finish (CORE_CORE (core), result, &error);
  if (importing->report == NULL)
    {
      bus_call_fail (importing->call, error);
      return;
    }
  bus_call_prepare (importing->call);
  bus_roster_write (roster, &importing->work, write_report, report_is_written);
  (void)g_steal_pointer (&importing);
}

static void
on_file_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Importing) importing = user_data;
  GError *error = NULL;
  g_autoptr (Secret) bytes = bus_descriptor_read_finish (result, &error);

  if (bytes == NULL)
    {
      bus_call_fail (importing->call, error);
      return;
    }
  if (importing->reading != NULL && *importing->reading == NULL)
    *importing->reading = g_steal_pointer (&bytes);
  read_next_file (g_steal_pointer (&importing));
}

/* FALSE: no such role.  Instance tags are read and not used: each program must have its own. */
static gboolean
find_place (Importing *importing, const char *role)
{
  importing->reading = NULL;
  if (g_str_equal (role, "private-keys"))
    importing->reading = &importing->contents.private_keys;
  else if (g_str_equal (role, "fingerprints"))
    importing->reading = &importing->contents.fingerprints;
  else
    return g_str_equal (role, "instance-tags");
  return TRUE;
}

static void
read_next_file (Importing *taken)
{
  g_autoptr (Importing) importing = taken;
  GError *error = NULL;
  const char *role;
  gint32 handle;
  int descriptor;

  if (importing->next == g_variant_n_children (importing->files))
    {
      core_import (importing->core, importing->format, &importing->contents, importing->preview,
                   on_imported, importing);
      g_clear_pointer (&importing->contents.private_keys, secret_unref);
      (void)g_steal_pointer (&importing);
      return;
    }
  g_variant_get_child (importing->files, importing->next++, "{&sh}", &role, &handle);
  if (!find_place (importing, role))
    {
      bus_call_refuse (importing->call, OTRD_ERROR_INVALID_ARGUMENT,
                       "Cannot import: a file can be private-keys, fingerprints or instance-tags");
      return;
    }
  descriptor = bus_call_take_descriptor (importing->call, handle, &error);
  if (descriptor < 0)
    bus_call_fail (importing->call, error);
  else
    bus_descriptor_read_async (descriptor, CORE_IMPORT_FILE_MAX, on_file_read,
                               g_steal_pointer (&importing));
}

void
bus_manager_handle_import (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 2);
  Importing *importing;
  GError *error = NULL;
  gboolean preview = FALSE;
  const char *format;

  g_variant_get_child (arguments, 0, "&s", &format);
  if (!bus_options_read (options, &error, "preview", "b", &preview, NULL))
    {
      bus_call_fail (call, error);
      return;
    }
  importing = g_new0 (Importing, 1);
  importing->call = call;
  importing->core = g_object_ref (CORE_CORE (object));
  importing->format = g_strdup (format);
  importing->preview = preview;
  importing->files = g_variant_get_child_value (arguments, 1);
  if (g_variant_n_children (importing->files) <= FILES_MAX)
    {
      read_next_file (importing);
      return;
    }
  bus_call_refuse (call, OTRD_ERROR_LIMIT_EXCEEDED, "Cannot import more than %d files at once",
                   FILES_MAX);
  importing_free (importing);
}
