/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Follows core's signals: what is added is exported and announced, what is
 * removed is taken off, what changes is told of before the next answer. */

#include "bus/tree.h"

#include <string.h>

#include "bus/interfaces.h"
#include "bus/object-manager.h"
#include "bus/outlet.h"
#include "bus/paths.h"
#include "bus/strays.h"

typedef struct _Filling Filling;

struct _BusTree
{
  grefcount count;
  Core *core;
  BusRoster *roster;
  GDBusConnection *connection;
  BusOutlet *outlet; /* NULL on a bus, which takes everything */
  BusCallers *callers;
  BusCaller *narrow; /* the sandboxed one whose sessions are all that is shown; NULL */
  BusPaths *paths;
  BusExport *manager; /* NULL once it is closed */
  BusObjectManager *object_manager;
  GHashTable *exports; /* BusExport, by its object of core's */
  GPtrArray *changed;  /* of BusExport */
  guint flush;         /* from the main loop */
  Filling *filling;    /* nobody listens yet; NULL */
};

/* What core has, until it is exported; may outlive its tree's connection. */
struct _Filling
{
  BusWork work;
  BusTree *tree;
  GPtrArray *objects; /* of core's: accounts, and behind each its sessions */
  guint at;
  BusTreeFilled filled; /* NULL: nobody waits */
  gpointer user_data;
};

/* What is left of a tree. */
typedef struct
{
  BusWork work;
  BusTree *tree;
  GPtrArray *objects;
} Retiring;

void
bus_tree_note_sent (BusTree *tree, gsize size)
{
  if (tree->outlet != NULL)
    bus_outlet_note (tree->outlet, size);
}

void
bus_tree_note_refused (BusTree *tree)
{
  BusCaller *only = bus_callers_get_only (tree->callers);

  bus_tree_note_sent (tree, 0);
  if (tree->outlet != NULL && !bus_program_heeds_refusals (bus_caller_get_program (only)))
    bus_outlet_cut (tree->outlet, "goes on calling however often it is refused");
}

/* @name: NULL for all. */
static void
emit (BusTree *tree,
      const char *name,
      const char *path,
      const char *interface,
      const char *signal,
      GVariant *parameters)
{
  g_dbus_connection_emit_signal (tree->connection, name, path, interface, signal, parameters, NULL);
  bus_tree_note_sent (tree, 0);
}

/* Properties that changed */

static gboolean
flush_later (gpointer user_data)
{
  BusTree *tree = user_data;

  tree->flush = 0;
  bus_tree_flush (tree);
  return G_SOURCE_REMOVE;
}

void
bus_tree_note_changed (BusTree *tree, BusExport *export)
{
  if (tree->manager == NULL)
    return;
  if (tree->object_manager != NULL)
    bus_object_manager_note (tree->object_manager, export);
  g_ptr_array_add (tree->changed, export);
  if (tree->flush == 0)
    tree->flush = g_idle_add_full (G_PRIORITY_DEFAULT, flush_later, tree, NULL);
}

void
bus_tree_flush (BusTree *tree)
{
  if (tree->changed->len == 0)
    return;
  for (guint i = 0; i < tree->changed->len; i++)
    bus_export_flush (tree->changed->pdata[i], tree->connection);
  g_ptr_array_set_size (tree->changed, 0);
  g_clear_handle_id (&tree->flush, g_source_remove);
  bus_tree_note_sent (tree, 0);
}

/* Objects that come and go */

static BusExport *
add_object (BusTree *tree, const char *path, gpointer object, const BusInterface *interface)
{
  BusExport *export = bus_export_new (tree, tree->connection, path, object, interface);

  g_return_val_if_fail (export != NULL, NULL);
  g_hash_table_insert (tree->exports, object, export);
  bus_paths_add (tree->paths, path);
  if (tree->filling == NULL)
    bus_object_manager_announce (tree->object_manager, export);
  bus_tree_note_sent (tree, 0);
  return export;
}

static void
remove_object (BusTree *tree, gpointer object)
{
  BusExport *export = g_hash_table_lookup (tree->exports, object);

  if (export == NULL || tree->manager == NULL)
    return;
  bus_paths_remove (tree->paths, export->path);
  bus_tree_flush (tree);
  bus_object_manager_withdraw (tree->object_manager, export);
  g_signal_handlers_disconnect_by_data (object, tree);
  g_hash_table_remove (tree->exports, object);
}

