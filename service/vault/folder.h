/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folder of the vault, held by this process alone, and the files in it.
 *
 * A file is replaced whole and durably: after a crash at any instant the old
 * one or the new one is there. The one before stays beside it as NAME.previous.
 * What is not ours, is a link, or is open to others is not touched. All calls
 * block; one thread at a time. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the name of the generation before ends with. */
#define VAULT_PREVIOUS_SUFFIX ".previous"

typedef struct _VaultFolder VaultFolder;

/* Makes the folder when needed (0700, whatever the umask), takes its lock and
 * removes what a crash left half written. Errors: Busy when another process
 * has it, StorageFailed. */
VaultFolder *vault_folder_open (const char *path, GError **error);
void vault_folder_close (VaultFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultFolder, vault_folder_close)

/* Whether nothing could be written when it was opened. */
gboolean vault_folder_is_read_only (VaultFolder *folder);
/* It turned out otherwise. */
void vault_folder_was_written (VaultFolder *folder);

/* FALSE with an error; TRUE and NULL in *@bytes when there is no such file. */
gboolean vault_folder_read (VaultFolder *folder, const char *name, GBytes **bytes, GError **error);

/* As vault_folder_read (), but no more than @most bytes. */
gboolean vault_folder_read_start (
    VaultFolder *folder, const char *name, gsize most, GBytes **bytes, GError **error);

/* Whether anything of that name, whatever it is, or a previous one is there. */
gboolean vault_folder_has (VaultFolder *folder, const char *name);

/* Keeps nothing of what was there. */
gboolean vault_folder_write (VaultFolder *folder, const char *name, GBytes *bytes, GError **error);

/* Durably; that it is not there is no error. */
gboolean vault_folder_remove (VaultFolder *folder, const char *name, GError **error);

/* Gives all files of the vault a second name, NAME.aside-N, that nobody writes to. */
gboolean vault_folder_set_aside (VaultFolder *folder, GError **error);

/* Puts the generation before in the place of a file, which then stays beside it as
 * NAME.aside-N. The one before must be there. */
gboolean vault_folder_go_back (VaultFolder *folder, const char *name, GError **error);

/* Either the new one is there and it ends well, or the old one and an error.
 * @forget_previous: nothing of what was there before may remain, once it is
 * settled. @was_there: whether there was one. */
gboolean vault_folder_replace (VaultFolder *folder,
                               const char *name,
                               GBytes *bytes,
                               gboolean forget_previous,
                               gboolean *was_there,
                               GError **error);
/* Ends a replacement that went well: it stays. @surely: it is an error if what was
 * there before could not be removed (else opening the folder again removes it). */
gboolean
vault_folder_settle (VaultFolder *folder, const char *name, gboolean surely, GError **error);
/* Or it goes, although it went well: something that belongs to it did not. */
gboolean
vault_folder_take_back (VaultFolder *folder, const char *name, gboolean was_there, GError **error);

G_END_DECLS
