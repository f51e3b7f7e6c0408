/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last that anybody said counts. logind's session is asked for by its word
 * "auto": a service of the user manager is in none itself, and is given the one
 * that is on the screen. */

#include "bus/screen.h"

#include "core/auto-lock.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_SESSION LOGIND ".Session"
#define PROPERTIES "org.freedesktop.DBus.Properties"

/* The interfaces have the names of their owners. */
static const struct
{
  const char *name;
  const char *path;
} savers[] = {
  { "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver" },
  { "org.gnome.ScreenSaver", "/org/gnome/ScreenSaver" },
};

struct _BusScreen
{
  Core *core;
  GDBusConnection *session_bus;
  GDBusConnection *system_bus; /* NULL: none, or not yet */
  GCancellable *open;          /* cancelled when it is freed */
  guint saver_signals[G_N_ELEMENTS (savers)];
  guint session_signals;
  guint session_properties;
  char *path; /* of the user's session at logind */
};

static void
tell (BusScreen *screen, gboolean is_locked)
{
  if (is_locked)
    core_screen_was_locked (screen->core, TRUE);
  else
    core_screen_was_unlocked (screen->core);
}

/* That it is not locked is no news: it may be another's word against the one that locked it. */
static void
tell_found (BusScreen *screen, gboolean is_locked)
{
  if (is_locked)
    core_screen_was_locked (screen->core, FALSE);
}

/* NULL: it is not there, or @user_data of the call is gone. */
static GVariant *
finish_call (GObject *source, GAsyncResult *result)
{
  return g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
}

static void
call (BusScreen *screen,
      GDBusConnection *bus,
      const char *name,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *reply,
      GAsyncReadyCallback callback)
{
  g_dbus_connection_call (bus, name, path, interface, method, arguments, G_VARIANT_TYPE (reply),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, screen->open, callback, screen);
}

/* The screen saver */

static void
saver_has_changed (GDBusConnection *bus,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *signal,
                   GVariant *parameters,
                   gpointer user_data)
{
  gboolean is_active;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &is_active);
  tell (user_data, is_active);
}

static void
saver_has_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = finish_call (source, result);
  gboolean is_active;

  if (answer == NULL)
    return;
  g_variant_get (answer, "(b)", &is_active);
  tell_found (user_data, is_active);
}

static void
watch_saver (BusScreen *screen, guint which)
{
  const char *name = savers[which].name;

  screen->saver_signals[which] = g_dbus_connection_signal_subscribe (
      screen->session_bus, name, name, "ActiveChanged", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      saver_has_changed, screen, NULL);
  call (screen, screen->session_bus, name, savers[which].path, name, "GetActive", NULL, "(b)",
        saver_has_answered);
}

/* logind */

static void
session_has_called (GDBusConnection *bus,
                    const char *sender,
                    const char *path,
                    const char *interface,
                    const char *signal,
                    GVariant *parameters,
                    gpointer user_data)
{
  if (g_str_equal (signal, "Lock"))
    tell (user_data, TRUE);
  else if (g_str_equal (signal, "Unlock"))
    tell (user_data, FALSE);
}

static void
session_has_changed (GDBusConnection *bus,
                     const char *sender,
                     const char *path,
                     const char *interface,
                     const char *signal,
                     GVariant *parameters,
                     gpointer user_data)
{
  g_autoptr (GVariant) values = NULL;
  gboolean is_locked;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  values = g_variant_get_child_value (parameters, 1);
  if (g_variant_lookup (values, "LockedHint", "b", &is_locked))
    tell (user_data, is_locked);
}

static void
hint_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = finish_call (source, result);
  g_autoptr (GVariant) value = NULL;

  if (answer == NULL)
    return;
  g_variant_get (answer, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    tell_found (user_data, g_variant_get_boolean (value));
}

static void
watch_session (BusScreen *screen)
{
  screen->session_signals = g_dbus_connection_signal_subscribe (
      screen->system_bus, LOGIND, LOGIND_SESSION, NULL, screen->path, NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, session_has_called, screen, NULL);
  screen->session_properties = g_dbus_connection_signal_subscribe (
      screen->system_bus, LOGIND, PROPERTIES, "PropertiesChanged", screen->path, LOGIND_SESSION,
      G_DBUS_SIGNAL_FLAGS_NONE, session_has_changed, screen, NULL);
  call (screen, screen->system_bus, LOGIND, screen->path, PROPERTIES, "Get",
        g_variant_new ("(ss)", LOGIND_SESSION, "LockedHint"), "(v)", hint_was_read);
}

static void
session_was_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = finish_call (source, result);
  BusScreen *screen = user_data;

  if (answer == NULL)
    return;
  g_variant_get (answer, "(o)", &screen->path);
  watch_session (screen);
}

static void
system_bus_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_finish (result, &error);
  BusScreen *screen = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (bus == NULL)
    {
      g_info ("No system bus, so the screen saver alone is listened to: %s", error->message);
      return;
    }
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  screen->system_bus = bus;
  call (screen, bus, LOGIND, "/org/freedesktop/login1", LOGIND ".Manager", "GetSession",
        g_variant_new ("(s)", "auto"), "(o)", session_was_found);
}

BusScreen *
bus_screen_new (Core *core, GDBusConnection *session_bus)
{
  BusScreen *screen = g_new0 (BusScreen, 1);

  screen->core = core;
  screen->session_bus = g_object_ref (session_bus);
  screen->open = g_cancellable_new ();
  for (guint i = 0; i < G_N_ELEMENTS (savers); i++)
    watch_saver (screen, i);
  g_bus_get (G_BUS_TYPE_SYSTEM, screen->open, system_bus_is_open, screen);
  return screen;
}

static void
unwatch_session (BusScreen *screen)
{
  if (screen->path == NULL)
    return;
  g_dbus_connection_signal_unsubscribe (screen->system_bus, screen->session_signals);
  g_dbus_connection_signal_unsubscribe (screen->system_bus, screen->session_properties);
}

void
bus_screen_free (BusScreen *screen)
{
  g_cancellable_cancel (screen->open);
  g_object_unref (screen->open);
  unwatch_session (screen);
  for (guint i = 0; i < G_N_ELEMENTS (savers); i++)
    g_dbus_connection_signal_unsubscribe (screen->session_bus, screen->saver_signals[i]);
  g_clear_object (&screen->system_bus);
  g_object_unref (screen->session_bus);
  g_free (screen->path);
  g_free (screen);
}
