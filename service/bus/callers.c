/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Watches each caller's name from its first call on, asks once who it is, and
 * tells core when it has gone. */

#include "bus/callers.h"

#include "bus/direct.h"
#include "introspection/otrd-error.h"

struct _BusCallers
{
  GDBusConnection *connection;
  BusRoster *roster;
  BusDoor door;
  CoreBell bell;
  BusCallerAdmitted admitted;
  gpointer user_data;
  GHashTable *by_name; /* BusCaller */
};

struct _BusCaller
{
  grefcount count;
  BusCallers *callers; /* NULL once it has gone */
  BusDoor door;
  char *name;
  BusIdentity *identity;    /* NULL: not known yet */
  CoreMessenger *messenger; /* likewise */
  GPtrArray *directs;       /* of BusDirect */
  BusQueue *queue;
  gboolean is_introduced;
  gboolean is_surplus; /* of its application's callers */
  guint watch;
  guint pending; /* its own share of its program's */
  BusProgram *program;
};

void
bus_caller_unref (BusCaller *caller)
{
  if (!g_ref_count_dec (&caller->count))
    return;
  g_clear_pointer (&caller->identity, bus_identity_free);
  g_clear_object (&caller->messenger);
  g_ptr_array_unref (caller->directs);
  bus_queue_unref (caller->queue);
  bus_program_unref (caller->program);
  g_free (caller->name);
  g_free (caller);
}

/* Out of the table: its name has gone, or we go. */
static void
caller_leave (BusCaller *caller)
{
  g_clear_handle_id (&caller->watch, g_bus_unwatch_name);
  caller->callers = NULL;
  g_ptr_array_set_size (caller->directs, 0);
  if (caller->messenger != NULL)
    {
      bus_program_remove_messenger (caller->program, caller->messenger);
      core_messenger_vanish (caller->messenger);
    }
  bus_caller_unref (caller);
}

static void
name_has_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  BusCaller *caller = user_data;
  g_autoptr (BusRoster) roster = NULL;

  if (caller->callers == NULL)
    return;
  roster = bus_roster_ref (caller->callers->roster);
  caller->callers->admitted (name, FALSE, caller->callers->user_data);
  g_hash_table_remove (caller->callers->by_name, name);
  bus_roster_note (roster);
}

/* Who it is */

static gboolean
is_welcome (BusCaller *caller)
{
  return caller->door == BUS_DOOR_PORTAL ? caller->identity->sandbox != BUS_SANDBOX_UNKNOWN
                                         : !bus_rights_are_narrow (caller->identity);
}

/* A sandboxed application is one program, whatever names it comes by. */
static void
find_program (BusCaller *caller, const BusIdentity *identity)
{
  BusProgram *own = caller->program;

  if (caller->callers == NULL || caller->name == NULL || !bus_rights_are_narrow (identity)
      || *identity->application == '\0')
    return;
  caller->program = bus_roster_get_program (caller->callers->roster, identity->application);
  bus_program_take_over (caller->program, own);
  bus_program_unref (own);
}

/* Takes @identity. */
static void
caller_is_known (BusCaller *caller, BusIdentity *identity)
{
  BusCallers *callers = caller->callers;
  g_autofree char *id =
      caller->name != NULL ? g_strdup (caller->name) : bus_roster_name_direct (callers->roster);

  caller->identity = identity;
  caller->messenger = core_messenger_new (id, bus_rights_are_narrow (identity),
                                          callers != NULL ? callers->bell : NULL,
                                          callers != NULL ? callers->user_data : NULL);
  find_program (caller, identity);
  if (callers != NULL)
    bus_program_add_messenger (caller->program, caller->messenger);
  caller->is_surplus = !bus_program_check_names (caller->program, NULL);
  if (*identity->application != '\0')
    core_messenger_introduce (caller->messenger, identity->application, NULL);
  if (callers != NULL && caller->name != NULL && is_welcome (caller))
    callers->admitted (caller->name, TRUE, callers->user_data);
  bus_queue_open (caller->queue, caller->program);
}

static void
identity_is_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCaller *caller = user_data;

  caller_is_known (caller, bus_identity_find_finish (result));
  bus_caller_unref (caller);
}