static BusExport *
add_session (BusTree *tree, CoreSession *session)
{
  CoreAccount *account = core_session_get_account (session);
  g_autofree char *parent =
      bus_path_of_account (core_account_get_protocol (account), core_account_get_name (account));
  g_autofree char *path = bus_path_of_session (parent, core_session_get_contact (session));

  return add_object (tree, path, session, &bus_session_interface);
}

static void
session_was_added (CoreAccount *account, CoreSession *session, BusTree *tree)
{
  if (tree->manager != NULL && tree->narrow == NULL && bus_tree_find (tree, account) != NULL
      && bus_tree_find (tree, session) == NULL)
    add_session (tree, session);
}

/* Whoever has left a session sees it no more. */
static void
messengers_have_changed (CoreSession *session, GParamSpec *spec, BusTree *tree)
{
  if (tree->manager != NULL
      && !core_session_is_attached (session, bus_caller_get_messenger (tree->narrow)))
    remove_object (tree, session);
}

BusExport *
bus_tree_show_session (BusTree *tree, CoreSession *session)
{
  BusExport *export = bus_tree_find (tree, session);

  if (export != NULL || tree->narrow == NULL)
    return export;
  export = add_session (tree, session);
  g_signal_connect (session, "notify::messengers", G_CALLBACK (messengers_have_changed), tree);
  return export;
}

static void
session_was_removed (CoreAccount *account, CoreSession *session, BusTree *tree)
{
  remove_object (tree, session);
}

static void
trust_was_changed (CoreAccount *account,
                   const char *contact,
                   const char *fingerprint,
                   const char *trust,
                   GVariant *record,
                   BusTree *tree)
{
  BusExport *export = bus_tree_find (tree, account);

  if (export == NULL)
    return;
  emit (tree, NULL, export->path, "im.otrd1.Account", "TrustChanged",
        g_variant_new ("(sss@a{sv})", contact, fingerprint, trust, record));
}

static void
policy_was_changed (CoreAccount *account,
                    const char *contact,
                    const char *policy,
                    const char *origin,
                    BusTree *tree)
{
  BusExport *export = bus_tree_find (tree, account);

  if (export == NULL)
    return;
  emit (tree, NULL, export->path, "im.otrd1.Account", "PolicyChanged",
        g_variant_new ("(sss)", contact, policy, origin));
}

/* For desktops that show a question; a narrow tree has no business with it. */
static void
grant_was_requested (
    Core *core, const char *application, const char *protocol, const char *account, BusTree *tree)
{
  if (tree->narrow == NULL)
    emit (tree, NULL, BUS_PATH_MANAGER, "im.otrd1.Manager", "GrantRequested",
          g_variant_new ("(sss)", application, protocol, account));
}

/* The program loses the sessions of that account, as if it had left them. */
static void
grant_was_withdrawn (
    Core *core, const char *application, const char *protocol, const char *name, BusTree *tree)
{
  if (g_str_equal (bus_tree_get_only_application (tree), application))
    core_messenger_leave_account (bus_caller_get_messenger (tree->narrow), protocol, name);
}

static gboolean
add_account (BusTree *tree, CoreAccount *account)
{
  g_autofree char *path =
      bus_path_of_account (core_account_get_protocol (account), core_account_get_name (account));

  if (bus_tree_find (tree, account) != NULL
      || add_object (tree, path, account, &bus_account_interface) == NULL)
    return FALSE;
  g_signal_connect (account, "session-added", G_CALLBACK (session_was_added), tree);
  g_signal_connect (account, "session-removed", G_CALLBACK (session_was_removed), tree);
  g_signal_connect (account, "trust-changed", G_CALLBACK (trust_was_changed), tree);
  g_signal_connect (account, "policy-changed", G_CALLBACK (policy_was_changed), tree);
  return TRUE;
}

static void
account_was_added (Core *core, CoreAccount *account, BusTree *tree)
{
  g_autoptr (GPtrArray) sessions = NULL;

  if (tree->narrow != NULL || !add_account (tree, account))
    return;
  sessions = core_account_list_sessions (account);
  for (guint i = 0; i < sessions->len; i++)
    session_was_added (account, sessions->pdata[i], tree);
}

/* With whatever is left below it. */
static void
account_was_removed (Core *core, CoreAccount *account, BusTree *tree)
{
  g_autoptr (GPtrArray) sessions = core_account_list_sessions (account);

  for (guint i = 0; i < sessions->len; i++)
    remove_object (tree, sessions->pdata[i]);
  remove_object (tree, account);
}

