/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Owns the names, holds the tree of the session bus, and sees to an end in
 * which nothing owed is left behind if it can be helped, and no call that has
 * come is left without its answer: the names go first. */

#include "bus/service.h"

#include "bus/names.h"
#include "bus/paths.h"
#include "bus/patience.h"
#include "bus/portal.h"
#include "bus/rival.h"
#include "bus/screen.h"
#include "bus/tree.h"
#include "core/auto-lock.h"
#include "core/idleness.h"

/* What is wanted of the names. */
typedef enum
{
  STAY,
  RETIRE, /* give them back, and stay if somebody has come meanwhile */
  END,    /* give them back, and answer what has come */
} Wish;

struct _BusService
{
  Core *core;
  GDBusConnection *connection;
  BusServiceChanged changed;
  gpointer changed_data;
  GCancellable *open; /* cancelled when the service is freed */
  gulong closing;
  BusRoster *roster;
  BusTree *tree;
  BusPortal *portal;
  BusRival *rival;   /* until the name is ours */
  BusScreen *screen; /* NULL: the user does not wish it */
  gboolean is_looking;
  gboolean has_looked;
  BusPatience *patience; /* with a keyring that does not answer, while looking */
  Wish wish;
  gboolean has_names;
  guint n_asking;                     /* answers about names that are to come */
  gboolean is_connecting;             /* the portal */
  GDBusConnection *portal_connection; /* until the portal is opened */
  guint goodbye;                      /* the timer of the end; 0: not ending */
  guint ending;                       /* looks from the main loop whether anything is owed */
  BusServiceState state;
};

static void go_on (BusService *service);

static void
change_state (BusService *service, BusServiceState state)
{
  service->state = state;
  service->changed (service, state, service->changed_data);
}

/* Without a finished answer the service may be gone. */
static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Whether something is to come that is waited for. */
static gboolean
is_asking (BusService *service)
{
  return service->n_asking > 0 || service->is_connecting;
}

/* The portal */

static void
portal_name_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_ours = bus_names_request_finish (G_DBUS_CONNECTION (source), result, &error);
  BusService *service = user_data;

  if (is_cancelled (error))
    return;
  if (!is_ours)
    g_warning ("Sandboxed programs will not be answered: %s",
               error != NULL ? error->message : "another process has their name");
  service->n_asking--;
  go_on (service);
}

static void
ask_for_portal_name (BusService *service)
{
  service->n_asking++;
  bus_names_request (bus_portal_get_connection (service->portal), BUS_NAME_PORTAL, service->open,
                     portal_name_is_answered, service);
}

/* When there is a connection, and the main name is ours. */
static void
open_portal (BusService *service)
{
  if (service->portal == NULL && service->portal_connection != NULL)
    service->portal = bus_portal_new (service->roster, service->portal_connection);
  g_clear_object (&service->portal_connection);
  if (service->portal != NULL)
    ask_for_portal_name (service);
}

static void
portal_connection_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection =
      g_dbus_connection_new_for_address_finish (result, &error);
  BusService *service = user_data;

  if (is_cancelled (error))
    return;
  service->is_connecting = FALSE;
  if (connection == NULL)
    g_warning ("Sandboxed programs will not be answered: %s", error->message);
  service->portal_connection = g_steal_pointer (&connection);
  if (service->has_names)
    open_portal (service);
  go_on (service);
}

static void
open_portal_connection (BusService *service)
{
  g_autofree char *address = NULL;

  if (service->portal != NULL || service->portal_connection != NULL || service->is_connecting)
    return;
  address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (address == NULL)
    return;
  service->is_connecting = TRUE;
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, service->open, portal_connection_is_open, service);
}

/* The names */

static void rival_was_seen (gboolean is_settled, gpointer user_data);

static void
watch_rival (BusService *service)
{
  g_clear_pointer (&service->rival, bus_rival_free);
  service->rival = bus_rival_new (service->connection, rival_was_seen, service);
}

