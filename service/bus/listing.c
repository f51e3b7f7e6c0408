/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Three stages, each its own function of the work: describe, (written,) repeat. */

#include "bus/listing.h"

#include "bus/paths.h"
#include "bus/roster.h"
#include "bus/tree.h"

struct _BusListing
{
  BusWork work;
  BusTree *tree;
  GPtrArray *calls; /* of BusCall */
  BusListed listed; /* NULL: abandoned */
  gpointer user_data;
  GPtrArray *objects; /* of core's */
  guint at;
  GVariantBuilder records;
  GHashTable *changed; /* object -> path: since the beginning */
  GPtrArray *repeats;  /* of the same objects */
};

static void
listing_free (BusListing *listing)
{
  BusListed listed = listing->listed;
  gpointer user_data = listing->user_data;

  g_ptr_array_unref (listing->calls);
  g_ptr_array_unref (listing->objects);
  g_ptr_array_unref (listing->repeats);
  g_hash_table_unref (listing->changed);
  bus_tree_unref (listing->tree);
  g_free (listing);
  if (listed != NULL)
    listed (user_data);
}

void
bus_listing_note (BusListing *listing, BusExport *export)
{
  /* Its own object is in no listing. */
  if (export->object == (gpointer)bus_tree_get_core (listing->tree))
    return;
  if (!g_hash_table_contains (listing->changed, export->object))
    g_hash_table_insert (listing->changed, g_object_ref (export->object), g_strdup (export->path));
}

/* What has changed since is told of again. */

static void
repeat (BusListing *listing, gpointer object)
{
  GDBusConnection *connection = bus_tree_get_connection (listing->tree);
  BusExport *export = bus_tree_find (listing->tree, object);

  const char *path = g_hash_table_lookup (listing->changed, object);

  if (listing->listed == NULL)
    return;
  if (export == NULL && !bus_tree_has_path (listing->tree, path))
    bus_export_tell_removed (path, object, connection);
  else if (export != NULL && g_ptr_array_find (listing->objects, object, NULL))
    bus_export_tell_all (export, connection);
  else if (export != NULL)
    bus_export_tell_added (export, connection);
}

static gboolean
repeat_some (BusWork *work)
{
  BusListing *listing = (BusListing *)work;

  for (guint i = 0; i < BUS_SLICE_OBJECTS && listing->repeats->len > 0; i++)
    {
      repeat (listing, g_ptr_array_index (listing->repeats, listing->repeats->len - 1));
      g_ptr_array_set_size (listing->repeats, listing->repeats->len - 1);
    }
  if (listing->repeats->len > 0)
    return TRUE;
  listing_free (listing);
  return FALSE;
}

/* The answer */

/* Freeing what was written takes as long as writing it. */
static void
write_answers (BusWork *work)
{
  BusListing *listing = (BusListing *)work;
  GVariant *results = g_variant_ref_sink (g_variant_new ("(a{oa{sa{sv}}})", &listing->records));

  for (guint i = 0; i < listing->calls->len; i++)
    bus_call_write (listing->calls->pdata[i], results);
  g_variant_unref (results);
}

static void
answers_are_written (BusWork *work)
{
  BusListing *listing = (BusListing *)work;
  GHashTableIter iter;
  gpointer object;

  for (guint i = 0; i < listing->calls->len; i++)
    bus_call_finish (listing->calls->pdata[i]);
  g_hash_table_iter_init (&iter, listing->changed);
  while (g_hash_table_iter_next (&iter, &object, NULL))
    g_ptr_array_add (listing->repeats, object);
  listing->work.go_on = repeat_some;
  bus_roster_add_work (bus_tree_get_roster (listing->tree), &listing->work);
}

static void
answer (BusListing *listing)
{
  for (guint i = 0; i < listing->calls->len; i++)
    bus_call_prepare (listing->calls->pdata[i]);
  bus_roster_write (bus_tree_get_roster (listing->tree), &listing->work, write_answers,
                    answers_are_written);
}

/* The description */

static void
describe (BusListing *listing, guint count)
{
  for (; count > 0 && listing->at < listing->objects->len; count--)
    {
      BusExport *export = bus_tree_find (listing->tree, listing->objects->pdata[listing->at++]);

      if (export != NULL)
        g_variant_builder_add (&listing->records, "{o@a{sa{sv}}}", export->path,
                               bus_export_describe (export));
    }
}

static gboolean
describe_some (BusWork *work)
{
  BusListing *listing = (BusListing *)work;

  describe (listing, BUS_SLICE_OBJECTS);
  if (listing->at < listing->objects->len)
    return TRUE;
  answer (listing);
  return FALSE;
}

/* Few objects need no other dispatch. */
static void
answer_at_once (BusListing *listing)
{
  g_autoptr (GVariant) results = NULL;

  describe (listing, listing->objects->len);
  results = g_variant_ref_sink (g_variant_new ("(a{oa{sa{sv}}})", &listing->records));
  for (guint i = 0; i < listing->calls->len; i++)
    bus_call_return (listing->calls->pdata[i], results);
  listing_free (listing);
}

/* The program of one, if all are greedy. */
static BusProgram *
find_greedy (GPtrArray *calls)
{
  BusProgram *greedy = NULL;

  for (guint i = 0; i < calls->len && (i == 0 || greedy != NULL); i++)
    greedy = bus_caller_get_greedy (bus_call_get_bus_caller (calls->pdata[i]));
  return greedy;
}

BusListing *
bus_listing_new (BusTree *tree, GPtrArray *calls, BusListed listed, gpointer user_data)
{
  BusListing *listing = g_new0 (BusListing, 1);

  listing->work.go_on = describe_some;
  listing->work.greedy = find_greedy (calls);
  listing->tree = bus_tree_ref (tree);
  listing->calls = calls;
  listing->listed = listed;
  listing->user_data = user_data;
  listing->objects = bus_tree_list_objects (tree);
  listing->repeats = g_ptr_array_new ();
  listing->changed = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  g_variant_builder_init (&listing->records, G_VARIANT_TYPE ("a{oa{sa{sv}}}"));
  if (listing->objects->len > BUS_SLICE_OBJECTS)
    {
      bus_roster_add_work (bus_tree_get_roster (tree), &listing->work);
      return listing;
    }
  listing->listed = NULL;
  answer_at_once (listing);
  return NULL;
}

void
bus_listing_hurry (BusListing *listing)
{
  bus_roster_hurry_work (bus_tree_get_roster (listing->tree), &listing->work);
}

void
bus_listing_abandon (BusListing *listing)
{
  listing->listed = NULL;
}
