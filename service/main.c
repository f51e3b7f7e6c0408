/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* otrd: options, process-wide initialisation, the bus name, the loop, the exit
 * status; nothing else.
 *
 * Exit status: 0 ended as asked or because nobody needed it, 1 wrong options or no folder for the
 * vault, 2 no session bus or it has gone, 3 another otrd has the name already.
 */

#include <gio/gio.h>
#include <glib-unix.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "bus/service.h"
#include "core/core.h"
#include "core/idleness.h"
#include "engine/engine.h"
#include "secret/memory.h"
#include "vault/secret-service-store.h"
#include "vault/vault.h"

enum
{
  EXIT_ENDED,
  EXIT_USAGE,
  EXIT_NO_BUS,
  EXIT_ALREADY_RUNNING,
};

/* How long the last save may take. */
#define SAVE_SECONDS 5

/* The default of --idle-exit, and the most that it may be. */
#define IDLE_EXIT_SECONDS 300
#define IDLE_EXIT_SECONDS_MAX (10 * 365 * 24 * 3600)

/* More descriptors than this are not needed. */
#define FILES_MAX 8192

typedef struct
{
  gboolean version;
  double idle_exit; /* in seconds; 0: never */
  int workers;      /* 0: as many as usual */
} Options;

typedef struct
{
  const Options *options;
  GMainLoop *loop;
  Vault *vault;
  Core *core;
  BusService *service;
  int status;
} Program;

static gboolean
saving_took_too_long (gpointer user_data)
{
  Program *program = user_data;

  g_warning ("The last changes could not be saved in time");
  g_main_loop_quit (program->loop);
  return G_SOURCE_REMOVE;
}

static void
vault_is_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Program *program = user_data;
  g_autoptr (GError) error = NULL;

  if (!vault_lock_finish (VAULT_VAULT (source), result, &error))
    g_warning ("The last changes could not be saved: %s", error->message);
  g_main_loop_quit (program->loop);
}

static void
save_and_quit (Program *program, int status)
{
  program->status = status;
  g_timeout_add_seconds (SAVE_SECONDS, saving_took_too_long, program);
  vault_lock_async (program->vault, vault_is_saved, program);
}

static void
nobody_needs_us (gpointer user_data)
{
  Program *program = user_data;

  bus_service_retire (program->service);
}

static void
service_has_changed (BusService *service, BusServiceState state, gpointer user_data)
{
  Program *program = user_data;

  switch (state)
    {
    case BUS_SERVICE_STARTING:
      break;
    case BUS_SERVICE_RUNNING:
      if (program->options->idle_exit > 0)
        core_watch_idleness (program->core, program->options->idle_exit * G_USEC_PER_SEC,
                             nobody_needs_us, program);
      break;
    case BUS_SERVICE_NAME_TAKEN:
      g_printerr ("otrd: another otrd is running on this session bus\n");
      program->status = EXIT_ALREADY_RUNNING;
      g_main_loop_quit (program->loop);
      break;
    case BUS_SERVICE_CUT_OFF:
      g_printerr ("otrd: the session bus has gone\n");
      save_and_quit (program, EXIT_NO_BUS);
      break;
    case BUS_SERVICE_ENDED:
      save_and_quit (program, EXIT_ENDED);
      break;
    }
}

static gboolean
asked_to_end (gpointer user_data)
{
  Program *program = user_data;

  bus_service_shut_down (program->service);
  return G_SOURCE_CONTINUE;
}

/* Before anything else looks at them: both print what passes through the process. */
static void
clean_environment (void)
{
  g_unsetenv ("G_DBUS_DEBUG");
  g_unsetenv ("G_MESSAGES_DEBUG");
}

/* libc puts off the joining of small blocks that are freed, and does all of it in one dispatch,
 * whichever comes next: of a long answer that another thread has freed, milliseconds. */
static void
spread_cost_of_memory (void)
{
  mallopt (M_MXFAST, 0);
}

static gboolean
read_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Show the version and exit", NULL },
    { "idle-exit", 0, 0, G_OPTION_ARG_DOUBLE, &options->idle_exit,
      "Exit when nobody has needed the service for so long; 0: never (default: 300)", "SECONDS" },
    /* The yardstick of a measurement. */
    { "workers", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &options->workers, NULL, "COUNT" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, "Keeps Off-the-Record conversations and their keys for all messengers of a user.\n"
               "It is started by the session bus (im.otrd1) when a messenger calls.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->idle_exit >= 0 && options->idle_exit <= IDLE_EXIT_SECONDS_MAX)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--idle-exit takes seconds from 0 (never) to %d", IDLE_EXIT_SECONDS_MAX);
  return FALSE;
}

static GDBusConnection *
connect_to_bus (void)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  if (connection == NULL)
    g_printerr ("otrd: no session bus: %s\n", error->message);
  else
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  return connection;
}

/* Each caller may bring descriptors: as many as we may have. */
static rlim_t
raise_files (void)
{
  struct rlimit files = { 0 };

  getrlimit (RLIMIT_NOFILE, &files);
  if (files.rlim_cur < MIN (files.rlim_max, FILES_MAX))
    {
      files.rlim_cur = MIN (files.rlim_max, FILES_MAX);
      setrlimit (RLIMIT_NOFILE, &files);
      getrlimit (RLIMIT_NOFILE, &files);
    }
  return files.rlim_cur;
}

/* Half are for what is not a direct connection. */
static BusLimits
limits_for (rlim_t files)
{
  BusLimits limits = bus_limits;

  limits.all_directs = MIN (limits.all_directs, files / 2);
  return limits;
}

static int
run (GDBusConnection *connection, const Options *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "otrd", NULL);
  g_autoptr (VaultKeyStore) key_store = vault_secret_service_store_new (0);
  g_autoptr (Vault) vault = vault_new (folder, key_store);
  g_autoptr (Core) core = core_new (vault, core_clock_get_system ());
  g_autoptr (BusService) service = NULL;
  const BusLimits limits = limits_for (raise_files ());
  Program program = { .options = options, .loop = loop, .vault = vault, .core = core };

  if (options->workers > 0)
    core_set_workers (core, options->workers);
  service = bus_service_new (core, connection, &limits, service_has_changed, &program);
  program.service = service;
  g_unix_signal_add (SIGTERM, asked_to_end, &program);
  g_unix_signal_add (SIGINT, asked_to_end, &program);
  g_main_loop_run (loop);
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  return program.status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Options options = { .idle_exit = IDLE_EXIT_SECONDS };

  clean_environment ();
  spread_cost_of_memory ();
  signal (SIGPIPE, SIG_IGN); /* a caller closes the pipe that its backup goes to */
  engine_init ();
  secret_memory_harden_process ();
  umask (077);
  if (!read_options (&argc, &argv, &options, &error) || argc > 1)
    {
      g_printerr ("otrd: %s\n", error != NULL ? error->message : "it takes no arguments");
      return EXIT_USAGE;
    }
  if (options.version)
    {
      g_print ("otrd %s\n", OTRD_VERSION);
      return EXIT_ENDED;
    }
  connection = connect_to_bus ();
  return connection != NULL ? run (connection, &options) : EXIT_NO_BUS;
}
