/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking changes back that could not be saved, so that what is in memory is always
 * what was last acknowledged or is still on its way to the disk. A change that failed
 * while a later one of its setting is on the way is not taken back: the later one
 * stands. It is remembered until that one has ended: if it fails too, both go, the
 * later one first. */

#include "vault/vault-private.h"

/* Of one dispatch: a third of a millisecond. */
#define SLICE_UNDOS 256

struct _VaultUndo
{
  char *setting;
  guint64 n_changes; /* it was the last of so many */
  gboolean has_failed;
  VaultUndoFunc undo;
  gpointer change;
  GDestroyNotify free_change;
};

void
vault_undo_free (VaultUndo *undo)
{
  g_free (undo->setting);
  if (undo->free_change != NULL)
    undo->free_change (undo->change);
  g_free (undo);
}

void
vault_note_undo (
    Vault *vault, char *setting, VaultUndoFunc func, gpointer change, GDestroyNotify free_change)
{
  VaultUndo *undo = g_new0 (VaultUndo, 1);

  undo->setting = setting;
  undo->n_changes = vault->n_changes;
  undo->undo = func;
  undo->change = change;
  undo->free_change = free_change;
  if (vault->n_saved < vault->n_changes)
    g_ptr_array_add (vault->undos, undo);
  else /* it changes nothing */
    vault_undo_free (undo);
}

typedef gboolean (*IsOne) (const VaultUndo *undo, guint64 n_changes);

static gboolean
has_lasted (const VaultUndo *undo, guint64 n_changes)
{
  return !undo->has_failed && undo->n_changes <= n_changes;
}

static gboolean
is_on_its_way (const VaultUndo *undo, guint64 n_changes)
{
  return !undo->has_failed && undo->n_changes > n_changes;
}

/* Whether one of those after it is of its setting, or of more. */
static gboolean
is_overtaken (const GPtrArray *undos, guint at, IsOne is_one, guint64 n_changes)
{
  const VaultUndo *undo = undos->pdata[at];

  for (guint i = at + 1; i < undos->len; i++)
    {
      const VaultUndo *later = undos->pdata[i];

      if (is_one (later, n_changes) && g_str_has_prefix (undo->setting, later->setting))
        return TRUE;
    }
  return FALSE;
}

static gboolean
free_some (gpointer user_data)
{
  /* one of them may be the last to hold it */
  g_autoptr (Vault) vault = g_object_ref (user_data);

  for (guint i = 0; i < SLICE_UNDOS && !g_queue_is_empty (&vault->spent_undos); i++)
    vault_undo_free (g_queue_pop_head (&vault->spent_undos));
  if (!g_queue_is_empty (&vault->spent_undos))
    return G_SOURCE_CONTINUE;
  vault->freeing = 0;
  return G_SOURCE_REMOVE;
}

/* Of a large import there are thousands. */
static void
free_later (Vault *vault, guint at)
{
  g_queue_push_tail (&vault->spent_undos, g_ptr_array_steal_index (vault->undos, at));
  if (vault->freeing == 0)
    vault->freeing = g_idle_add (free_some, vault);
}

void
vault_free_spent_undos (Vault *vault)
{
  g_clear_handle_id (&vault->freeing, g_source_remove);
  g_queue_clear_full (&vault->spent_undos, (GDestroyNotify)vault_undo_free);
}

static void
forget_lasting (Vault *vault, guint64 n_changes)
{
  for (guint i = vault->undos->len; i > 0; i--)
    {
      VaultUndo *undo = vault->undos->pdata[i - 1];

      if (undo->has_failed && is_overtaken (vault->undos, i - 1, has_lasted, n_changes))
        g_ptr_array_remove_index (vault->undos, i - 1);
    }
  for (guint i = vault->undos->len; i > 0; i--)
    if (has_lasted (vault->undos->pdata[i - 1], n_changes))
      free_later (vault, i - 1);
}

static gboolean
is_any_on_its_way (const GPtrArray *undos, guint64 n_changes)
{
  return undos->len > 0 && is_on_its_way (g_ptr_array_index (undos, undos->len - 1), n_changes);
}

/* The newest first: each finds what was there when it was made. */
static void
take_back_failed (Vault *vault, guint64 n_changes)
{
  gboolean are_others = is_any_on_its_way (vault->undos, n_changes);

  for (guint i = vault->undos->len; i > 0; i--)
    {
      VaultUndo *undo = vault->undos->pdata[i - 1];

      undo->has_failed |= undo->n_changes <= n_changes;
      if (!undo->has_failed
          || (are_others && is_overtaken (vault->undos, i - 1, is_on_its_way, n_changes)))
        continue;
      g_ptr_array_steal_index (vault->undos, i - 1);
      undo->undo (vault, undo->change);
      vault_undo_free (undo);
    }
}

void
vault_settle_undos (Vault *vault, guint64 n_changes, gboolean have_lasted)
{
  if (have_lasted)
    forget_lasting (vault, n_changes);
  else
    take_back_failed (vault, n_changes);
}
