/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* im.otrd1.Manager: the door. */

#include "bus/backup.h"
#include "bus/call.h"
#include "bus/callers.h"
#include "bus/clients.h"
#include "bus/configuration.h"
#include "bus/descriptors.h"
#include "bus/import.h"
#include "bus/interfaces.h"
#include "bus/manager-vault.h"
#include "bus/options.h"
#include "bus/portal.h"
#include "bus/tree.h"
#include "core/auto-lock.h"
#include "core/core.h"
#include "core/grants.h"
#include "core/names.h"
#include "introspection/otrd-dbus.h"
#include "introspection/otrd-error.h"

static void
handle_register (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = NULL;
  const char *application;
  const char *name = NULL;
  GError *error = NULL;

  g_variant_get (arguments, "(&s@a{sv})", &application, &options);
  if (!core_names_check (application, "the application's id", &error)
      || !bus_options_read (options, &error, "name", "s", &name, NULL)
      || (name != NULL && !core_names_check (name, "the application's name", &error)))
    {
      bus_call_fail (call, error);
      return;
    }
  bus_caller_introduce (bus_call_get_bus_caller (call), application, name);
  bus_call_return (call, NULL);
}

/* Accounts and sessions */

static void
account_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = user_data;
  GError *error = NULL;
  g_autoptr (CoreAccount) account = core_open_account_finish (CORE_CORE (source), result, &error);
  BusExport *export;

  if (account == NULL)
    {
      bus_call_fail (call, error);
      return;
    }
  export = bus_tree_find (bus_call_get_tree (call), account);
  if (export == NULL)
    bus_call_refuse (call, OTRD_ERROR_NOT_FOUND,
                     "Cannot open the account: it was removed meanwhile");
  else
    bus_call_return (call, g_variant_new ("(o)", export->path));
}

static void
handle_open_account (BusCall *call, gpointer object, GVariant *arguments)
{
  CoreAccountOptions account_options = { .create = TRUE };
  g_autoptr (GVariant) options = NULL;
  const char *casemapping = NULL;
  GError *error = NULL;
  const char *protocol;
  const char *name;

  g_variant_get (arguments, "(&s&s@a{sv})", &protocol, &name, &options);
  if (!bus_options_read (options, &error, "create", "b", &account_options.create, "network", "s",
                         &account_options.network, "casemapping", "s", &casemapping, NULL))
    bus_call_fail (call, error);
  else
    core_open_account (object, protocol, name, &account_options, account_is_open, call);
}

/* One OpenSession: what it was asked, until the account is open. */
typedef struct
{
  BusCall *call;
  GVariant *arguments; /* owns the strings below */
  const char *protocol;
  const char *account;
  const char *contact;
  CoreAccountOptions account_options;
  CoreSessionOptions session_options;
  CoreConfiguration configuration;
} Opening;

static void
opening_free (Opening *opening)
{
  g_variant_unref (opening->arguments);
  g_free (opening);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

/* a{sv}: every property, and what only OpenSession tells. */
static GVariant *
describe_session (BusExport *export, CoreSession *session, CoreMessenger *caller)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (bus_export_get_properties (export));
  GVariantDict state;

  g_variant_dict_init (&state, values);
  g_variant_dict_insert (&state, "contact", "s", core_session_get_contact (session));
  g_variant_dict_insert (&state, "pending", "b", core_session_owes (session, caller));
  return g_variant_dict_end (&state);
}

/* The account took its time: the caller may have gone. */
static gboolean
check_caller (BusCall *call, GError **error)
{
  if (bus_caller_has_gone (bus_call_get_bus_caller (call)))
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NO_MESSENGER,
                 "Cannot open the session: its messenger has gone");
  else
    return bus_caller_check_sessions (bus_call_get_bus_caller (call), error);
  return FALSE;
}

static CoreSession *
open_session (Opening *opening, CoreAccount *account, GError **error)
{
  CoreMessenger *caller = bus_call_get_caller (opening->call);
  CoreSession *session = NULL;

  /* The user may have changed his mind while the account was opened. */
  if (check_caller (opening->call, error)
      && (!core_messenger_is_sandboxed (caller) || core_check_grant (caller, account, error)))
    session =
        core_account_open_session (account, opening->contact, &opening->session_options, error);
  if (session == NULL || !core_session_attach (session, caller, &opening->configuration, error))
    return NULL;
  return session;
}

static void
account_of_session_is_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  BusCall *call = opening->call;
  GError *error = NULL;
  g_autoptr (CoreAccount) account = core_open_account_finish (CORE_CORE (source), result, &error);
  CoreSession *session = account != NULL ? open_session (opening, account, &error) : NULL;
  BusExport *export =
      session != NULL ? bus_tree_show_session (bus_call_get_tree (call), session) : NULL;

  if (error != NULL)
    bus_call_fail (call, error);
  else if (export == NULL)
    bus_call_refuse (call, OTRD_ERROR_NOT_FOUND,
                     "Cannot open the session: the account was removed meanwhile");
  else
    bus_call_return (
        call, g_variant_new ("(o@a{sv})", export->path,
                             describe_session (export, session, bus_call_get_caller (call))));
}

static void
open_account_of_session (Core *core, Opening *opening)
{
  core_open_account (core, opening->protocol, opening->account, &opening->account_options,
                     account_of_session_is_open, opening);
}

