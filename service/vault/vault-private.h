/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vault's inside, shared by its three parts: what it holds (vault.c), how
 * it is opened (opening.c) and how it is saved (saving.c). */

#pragma once

#include "vault/batch.h"
#include "vault/folder.h"
#include "vault/sealed-file.h"
#include "vault/table.h"
#include "vault/vault.h"

G_BEGIN_DECLS

typedef struct _VaultUndo VaultUndo;
void vault_undo_free (VaultUndo *undo);

/* In the order in which they are written. */
enum
{
  VAULT_FILE_KEYS,
  VAULT_FILE_TRUST,
  VAULT_N_FILES,
};

typedef struct
{
  const char *name;
  VaultContents contents;
} VaultFile;

extern const VaultFile vault_files[VAULT_N_FILES];

/* Whether the key store still has the key of the open vault, as it said when last asked. */
typedef enum
{
  VAULT_KEY_PLACE_KEPT,
  VAULT_KEY_PLACE_MISSING, /* and does not take it back */
  VAULT_KEY_PLACE_UNKNOWN, /* it does not say */
} VaultKeyPlace;

/* A backup that is being put back, all of it; there until the others say the same. */
#define VAULT_RESTORED "restored"

struct _Vault
{
  GObject parent;

  char *path;
  VaultKeyStore *key_store;
  VaultSealedBy sealed_by; /* as the files say, once they were read */
  GBytes *parameters;      /* of the passphrase; NULL: sealed by the key store */
  guint n_wrong;           /* passphrases in a row */
  guint n_wrong_for_backups;
  gint64 last_wrong;   /* when; in monotonic time */
  VaultFolder *folder; /* NULL until the first opening; a worker's while one is running */
  OtrdVault state;
  GError *reason;      /* why it is not open; NULL while it is */
  GPtrArray *findings; /* of VaultFileCheck, of a damaged one whose key was there; else NULL */

  /* while it is open */
  VaultTable *table;
  Secret *key; /* NULL while it is new */
  guint64 generations[VAULT_N_FILES];
  gboolean has_beginning; /* its first save was interrupted */

  GPtrArray *opening_tasks; /* who waits for the attempt under way */
  gboolean is_opening;
  gboolean is_slow; /* the attempt waits for a person, or has taken long */
  guint patience_timer;
  gboolean has_waited;           /* for the folder, once */
  gboolean is_locked_on_purpose; /* only vault_unlock_async () opens it */
  gboolean drops_opening;        /* it was locked while being opened */
  guint n_locking;               /* locks that wait for their save */
  gboolean is_asking;            /* the key store, for the attempt under way */
  gboolean is_prompting;         /* and may prompt */
  gboolean is_restoring;         /* a backup; the key store may be asked although it is not open */
  gboolean ends_restore;         /* the next save makes the file `restored` needless */
  GQueue key_tasks;              /* who wants the key of a new vault; the first is being served */

  VaultKeyPlace key_place;
  gboolean has_news; /* of the key store, not acted on yet */
  gboolean is_checking_key;
  GPtrArray *checking_tasks;

  guint64 n_changes;
  guint64 n_saved; /* of these changes */
  gboolean is_dirty[VAULT_N_FILES];
  gboolean forgets_previous[VAULT_N_FILES];
  guint save_timer;
  guint key_timer; /* how long who saves waits for the key of a new vault */
  gboolean is_saving;
  gboolean is_batch;
  VaultBatch *batch;   /* of what is put meanwhile; NULL: nothing yet */
  gboolean is_failing; /* the last save was not possible */
  GPtrArray *saving_tasks;
  GPtrArray *undos; /* of VaultUndo, in the order of the changes */
  GQueue spent_undos;
  guint freeing; /* them */
};

/* Sets the state; takes @reason, NULL for an open one. */
void vault_set_state (Vault *vault, OtrdVault state, GError *reason);
/* The state of an open vault: new, ready or read-only. */
void vault_set_open_state (Vault *vault);
/* Takes a reference to @parameters. */
void vault_set_sealed_by (Vault *vault, VaultSealedBy sealed_by, GBytes *parameters);
void vault_mark_changed (Vault *vault, guint file);
void vault_stop_save_timer (Vault *vault);

/* Of the first @n_changes: they have lasted, or they have not and are taken back. */
void vault_settle_undos (Vault *vault, guint64 n_changes, gboolean have_lasted);
/* At once, what would be freed a few at a time: there may be keys among it. */
void vault_free_spent_undos (Vault *vault);

/* What can be told of a header without the key; the rest is proven by unsealing. */
gboolean vault_check_header (const VaultSealedHeader *header, guint file, GError **error);
/* As vault_check_async (), on a worker. @key: NULL for headers only. */
GPtrArray *vault_check_files (VaultFolder *folder, Secret *key);

/* For a moment: an open vault, and one that could not be opened, is `unlocking`,
 * and who wants it waits; then it is opened with @key (nullable). */
void vault_close_to_open_again (Vault *vault);
void vault_open_again_async (Vault *vault,
                             Secret *key,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* What the key store's signals do. */
void vault_on_key_store_changed (Vault *vault);
void vault_on_key_store_locked (Vault *vault);
/* Acts on what was heard of the key store while that was not possible. */
void vault_hear_news (Vault *vault);
/* Locks an open vault because its key store is. */
void vault_follow_lock (Vault *vault);
/* Answers those who wait for the attempt under way, which goes on unheeded. */
void vault_leave_attempt (Vault *vault);
/* What was wished while it was being locked. */
void vault_open_after_lock (Vault *vault);
/* For who waits, for however long, until the attempt under way is over. */
void vault_await_opening (Vault *vault, GAsyncReadyCallback callback, gpointer user_data);

/* Tries a passphrase, on a worker, the later the more wrong ones (@n_wrong, of the
 * vault) there were. @other: NULL, or what else it may open; *@opened (nullable)
 * is which of them it did. */
void vault_guess_async (Vault *vault,
                        guint *n_wrong,
                        GBytes *wrapped,
                        GBytes *other,
                        Secret *passphrase,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
Secret *vault_guess_finish (Vault *vault, GAsyncResult *result, GBytes **opened, GError **error);

/* Whether wrong passphrases make the next wait, which ending the process would forget. */
gboolean vault_remembers_guesses (Vault *vault);

/* Gets the key of a new vault, or has it made; one caller after the other. */
void vault_obtain_key_async (Vault *vault,
                             gboolean interactive,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean vault_obtain_key_finish (Vault *vault, GAsyncResult *result, GError **error);

G_END_DECLS
