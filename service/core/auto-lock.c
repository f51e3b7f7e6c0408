/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* One timer, which is armed while the vault is open and looks, when it ends,
 * whether the user was here meanwhile. */

#include "core/auto-lock.h"

#include "core/core-private.h"

gboolean
core_get_lock_with_screen (Core *core)
{
  return core->auto_lock.settings.with_screen;
}

guint32
core_get_lock_when_idle (Core *core)
{
  return core->auto_lock.settings.when_idle;
}

static void
was_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Core) core = user_data;
  g_autoptr (GError) error = NULL;

  if (!vault_open_finish (VAULT_VAULT (source), result, &error))
    g_info ("The vault is not open with the screen: %s", error->message);
}

static void
open_quietly (Core *core)
{
  vault_unlock_async (core->vault, NULL, FALSE, was_opened, g_object_ref (core));
}

/* The screen may have been unlocked before the last change was on disk. */
static void
was_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Core) core = user_data;
  g_autoptr (GError) error = NULL;

  if (!vault_lock_finish (VAULT_VAULT (source), result, &error))
    g_warning ("The vault was locked, and its last changes are lost: %s", error->message);
  if (!core->locked_by_user)
    open_quietly (core);
}

static void
lock (Core *core)
{
  core->locked_by_user = TRUE;
  core->auto_lock.is_by_hand = FALSE;
  vault_lock_async (core->vault, was_locked, g_object_ref (core));
}

/* Idleness */

static void watch (Core *core);

static gint64
get_end (const CoreAutoLock *auto_lock)
{
  return auto_lock->used + auto_lock->settings.when_idle * (gint64)G_USEC_PER_SEC;
}

static void
while_is_over (gpointer user_data)
{
  Core *core = user_data;
  CoreAutoLock *auto_lock = &core->auto_lock;

  auto_lock->timer = 0;
  if (core_clock_get_now (core->clock) < get_end (auto_lock))
    watch (core);
  else
    lock (core);
}

static void
watch (Core *core)
{
  CoreAutoLock *auto_lock = &core->auto_lock;

  core_clock_cancel (core->clock, &auto_lock->timer);
  if (auto_lock->settings.when_idle > 0 && vault_is_open (core->vault))
    auto_lock->timer = core_clock_call_at (core->clock, get_end (auto_lock), while_is_over, core);
}

void
core_user_was_here (Core *core)
{
  core->auto_lock.used = core_clock_get_now (core->clock);
}

/* The screen */

void
core_screen_was_locked (Core *core, gboolean is_news)
{
  gboolean is_the_users = core->locked_by_user && !core->auto_lock.is_by_screen;

  if (!core->auto_lock.settings.with_screen || is_the_users
      || (!is_news && core->auto_lock.is_by_hand))
    return;
  core->auto_lock.is_by_screen = TRUE;
  lock (core);
}

void
core_screen_was_unlocked (Core *core)
{
  if (!core->auto_lock.is_by_screen)
    return;
  core->auto_lock.is_by_screen = core->locked_by_user = FALSE;
  open_quietly (core);
}

/* The wish */

static void
take_settings (Core *core, VaultAutoLock settings)
{
  VaultAutoLock before = core->auto_lock.settings;

  core->auto_lock.settings = settings;
  if (settings.with_screen != before.with_screen)
    g_object_notify (G_OBJECT (core), "lock-with-screen");
  if (settings.when_idle != before.when_idle)
    g_object_notify (G_OBJECT (core), "lock-when-idle");
  watch (core);
}

void
core_auto_lock_vault_changed (Core *core, gboolean is_open)
{
  if (!is_open)
    {
      core_clock_cancel (core->clock, &core->auto_lock.timer);
      return;
    }
  core->auto_lock.is_by_screen = FALSE;
  core_user_was_here (core);
  take_settings (core, vault_get_auto_lock (core->vault));
}

static void
undo_with_screen (Vault *vault, gpointer task)
{
  VaultAutoLock settings = vault_get_auto_lock (vault);

  settings.with_screen = ((const VaultAutoLock *)g_task_get_task_data (task))->with_screen;
  vault_put_auto_lock (vault, settings, NULL);
}

static void
undo_when_idle (Vault *vault, gpointer task)
{
  VaultAutoLock settings = vault_get_auto_lock (vault);

  settings.when_idle = ((const VaultAutoLock *)g_task_get_task_data (task))->when_idle;
  vault_put_auto_lock (vault, settings, NULL);
}

static void
settings_are_saved (GObject *vault, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Core *core = g_task_get_source_object (task);
  GError *error = NULL;

  if (vault_save_finish (VAULT_VAULT (vault), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  if (vault_is_open (core->vault))
    take_settings (core, vault_get_auto_lock (core->vault));
}

void
core_set_auto_lock (Core *core,
                    const gboolean *with_screen,
                    const guint32 *when_idle,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (core, NULL, callback, user_data);
  VaultAutoLock before = vault_get_auto_lock (core->vault);
  const VaultAutoLock wanted = { with_screen != NULL ? *with_screen : before.with_screen,
                                 when_idle != NULL ? *when_idle : before.when_idle };
  GError *error = NULL;

  g_task_set_task_data (task, g_memdup2 (&before, sizeof before), g_free);
  if (vault_put_auto_lock (core->vault, wanted, &error))
    {
      if (with_screen != NULL)
        vault_note_undo (core->vault, g_strdup ("lock-with-screen\n"), undo_with_screen,
                         g_object_ref (task), g_object_unref);
      if (when_idle != NULL)
        vault_note_undo (core->vault, g_strdup ("lock-when-idle\n"), undo_when_idle,
                         g_object_ref (task), g_object_unref);
      vault_save_async (core->vault, settings_are_saved, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

gboolean
core_set_auto_lock_finish (Core *core, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
