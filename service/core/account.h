/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* An account: protocol and own address, its key, its contacts' fingerprints and
 * policies, and its sessions.
 *
 * What changes here is on disk before the caller has its answer; what could not
 * be made to last is undone and told.
 *
 * Properties: "protocol", "name", "fingerprint", "key-state", "policy" (words of the contract).
 * Signals:
 *   trust-changed (const char *contact, const char *fingerprint, const char *trust, GVariant
 * *a{sv}) policy-changed (const char *contact, const char *policy, const char *origin)
 *   session-added (CoreSession *), session-removed (CoreSession *)
 */
#pragma once

#include <gio/gio.h>

#include "core/session.h"

G_BEGIN_DECLS

typedef struct _Core Core;

#define CORE_TYPE_ACCOUNT (core_account_get_type ())
G_DECLARE_FINAL_TYPE (CoreAccount, core_account, CORE, ACCOUNT, GObject)

const char *core_account_get_protocol (CoreAccount *account);
const char *core_account_get_name (CoreAccount *account);
const char *core_account_get_fingerprint (CoreAccount *account); /* "": unknown */
const char *core_account_get_key_state (CoreAccount *account);
const char *core_account_get_policy (CoreAccount *account); /* "": the default */

/* Makes the key, on a worker; who calls while one is made shares its result. EXISTS if there is
 * one, unless @replace, which ends the account's private sessions first. */
void core_account_generate_key (CoreAccount *account,
                                gboolean replace,
                                gboolean interactive,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* (transfer full): the fingerprint. */
char *core_account_generate_key_finish (CoreAccount *account, GAsyncResult *result, GError **error);

/* Which fingerprints to list; NULL: any. @limit 0: the most. */
typedef struct
{
  const char *contact;
  const char *fingerprint;
  const char *trust;
  guint limit;
  const char *after;
} CoreFingerprintFilter;

/* aa{sv}, not floating. *@next: "" when these were the last, else for @after. */
GVariant *core_account_list_fingerprints (CoreAccount *account,
                                          const CoreFingerprintFilter *filter,
                                          char **next,
                                          GError **error);

/* @contact and @fingerprint in any usual spelling; @trust: "verified", "unverified", "rejected".
 * @application: who says so, for the record. */
void core_account_set_trust (CoreAccount *account,
                             const char *contact,
                             const char *fingerprint,
                             const char *trust,
                             const char *application,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void core_account_forget (CoreAccount *account,
                          const char *contact,
                          const char *fingerprint,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* @contact "": the account. *@policy, *@origin: static words. */
gboolean core_account_resolve_policy (CoreAccount *account,
                                      const char *contact,
                                      const char **policy,
                                      const char **origin,
                                      GError **error);
/* @policy "": inherit. */
void core_account_set_policy (CoreAccount *account,
                              const char *contact,
                              const char *policy,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* @confirm: must be the account's name. */
void core_account_remove (CoreAccount *account,
                          const char *confirm,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* Of set_trust, forget, set_policy and remove. */
gboolean core_account_change_finish (CoreAccount *account, GAsyncResult *result, GError **error);

/* Finds a session by a contact in any spelling, or makes it when @create. */
typedef struct
{
  gboolean create;
  gboolean occupant;       /* a room's: the resource is part of the name, no trust is stored */
  const char *casemapping; /* IRC; NULL: ASCII */
} CoreSessionOptions;

/* (transfer none) (nullable) */
CoreSession *core_account_open_session (CoreAccount *account,
                                        const char *contact,
                                        const CoreSessionOptions *options,
                                        GError **error);
/* It has not been removed. */
gboolean core_account_has_session (CoreAccount *account, CoreSession *session);
/* (transfer container) (element-type CoreSession) */
GPtrArray *core_account_list_sessions (CoreAccount *account);

G_END_DECLS
