/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The vault: accounts with their keys, what is known of contacts, and the
 * latches, kept in two sealed files and, while it is open, in memory.
 *
 * Reading is from memory and immediate. A change is in memory at once and on
 * disk a little later, together with others; who must know that it lasts calls
 * vault_save_async () after it. The main loop pays microseconds for either.
 *
 * A vault that cannot be opened is never overwritten and never taken for an
 * empty one: then nothing is found, and changes are refused with the error of
 * its state. While it is new, nothing is written before the first change. */

#pragma once

#include <gio/gio.h>

#include "introspection/otrd-enums.h"
#include "introspection/otrd-error.h"
#include "vault/key-store.h"
#include "vault/records.h"

G_BEGIN_DECLS

#define VAULT_TYPE_VAULT (vault_get_type ())
G_DECLARE_FINAL_TYPE (Vault, vault, VAULT, VAULT, GObject)

/* @folder: made when needed. The vault is locked until it is opened.
 *
 * Properties "state" (OtrdVault) and "key-store" (vault_get_key_store_name ())
 * are notified of. When the key store is locked while the vault is open, the
 * vault follows; when it is opened again, too, unless vault_lock_async () was
 * called meanwhile. One that dies closes nothing; when it is back it is asked.
 * A key that it has lost is put back from memory; where it does not take it, the
 * vault is read-only. So it is while changes cannot be saved: who waits for one has the error, and
 * of what nobody waits for the log tells why. */
Vault *vault_new (const char *folder, VaultKeyStore *key_store);

OtrdVault vault_get_state (Vault *vault);
/* new, ready or read-only: what is in it is known, and changes are taken (though
 * a read-only one cannot make them last: saving tells). */
gboolean vault_is_open (Vault *vault);
/* Not after vault_lock_async (): then only vault_unlock_async () opens it. */
gboolean vault_may_be_opened (Vault *vault);
/* The contract's word for what opens it: "secret-service", "passphrase". */
const char *vault_get_key_store_name (Vault *vault);
/* What would be lost if the process ended now, or interrupted, in a few words; NULL: nothing. */
const char *vault_find_hindrance (Vault *vault);
/* Why it is not open, for @attempted ("read the account"): the error of its state. */
GError *vault_new_state_error (Vault *vault, const char *attempted);

/* May be called in any state and any number of times: callers share one
 * attempt, and one prompt, which only @interactive allows; without it, nobody
 * waits for a prompt of another (Locked), nor more than two seconds for a key
 * store. It succeeds when the
 * vault is new or ready. A new one that is opened interactively has its key
 * made. Errors: Locked, Dismissed, KeyStoreUnavailable, VaultDamaged, Busy
 * (another process has the folder), StorageFailed (the folder cannot be used).
 * After vault_lock_async () it is Locked. */
void vault_open_async (Vault *vault,
                       gboolean interactive,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
gboolean vault_open_finish (Vault *vault, GAsyncResult *result, GError **error);

/* The user's wish to open it, which ends a lock; one that is still saving is waited for, and then
 * it is opened again. @passphrase: NULL for none; of
 * no use to a vault that the key store opens (InvalidArgument). A wrong one is
 * Locked, and counted: many make it slow. Finished by vault_open_finish (). */
void vault_unlock_async (Vault *vault,
                         Secret *passphrase,
                         gboolean interactive,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

/* Ends well when all changes made before the call are on disk; at once when
 * they are. Callers share writes. Errors: StorageFailed, or why there is no key
 * (Locked, KeyStoreUnavailable). After an error the change is still in memory
 * and goes with the next save, unless vault_note_undo () was told how to take it back. */
void vault_save_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data);
gboolean vault_save_finish (Vault *vault, GAsyncResult *result, GError **error);

/* What is put between the two, in one dispatch, is much, and lies together. */
void vault_begin_batch (Vault *vault);
void vault_end_batch (Vault *vault);

/* Puts back what was there before @change, as far as nobody else has changed it since; also
 * called when the vault was closed meanwhile. */
typedef void (*VaultUndoFunc) (Vault *vault, gpointer change);

/* Called after a change, before it is saved: how it is taken back when it cannot be saved, which
 * is done before those who wait for it have their error. @setting (transfer full): names that end
 * in a line break each; what begins with them is part of it. While a later change of the same
 * setting is on its way to the disk nothing is taken back, but both are if that one fails too. */
void vault_note_undo (
    Vault *vault, char *setting, VaultUndoFunc undo, gpointer change, GDestroyNotify free_change);

/* Saves what is not saved, then forgets all that is in memory, the vault key
 * too. While it is being opened, that comes to nothing. It is locked at once,
 * whatever the key store is doing; one that is damaged stays that. Secrets that others hold a
 * reference of live until they drop it. */
void vault_lock_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data);
gboolean vault_lock_finish (Vault *vault, GAsyncResult *result, GError **error);