/* Unicast: a bell is nobody else's business. */
static void
ring_bell (CoreMessenger *messenger, CoreSession *session, gpointer user_data)
{
  BusTree *tree = user_data;
  BusExport *export = bus_tree_find (tree, session);
  const char *id = core_messenger_get_id (messenger);

  if (export != NULL)
    emit (tree, g_dbus_is_unique_name (id) ? id : NULL, export->path, "im.otrd1.Session", "Pending",
          NULL);
}

static void
caller_was_admitted (const char *name, gboolean is_here, gpointer user_data)
{
  BusTree *tree = user_data;

  if (is_here)
    bus_paths_admit (tree->paths, name);
  else
    bus_paths_dismiss (tree->paths, name);
}

static void
message_has_strayed (GDBusMessage *message, gpointer user_data)
{
  bus_stray_take (user_data, message);
}

BusExport *
bus_tree_find (BusTree *tree, gpointer object)
{
  return object == tree->core ? tree->manager : g_hash_table_lookup (tree->exports, object);
}

const char *
bus_tree_get_only_application (BusTree *tree)
{
  return tree->narrow != NULL ? bus_caller_get_identity (tree->narrow)->application : NULL;
}

GPtrArray *
bus_tree_list_objects (BusTree *tree)
{
  GPtrArray *objects = g_ptr_array_new_full (g_hash_table_size (tree->exports), g_object_unref);
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, tree->exports);
  while (g_hash_table_iter_next (&iter, &object, NULL))
    g_ptr_array_add (objects, g_object_ref (object));
  return objects;
}

BusObjectManager *
bus_tree_get_object_manager (BusTree *tree)
{
  return tree->object_manager;
}

BusRoster *
bus_tree_get_roster (BusTree *tree)
{
  return tree->roster;
}

Core *
bus_tree_get_core (BusTree *tree)
{
  return tree->core;
}

GDBusConnection *
bus_tree_get_connection (BusTree *tree)
{
  return tree->connection;
}

BusCallers *
bus_tree_get_callers (BusTree *tree)
{
  return tree->callers;
}

static void
export_portal (BusTree *tree)
{
  tree->manager =
      bus_export_new (tree, tree->connection, BUS_PATH_PORTAL, tree->core, &bus_portal_interface);
}

static void
export_manager (BusTree *tree)
{
  tree->manager =
      bus_export_new (tree, tree->connection, BUS_PATH_MANAGER, tree->core, &bus_manager_interface);
  tree->object_manager = bus_object_manager_new (tree, tree->connection);
  g_signal_connect (tree->core, "account-added", G_CALLBACK (account_was_added), tree);
  g_signal_connect (tree->core, "account-removed", G_CALLBACK (account_was_removed), tree);
  if (tree->narrow != NULL)
    g_signal_connect (tree->core, "grant-withdrawn", G_CALLBACK (grant_was_withdrawn), tree);
  g_signal_connect (tree->core, "grant-requested", G_CALLBACK (grant_was_requested), tree);
}

/* In slices: what core has already */

static void
fill_with_account (Filling *filling, CoreAccount *account)
{
  if (core_has_account (filling->tree->core, account) && add_account (filling->tree, account))
    g_ptr_array_extend_and_steal (filling->objects, core_account_list_sessions (account));
}

static void
fill_with_session (BusTree *tree, CoreSession *session)
{
  CoreAccount *account = core_session_get_account (session);

  if (core_account_has_session (account, session))
    session_was_added (account, session, tree);
}

static void
filling_free (Filling *filling)
{
  g_ptr_array_unref (filling->objects);
  bus_tree_unref (filling->tree);
  g_free (filling);
}

static gboolean
fill_some (BusWork *work)
{
  Filling *filling = (Filling *)work;
  BusTree *tree = filling->tree;

  for (guint i = 0;
       i < BUS_FILL_OBJECTS && tree->filling != NULL && filling->at < filling->objects->len; i++)
    {
      gpointer object = filling->objects->pdata[filling->at++];

      if (CORE_IS_ACCOUNT (object))
        fill_with_account (filling, object);
      else
        fill_with_session (tree, object);
    }
  if (tree->filling != NULL && filling->at < filling->objects->len)
    return TRUE;
  if (tree->filling != NULL && filling->filled != NULL)
    filling->filled (filling->user_data);
  tree->filling = NULL;
  filling_free (filling);
  return FALSE;
}