static void
grant_is_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  GError *error = NULL;

  if (!core_grant_finish (CORE_CORE (source), result, &error))
    bus_call_fail (opening->call, error);
  else
    open_account_of_session (CORE_CORE (source), g_steal_pointer (&opening));
}

/* A sandboxed program needs the user's word for the account. */
static void
ask_or_open (Core *core, Opening *opening)
{
  CoreMessenger *caller = bus_call_get_caller (opening->call);

  if (core_messenger_is_sandboxed (caller))
    core_ask_grant (core, caller, opening->protocol, opening->account, &opening->account_options,
                    grant_is_known, opening);
  else
    open_account_of_session (core, opening);
}

static void
handle_open_session (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (Opening) opening = g_new0 (Opening, 1);
  CoreAccountOptions *account_options = &opening->account_options;
  g_autoptr (GVariant) options = NULL;
  GError *error = NULL;

  account_options->create = TRUE;
  opening->call = call;
  opening->arguments = g_variant_ref (arguments);
  g_variant_get (arguments, "(&s&s&s@a{sv})", &opening->protocol, &opening->account,
                 &opening->contact, &options);
  if (!bus_options_read (options, &error, "create", "b", &account_options->create, "network", "s",
                         &account_options->network, "casemapping", "s",
                         &opening->session_options.casemapping, "occupant", "b",
                         &opening->session_options.occupant, NULL)
      || !bus_configuration_read (options, &opening->configuration, &error))
    {
      bus_call_fail (call, error);
      return;
    }
  opening->session_options.create = account_options->create;
  ask_or_open (object, g_steal_pointer (&opening));
}

/* The vault */

static void
policy_is_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_set_default_policy_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
handle_set_default_policy (BusCall *call, gpointer object, GVariant *arguments)
{
  const char *policy;

  g_variant_get_child (arguments, 0, "&s", &policy);
  core_set_default_policy (object, policy, policy_is_set, call);
}

/* Grants */

static void
handle_list_applications (BusCall *call, gpointer object, GVariant *arguments)
{
  GError *error = NULL;
  GVariant *applications = core_list_grants (object, &error);

  if (applications == NULL)
    bus_call_fail (call, error);
  else
    bus_call_return (call, g_variant_new ("(@aa{sv})", applications));
}

static void
grant_is_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_grant_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
handle_set_grant (BusCall *call, gpointer object, GVariant *arguments)
{
  const char *application;
  const char *protocol;
  const char *account;
  const char *grant;

  g_variant_get (arguments, "(&s&s&s&sa{sv})", &application, &protocol, &account, &grant, NULL);
  core_set_grant (object, application, protocol, account, grant, grant_is_set, call);
}

static GVariant *
get_version (BusExport *export)
{
  return g_variant_new_uint32 (BUS_CONTRACT_VERSION);
}

static GVariant *
get_program_version (BusExport *export)
{
  return g_variant_new_string (OTRD_VERSION);
}

static GVariant *
get_vault (BusExport *export)
{
  return g_variant_new_string (core_get_vault_state (CORE_CORE (export->object)));
}

static GVariant *
get_key_store (BusExport *export)
{
  return g_variant_new_string (core_get_key_store (CORE_CORE (export->object)));
}

static GVariant *
get_default_policy (BusExport *export)
{
  return g_variant_new_string (core_get_default_policy (CORE_CORE (export->object)));
}

static GVariant *
get_lock_with_screen (BusExport *export)
{
  return g_variant_new_boolean (core_get_lock_with_screen (CORE_CORE (export->object)));
}

static GVariant *
get_lock_when_idle (BusExport *export)
{
  return g_variant_new_uint32 (core_get_lock_when_idle (CORE_CORE (export->object)));
}

static const BusProperty properties[] = {
  { "Version", NULL, get_version },
  { "ProgramVersion", NULL, get_program_version },
  { "Vault", "vault", get_vault },
  { "KeyStore", "key-store", get_key_store },
  { "DefaultPolicy", "default-policy", get_default_policy },
  { "LockWithScreen", "lock-with-screen", get_lock_with_screen },
  { "LockWhenIdle", "lock-when-idle", get_lock_when_idle },
  { NULL },
};

static const BusMethod methods[] = {
  { "Register", handle_register },
  { "OpenAccount", handle_open_account },
  { "OpenSession", handle_open_session },
  { "SetDefaultPolicy", handle_set_default_policy },
  { "Unlock", bus_manager_unlock },
  { "Lock", bus_manager_lock },
  { "SetAutoLock", bus_manager_set_auto_lock },
  { "OpenDirectConnection", bus_portal_handle_open_direct_connection },
  { "ListApplications", handle_list_applications },
  { "SetGrant", handle_set_grant },
  { "ListClients", bus_clients_handle_list },
  { "Import", bus_manager_handle_import },
  { "SetKeyStore", bus_manager_set_key_store },
  { "CheckVault", bus_manager_check_vault },
  { "BackupVault", bus_manager_handle_backup_vault },
  { "RestoreVault", bus_manager_handle_restore_vault },
  { NULL },
};

const BusInterface bus_manager_interface = { otrd_dbus_manager_interface_info, properties,
                                             methods };