static BusCaller *
caller_new (BusCallers *callers, const char *name, BusProgram *program)
{
  BusCaller *caller = g_new0 (BusCaller, 1);

  g_ref_count_init (&caller->count);
  caller->callers = callers;
  caller->door = callers->door;
  caller->queue =
      bus_queue_new (bus_roster_get_turns (callers->roster), bus_roster_get_pace (callers->roster));
  caller->name = g_strdup (name);
  caller->program = bus_program_ref (program);
  caller->directs = g_ptr_array_new_with_free_func ((GDestroyNotify)bus_direct_free);
  return caller;
}

static BusCaller *
add_named (BusCallers *callers, const char *name)
{
  g_autoptr (BusProgram) program = bus_program_new (bus_roster_get_limits (callers->roster));
  BusCaller *caller = caller_new (callers, name, program);

  g_hash_table_insert (callers->by_name, g_strdup (name), caller);
  caller->watch =
      g_bus_watch_name_on_connection (callers->connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      NULL, name_has_vanished, caller, NULL);
  g_ref_count_inc (&caller->count);
  bus_identity_find (callers->connection, name, identity_is_found, caller);
  return caller;
}

BusCallers *
bus_callers_new (GDBusConnection *connection,
                 BusRoster *roster,
                 BusDoor door,
                 const BusIdentity *identity,
                 BusProgram *program,
                 CoreBell bell,
                 BusCallerAdmitted admitted,
                 gpointer user_data)
{
  BusCallers *callers = g_new0 (BusCallers, 1);

  callers->connection = g_object_ref (connection);
  callers->roster = bus_roster_ref (roster);
  callers->door = door;
  callers->bell = bell;
  callers->admitted = admitted;
  callers->user_data = user_data;
  callers->by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)caller_leave);
  if (identity != NULL)
    {
      BusCaller *only = caller_new (callers, NULL, program);

      g_hash_table_insert (callers->by_name, g_strdup (""), only);
      caller_is_known (only, bus_identity_copy (identity));
    }
  bus_roster_add (roster, callers);
  return callers;
}

/* All leave at once: nobody is to come and fetch that the others have left. */
static void
silence_all (BusCallers *callers)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, callers->by_name);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((BusCaller *)value)->messenger != NULL)
      core_messenger_silence (((BusCaller *)value)->messenger);
}

void
bus_callers_free (BusCallers *callers)
{
  silence_all (callers);
  bus_roster_remove (callers->roster, callers);
  g_hash_table_unref (callers->by_name);
  bus_roster_unref (callers->roster);
  g_object_unref (callers->connection);
  g_free (callers);
}

BusCaller *
bus_callers_get_only (BusCallers *callers)
{
  return g_hash_table_lookup (callers->by_name, "");
}

/* Calls */

/* One that has nothing here and would miss nothing; should it call again, it is a new one. */
static gboolean
is_idle (BusCaller *caller)
{
  return caller->identity != NULL && caller->pending == 0 && caller->directs->len == 0
         && core_messenger_count_sessions (caller->messenger) == 0 && !caller->is_introduced;
}

static gboolean
make_room (BusCallers *callers)
{
  GHashTableIter iter;
  gpointer name;
  gpointer caller;

  g_hash_table_iter_init (&iter, callers->by_name);
  while (g_hash_table_iter_next (&iter, &name, &caller))
    if (is_idle (caller))
      {
        callers->admitted (name, FALSE, callers->user_data);
        g_hash_table_iter_remove (&iter);
        return TRUE;
      }
  return FALSE;
}

static BusCaller *
find_or_add (BusCallers *callers, const char *sender, GError **error)
{
  BusCaller *caller = g_hash_table_lookup (callers->by_name, sender != NULL ? sender : "");
  guint limit = bus_roster_get_limits (callers->roster)->callers;

  if (caller != NULL)
    return caller;
  if (sender == NULL || (g_hash_table_size (callers->by_name) >= limit && !make_room (callers)))
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_LIMIT_EXCEEDED,
                   "Cannot take the call: %u programs are connected", limit);
      return NULL;
    }
  return add_named (callers, sender);
}

BusCaller *
bus_callers_begin_call (BusCallers *callers, const char *sender, gsize size, GError **error)
{
  BusCaller *caller = find_or_add (callers, sender, error);

  if (caller == NULL || !bus_program_begin_call (caller->program, size, error))
    return NULL;
  caller->pending++;
  g_ref_count_inc (&caller->count);
  return caller;
}