void
bus_tree_fill (BusTree *tree, BusTreeFilled filled, gpointer user_data)
{
  Filling *filling = g_new0 (Filling, 1);

  filling->work.go_on = fill_some;
  filling->tree = bus_tree_ref (tree);
  filling->objects = tree->narrow == NULL ? core_list_accounts (tree->core) : g_ptr_array_new ();
  filling->filled = filled;
  filling->user_data = user_data;
  tree->filling = filling;
  if (fill_some (&filling->work))
    bus_roster_add_work (tree->roster, &filling->work);
}

BusTree *
bus_tree_new (BusRoster *roster,
              GDBusConnection *connection,
              BusDoor door,
              const BusIdentity *identity,
              BusProgram *program)
{
  BusTree *tree = g_new0 (BusTree, 1);

  g_ref_count_init (&tree->count);
  tree->core = g_object_ref (bus_roster_get_core (roster));
  tree->roster = bus_roster_ref (roster);
  tree->connection = g_object_ref (connection);
  tree->callers = bus_callers_new (connection, roster, door, identity, program, ring_bell,
                                   caller_was_admitted, tree);
  if (door == BUS_DOOR_DIRECT)
    tree->outlet = bus_outlet_new (connection);
  if (identity != NULL && bus_rights_are_narrow (identity))
    tree->narrow = bus_callers_get_only (tree->callers);
  tree->paths =
      bus_paths_new (connection, door == BUS_DOOR_PORTAL ? BUS_PATH_PORTAL : BUS_PATH_MANAGER,
                     tree->narrow != NULL, message_has_strayed, tree);
  tree->exports = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)bus_export_free);
  tree->changed = g_ptr_array_new ();
  if (door == BUS_DOOR_PORTAL)
    export_portal (tree);
  else
    export_manager (tree);
  return tree;
}

static void
withdraw (BusTree *tree, gpointer object)
{
  g_signal_handlers_disconnect_by_data (object, tree);
  g_hash_table_remove (tree->exports, object);
}

/* Nothing is taken or told of any more. */
static void
leave (BusTree *tree)
{
  g_signal_handlers_disconnect_by_data (tree->core, tree);
  tree->filling = NULL;
  g_clear_pointer (&tree->callers, bus_callers_free);
  g_clear_pointer (&tree->object_manager, bus_object_manager_free);
  g_clear_pointer (&tree->manager, bus_export_free);
  g_clear_pointer (&tree->paths, bus_paths_free);
  g_ptr_array_set_size (tree->changed, 0);
  g_clear_handle_id (&tree->flush, g_source_remove);
}

void
bus_tree_close (BusTree *tree)
{
  g_autoptr (GPtrArray) objects = NULL;

  if (tree->manager == NULL)
    return;
  bus_tree_flush (tree);
  leave (tree);
  objects = bus_tree_list_objects (tree);
  for (guint i = 0; i < objects->len; i++)
    withdraw (tree, objects->pdata[i]);
}

static gboolean
withdraw_some (BusWork *work)
{
  Retiring *retiring = (Retiring *)work;
  GPtrArray *objects = retiring->objects;

  for (guint i = 0; i < BUS_FILL_OBJECTS && objects->len > 0; i++)
    {
      withdraw (retiring->tree, g_ptr_array_index (objects, objects->len - 1));
      g_ptr_array_set_size (objects, objects->len - 1);
    }
  if (objects->len > 0)
    return TRUE;
  g_ptr_array_unref (objects);
  bus_tree_unref (retiring->tree);
  g_free (retiring);
  return FALSE;
}

void
bus_tree_retire (BusTree *tree)
{
  Retiring *retiring;

  if (tree->manager == NULL)
    return;
  leave (tree);
  retiring = g_new0 (Retiring, 1);
  retiring->work.go_on = withdraw_some;
  retiring->tree = bus_tree_ref (tree);
  retiring->objects = bus_tree_list_objects (tree);
  if (withdraw_some (&retiring->work))
    bus_roster_add_work (tree->roster, &retiring->work);
}

gboolean
bus_tree_has_path (BusTree *tree, const char *path)
{
  return tree->paths != NULL && bus_paths_has (tree->paths, path);
}

BusTree *
bus_tree_ref (BusTree *tree)
{
  g_ref_count_inc (&tree->count);
  return tree;
}

void
bus_tree_unref (BusTree *tree)
{
  if (!g_ref_count_dec (&tree->count))
    return;
  bus_tree_close (tree);
  g_hash_table_unref (tree->exports);
  g_ptr_array_unref (tree->changed);
  g_clear_pointer (&tree->outlet, bus_outlet_free);
  g_object_unref (tree->connection);
  bus_roster_unref (tree->roster);
  g_object_unref (tree->core);
  g_free (tree);
}