/* Asks the key store whether it still has the key, and puts it back if not. */
void vault_look_after_key_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data);
void vault_look_after_key_finish (Vault *vault, GAsyncResult *result);
/* As it said when last asked: "kept", "missing" (it does not take it back, or the vault is
 * keyless), "unknown". */
const char *vault_get_key_place (Vault *vault);

/* What opens the vault from now on: @key_store "secret-service" or "passphrase"
 * (with @passphrase, which may be a new one). At each moment there are files
 * that one of the two opens. Errors: that of the state, Dismissed,
 * KeyStoreUnavailable, StorageFailed; then it is as it was. */
void vault_set_key_store_async (Vault *vault,
                                const char *key_store,
                                Secret *passphrase,
                                gboolean interactive,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean vault_set_key_store_finish (Vault *vault, GAsyncResult *result, GError **error);

/* One file of the vault as it was found. */
typedef struct
{
  char *name;
  gboolean is_there;
  gboolean is_sound;
  gboolean is_proven; /* with the key: else no more than its header was read */
  guint64 generation;
  char *problem; /* NULL: none */
} VaultFileCheck;

void vault_file_check_free (VaultFileCheck *check);

/* Reads all files again. The vault must be open, damaged or without its key. Of
 * VaultFileCheck: each file, and after it the generation before. */
void vault_check_async (Vault *vault, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *vault_check_finish (Vault *vault, GAsyncResult *result, GError **error);

/* Lookups give copies, NULL when there is none. Changes fail when the vault is
 * not open. Putting replaces what has the same names. */

OtrdPolicy vault_get_default_policy (Vault *vault); /* opportunistic until set, or not open */
gboolean vault_put_default_policy (Vault *vault, OtrdPolicy policy, GError **error);
VaultAutoLock vault_get_auto_lock (Vault *vault); /* never until set, or not open */
gboolean vault_put_auto_lock (Vault *vault, VaultAutoLock auto_lock, GError **error);

GPtrArray *vault_list_accounts (Vault *vault); /* of VaultAccount */
VaultAccount *vault_lookup_account (Vault *vault, const char *protocol, const char *name);
/* Replacing or dropping its private key removes the old one from the previous
 * generation of the file, too. */
gboolean vault_put_account (Vault *vault, const VaultAccount *account, GError **error);
/* And all that is known of its contacts. */
gboolean
vault_remove_account (Vault *vault, const char *protocol, const char *name, GError **error);
/* Takes back that it was put: what is known of its contacts, perhaps for longer, stays. */
void vault_unput_account (Vault *vault, const char *protocol, const char *name);
/* And the grants for it: what was taken, for vault_put_back (); NULL: there is none of that name.
 */
GPtrArray *
vault_take_account (Vault *vault, const char *protocol, const char *name, GError **error);
void vault_put_back (Vault *vault, GPtrArray *taken);

/* Of VaultFingerprint, in a stable order by contact. @filter: NULL for all.
 * *@next (nullable): where the listing ended because of the limit, else "". */
GPtrArray *vault_list_fingerprints (Vault *vault,
                                    const char *protocol,
                                    const char *account,
                                    const VaultFilter *filter,
                                    char **next);
VaultFingerprint *vault_lookup_fingerprint (Vault *vault,
                                            const char *protocol,
                                            const char *account,
                                            const char *contact,
                                            const char *fingerprint);
gboolean vault_put_fingerprint (Vault *vault, const VaultFingerprint *fingerprint, GError **error);
/* FALSE with NotFound when it is not there. */
gboolean vault_remove_fingerprint (Vault *vault,
                                   const char *protocol,
                                   const char *account,
                                   const char *contact,
                                   const char *fingerprint,
                                   GError **error);

/* A contact's own; OTRD_POLICY_INHERIT when it has none, and to remove it. */
OtrdPolicy
vault_get_policy (Vault *vault, const char *protocol, const char *account, const char *contact);
gboolean vault_put_policy (Vault *vault,
                           const char *protocol,
                           const char *account,
                           const char *contact,
                           OtrdPolicy policy,
                           GError **error);

VaultLatch *
vault_lookup_latch (Vault *vault, const char *protocol, const char *account, const char *contact);
gboolean vault_put_latch (Vault *vault, const VaultLatch *latch, GError **error);
/* Nothing to remove is no error. */
gboolean vault_remove_latch (
    Vault *vault, const char *protocol, const char *account, const char *contact, GError **error);

G_END_DECLS