BusQueue *
bus_caller_get_queue (BusCaller *caller)
{
  return caller->queue;
}

void
bus_caller_end_call (BusCaller *caller, gsize size)
{
  caller->pending--;
  bus_program_end_call (caller->program, size);
  bus_caller_unref (caller);
}

gboolean
bus_caller_check (BusCaller *caller, GError **error)
{
  if (caller->is_surplus)
    caller->is_surplus = !bus_program_check_names (caller->program, error);
  return !caller->is_surplus;
}

gboolean
bus_caller_check_sessions (BusCaller *caller, GError **error)
{
  return bus_program_check_sessions (caller->program, error);
}

gboolean
bus_caller_has_gone (BusCaller *caller)
{
  return caller->callers == NULL;
}

BusProgram *
bus_caller_get_program (BusCaller *caller)
{
  return caller->program;
}

BusProgram *
bus_caller_get_greedy (BusCaller *caller)
{
  return bus_program_is_greedy (caller->program) ? caller->program : NULL;
}

CoreMessenger *
bus_caller_get_messenger (BusCaller *caller)
{
  return caller->messenger;
}

const BusIdentity *
bus_caller_get_identity (BusCaller *caller)
{
  return caller->identity;
}

BusDoor
bus_caller_get_door (BusCaller *caller)
{
  return caller->door;
}

void
bus_caller_introduce (BusCaller *caller, const char *application, const char *name)
{
  gboolean is_believed = !bus_rights_are_narrow (caller->identity);

  caller->is_introduced = TRUE;
  core_messenger_introduce (caller->messenger,
                            is_believed ? application : caller->identity->application, name);
}

/* Direct connections */

static void
direct_has_closed (BusDirect *direct, gpointer user_data)
{
  BusCaller *caller = user_data;
  g_autoptr (BusRoster) roster = bus_roster_ref (caller->callers->roster);

  g_ptr_array_remove (caller->directs, direct);
  bus_roster_note (roster);
}

int
bus_caller_open_direct (BusCaller *caller, char **guid, GError **error)
{
  BusDirect *direct;
  int peer;

  if (caller->callers == NULL || caller->name == NULL)
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                   "Cannot open a direct connection: this is one already");
      return -1;
    }
  direct = bus_direct_new (caller->callers->roster, caller->identity, caller->program,
                           direct_has_closed, caller, &peer, error);
  if (direct == NULL)
    return -1;
  g_ptr_array_add (caller->directs, direct);
  *guid = g_strdup (bus_direct_get_guid (direct));
  return peer;
}

/* For people */

static void
add_text (GVariantBuilder *record, const char *key, const char *text)
{
  if (text != NULL && *text != '\0')
    g_variant_builder_add (record, "{sv}", key, g_variant_new_string (text));
}

void
bus_caller_describe (BusCaller *caller, GVariantBuilder *record)
{
  const BusIdentity *identity = caller->identity;
  const char *application = core_messenger_get_application (caller->messenger);
  const char *name = core_messenger_get_name (caller->messenger);

  g_variant_builder_add (record, "{sv}", "application", g_variant_new_string (application));
  g_variant_builder_add (record, "{sv}", "name",
                         g_variant_new_string (name != NULL ? name : application));
  add_text (record, "sandbox", bus_identity_get_sandbox (identity));
  add_text (record, "unit", identity->unit);
  if (identity->process != 0)
    g_variant_builder_add (record, "{sv}", "process", g_variant_new_uint32 (identity->process));
  g_variant_builder_add (record, "{sv}", "direct", g_variant_new_boolean (caller->name == NULL));
}

/* A bus name under which a program has only opened direct connections is told through these. */
static gboolean
is_only_a_door (BusCaller *caller)
{
  return caller->directs->len > 0 && core_messenger_count_sessions (caller->messenger) == 0;
}

void
bus_callers_list (BusCallers *callers, GPtrArray *into)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, callers->by_name);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BusCaller *caller = value;

      if (caller->identity == NULL || is_only_a_door (caller))
        continue;
      g_ref_count_inc (&caller->count);
      g_ptr_array_add (into, caller);
    }
}