static void
name_is_ours (BusService *service)
{
  g_clear_pointer (&service->rival, bus_rival_free);
  service->has_names = TRUE;
  open_portal_connection (service);
  if (!service->is_connecting)
    open_portal (service);
  if (service->state != BUS_SERVICE_RUNNING)
    change_state (service, BUS_SERVICE_RUNNING);
}

static void
name_is_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_ours = bus_names_request_finish (G_DBUS_CONNECTION (source), result, &error);
  BusService *service = user_data;

  if (is_cancelled (error))
    return;
  service->n_asking--;
  if (is_ours)
    name_is_ours (service);
  else if (service->state == BUS_SERVICE_RUNNING)
    /* It had been given back, and the next process was quicker than somebody's return. */
    bus_service_shut_down (service);
  else
    watch_rival (service);
  go_on (service);
}

static void
ask_for_name (BusService *service)
{
  service->n_asking++;
  bus_names_request (service->connection, BUS_NAME, service->open, name_is_answered, service);
}

static void
name_is_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  BusService *service = user_data;

  bus_names_release_finish (G_DBUS_CONNECTION (source), result, &error);
  if (is_cancelled (error))
    return;
  service->n_asking--;
  go_on (service);
}

static void
release_names (BusService *service)
{
  service->has_names = FALSE;
  service->n_asking++;
  bus_names_release (service->connection, BUS_NAME, service->open, name_is_released, service);
  if (service->portal == NULL)
    return;
  service->n_asking++;
  bus_names_release (bus_portal_get_connection (service->portal), BUS_NAME_PORTAL, service->open,
                     name_is_released, service);
}

/* The screen is watched while the user wishes it. */
static void
wish_has_changed (BusService *service)
{
  g_clear_pointer (&service->screen, bus_screen_free);
  if (core_get_lock_with_screen (service->core))
    service->screen = bus_screen_new (service->core, service->connection);
}

/* The beginning: nobody is answered before the vault's state is known, or a keyring does not say.
 */

static void
look_is_over (gpointer user_data)
{
  BusService *service = user_data;

  g_clear_pointer (&service->patience, bus_patience_free);
  if (service->has_looked)
    return;
  service->has_looked = TRUE;
  if (service->wish == STAY)
    ask_for_name (service);
}

static void
vault_was_looked_at (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (core_look_finish (CORE_CORE (source), result, &error))
    look_is_over (user_data);
}

static void
look_at_vault (BusService *service)
{
  service->is_looking = TRUE;
  service->patience = bus_patience_new (service->connection, look_is_over, service);
  core_look (service->core, service->open, vault_was_looked_at, service);
  open_portal_connection (service); /* while the keyring is waited for */
}

static void
rival_was_seen (gboolean is_settled, gpointer user_data)
{
  BusService *service = user_data;

  if (service->wish != STAY)
    return;
  if (is_settled)
    change_state (service, BUS_SERVICE_NAME_TAKEN);
  else if (service->has_looked && service->n_asking == 0)
    ask_for_name (service);
  else if (!service->is_looking)
    look_at_vault (service);
}

static void
connection_has_closed (GDBusConnection *connection,
                       gboolean vanished,
                       GError *error,
                       gpointer user_data)
{
  BusService *service = user_data;

  if (service->state != BUS_SERVICE_ENDED)
    change_state (service, BUS_SERVICE_CUT_OFF);
}

/* The end */

static void
tell_the_end (BusService *service)
{
  g_clear_handle_id (&service->ending, g_source_remove);
  g_clear_handle_id (&service->goodbye, g_source_remove);
  change_state (service, BUS_SERVICE_ENDED);
}

static void
decide_to_retire (BusService *service)
{
  const char *hindrance = core_find_hindrance (service->core);

  if (hindrance == NULL)
    {
      tell_the_end (service);
      return;
    }
  g_debug ("Not idle after all: %s", hindrance);
  service->wish = STAY;
  ask_for_name (service);
}

/* All that was sent to the names has come: what is left is to answer it. */
static void
leave (BusService *service)
{
  if (service->wish == RETIRE)
    decide_to_retire (service);
  else if (core_count_holds (service->core, CORE_HOLD_CALL) == 0)
    tell_the_end (service);
}

