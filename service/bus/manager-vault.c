/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Passphrases come by descriptor and are read before core hears of the call. */

#include "bus/manager-vault.h"

#include "bus/descriptors.h"
#include "bus/options.h"
#include "bus/tree.h"
#include "core/auto-lock.h"
#include "core/core.h"

#define PASSPHRASE_MAX 1024

static void
vault_is_unlocked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_unlock_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
passphrase_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  BusCall *call = user_data;
  GError *error = NULL;
  g_autoptr (Secret) passphrase = bus_descriptor_read_secret_finish (result, &error);

  if (passphrase == NULL)
    bus_call_fail (call, error);
  else
    core_unlock (bus_tree_get_core (bus_call_get_tree (call)), passphrase,
                 bus_call_is_interactive (call), vault_is_unlocked, call);
}

gboolean
bus_manager_take_passphrase (BusCall *call, GVariant *options, int *descriptor, GError **error)
{
  gint32 handle = 0;

  *descriptor = -1;
  if (!bus_options_read (options, error, "passphrase", "h", &handle, NULL))
    return FALSE;
  if (!bus_options_have (options, "passphrase"))
    return TRUE;
  *descriptor = bus_call_take_descriptor (call, handle, error);
  return *descriptor >= 0;
}

void
bus_manager_unlock (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  GError *error = NULL;
  int descriptor;

  if (!bus_manager_take_passphrase (call, options, &descriptor, &error))
    bus_call_fail (call, error);
  else if (descriptor >= 0)
    bus_descriptor_read_async (descriptor, PASSPHRASE_MAX, passphrase_was_read, call);
  else
    core_unlock (object, NULL, bus_call_is_interactive (call), vault_is_unlocked, call);
}

static void
vault_is_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_lock_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

void
bus_manager_lock (BusCall *call, gpointer object, GVariant *arguments)
{
  core_lock (object, vault_is_locked, call);
}

static void
auto_lock_is_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_set_auto_lock_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

void
bus_manager_set_auto_lock (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 0);
  gboolean with_screen = FALSE;
  guint32 when_idle = 0;
  GError *error = NULL;

  if (bus_options_read (options, &error, "screen", "b", &with_screen, "idle", "u", &when_idle,
                        NULL))
    core_set_auto_lock (object, bus_options_have (options, "screen") ? &with_screen : NULL,
                        bus_options_have (options, "idle") ? &when_idle : NULL, auto_lock_is_set,
                        call);
  else
    bus_call_fail (call, error);
}

/* One SetKeyStore, while its passphrase is read. */
typedef struct
{
  BusCall *call;
  char *key_store;
} Move;

static void
move_free (Move *move)
{
  g_free (move->key_store);
  g_free (move);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Move, move_free)

static void
key_store_is_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (!core_set_key_store_finish (CORE_CORE (source), result, &error))
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, NULL);
}

static void
set_key_store (BusCall *call, const char *key_store, Secret *passphrase)
{
  core_set_key_store (bus_tree_get_core (bus_call_get_tree (call)), key_store, passphrase,
                      bus_call_is_interactive (call), key_store_is_set, call);
}

static void
new_passphrase_was_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Move) move = user_data;
  GError *error = NULL;
  g_autoptr (Secret) passphrase = bus_descriptor_read_secret_finish (result, &error);

  if (passphrase == NULL)
    bus_call_fail (move->call, error);
  else
    set_key_store (move->call, move->key_store, passphrase);
}

void
bus_manager_set_key_store (BusCall *call, gpointer object, GVariant *arguments)
{
  g_autoptr (Move) move = g_new0 (Move, 1);
  g_autoptr (GVariant) options = NULL;
  GError *error = NULL;
  int descriptor;

  move->call = call;
  g_variant_get (arguments, "(s@a{sv})", &move->key_store, &options);
  if (!bus_manager_take_passphrase (call, options, &descriptor, &error))
    bus_call_fail (call, error);
  else if (descriptor < 0)
    set_key_store (call, move->key_store, NULL);
  else
    bus_descriptor_read_async (descriptor, PASSPHRASE_MAX, new_passphrase_was_read,
                               g_steal_pointer (&move));
}

static void
vault_is_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (GVariant) report = core_check_vault_finish (CORE_CORE (source), result, &error);

  if (report == NULL)
    bus_call_fail (user_data, error);
  else
    bus_call_return (user_data, g_variant_new ("(@a{sv})", report));
}

void
bus_manager_check_vault (BusCall *call, gpointer object, GVariant *arguments)
{
  core_check_vault (object, vault_is_checked, call);
}