/* What comes next, when the bus has answered all that it was asked. */
static void
go_on (BusService *service)
{
  if (is_asking (service) || service->wish == STAY || service->state == BUS_SERVICE_ENDED)
    return;
  if (service->has_names)
    release_names (service);
  else
    leave (service);
}

static void
end (BusService *service)
{
  service->wish = END;
  go_on (service);
}

/* A second time when a call is not answered even then. */
static gboolean
messengers_took_too_long (gpointer user_data)
{
  BusService *service = user_data;

  if (service->wish == END)
    {
      service->goodbye = 0;
      tell_the_end (service);
      return G_SOURCE_REMOVE;
    }
  g_message ("%u conversations end without a goodbye: their messengers did not fetch it",
             core_count_owing (service->core));
  end (service);
  return service->state == BUS_SERVICE_ENDED ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
look_from_main_loop (gpointer user_data)
{
  BusService *service = user_data;

  service->ending = 0;
  if (service->wish == END)
    go_on (service);
  else if (core_count_owing (service->core) == 0)
    end (service);
  return G_SOURCE_REMOVE;
}

/* Looks from the main loop: core is still in the midst of the call. */
static void
call_was_answered (gpointer user_data)
{
  BusService *service = user_data;

  core_stir (service->core);
  if (service->goodbye != 0 && service->ending == 0)
    service->ending = g_idle_add (look_from_main_loop, service);
}

void
bus_service_shut_down (BusService *service)
{
  if (service->goodbye != 0 || service->state == BUS_SERVICE_ENDED)
    return;
  service->goodbye = g_timeout_add_seconds (BUS_GOODBYE_SECONDS, messengers_took_too_long, service);
  core_shut_down (service->core);
  call_was_answered (service);
}

gboolean
bus_service_retire (BusService *service)
{
  if (service->state != BUS_SERVICE_RUNNING || service->wish != STAY || service->goodbye != 0
      || is_asking (service))
    return FALSE;
  service->wish = RETIRE;
  go_on (service);
  return TRUE;
}

BusService *
bus_service_new (Core *core,
                 GDBusConnection *connection,
                 const BusLimits *limits,
                 BusServiceChanged changed,
                 gpointer user_data)
{
  BusService *service = g_new0 (BusService, 1);

  service->core = g_object_ref (core);
  service->connection = g_object_ref (connection);
  service->changed = changed;
  service->changed_data = user_data;
  service->state = BUS_SERVICE_STARTING;
  service->open = g_cancellable_new ();
  service->closing =
      g_signal_connect (connection, "closed", G_CALLBACK (connection_has_closed), service);
  service->roster = bus_roster_new (core, limits, call_was_answered, service);
  service->tree = bus_tree_new (service->roster, connection, BUS_DOOR_BUS, NULL, NULL);
  bus_tree_fill (service->tree, NULL, NULL);
  g_signal_connect_swapped (core, "notify::lock-with-screen", G_CALLBACK (wish_has_changed),
                            service);
  watch_rival (service);
  return service;
}

void
bus_service_free (BusService *service)
{
  bus_roster_close (service->roster);
  g_cancellable_cancel (service->open);
  g_clear_object (&service->open);
  g_signal_handler_disconnect (service->connection, service->closing);
  g_clear_pointer (&service->rival, bus_rival_free);
  g_clear_pointer (&service->patience, bus_patience_free);
  g_signal_handlers_disconnect_by_func (service->core, wish_has_changed, service);
  g_clear_pointer (&service->screen, bus_screen_free);
  if (service->has_names)
    bus_names_release (service->connection, BUS_NAME, NULL, NULL, NULL);
  g_clear_pointer (&service->portal, bus_portal_free);
  g_clear_object (&service->portal_connection);
  g_clear_handle_id (&service->goodbye, g_source_remove);
  g_clear_handle_id (&service->ending, g_source_remove);
  bus_tree_close (service->tree);
  bus_tree_unref (service->tree);
  bus_roster_unref (service->roster);
  g_object_unref (service->connection);
  g_object_unref (service->core);
  g_free (service);
}
