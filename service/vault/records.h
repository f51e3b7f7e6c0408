/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What rests in the vault, as plain structures: an account with its key, a
 * fingerprint with its history, a latch. They are copies: changing one changes
 * nothing until it is put back.
 *
 * Names are canonical (core's business); texts are UTF-8 and never NULL unless
 * said so; times are Unix seconds, 0 = never. */

#pragma once

#include <glib.h>

#include "introspection/otrd-enums.h"
#include "secret/secret.h"
#include "vault/trust-history.h"

G_BEGIN_DECLS

#define VAULT_FINGERPRINT_LEN 40

typedef struct
{
  char *protocol;
  char *name;
  OtrdPolicy policy;    /* OTRD_POLICY_INHERIT: the default */
  guint32 instance_tag; /* 0: not made yet */
  char *machine_id;     /* of the machine that the tag was made on; "" */
  char *fingerprint;    /* own, 40 upper-case hex digits; "": no key yet */
  Secret *private_key;  /* in a form of the engine's; NULL: no key yet */
} VaultAccount;

VaultAccount *vault_account_new (const char *protocol, const char *name);
VaultAccount *vault_account_copy (const VaultAccount *account);
void vault_account_free (VaultAccount *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultAccount, vault_account_free)

/* When the vault is locked although nobody says so. */
typedef struct
{
  gboolean with_screen;
  guint32 when_idle; /* seconds; 0: never */
} VaultAutoLock;

typedef enum
{
  VAULT_SEEN_V2 = 1 << 0,
  VAULT_SEEN_V3 = 1 << 1,
} VaultSeen;

typedef struct
{
  char *protocol;
  char *account;
  char *contact;
  char fingerprint[VAULT_FINGERPRINT_LEN + 1]; /* upper-case hex digits */
  OtrdTrust trust;                             /* unverified, verified or rejected */
  char *method;                                /* "", "manual", "smp", ... */
  char *application;                           /* that set the trust; "" */
  guint64 first_seen;
  guint64 last_seen;
  guint64 verified_at;
  guint64 trust_at;   /* when the trust was set */
  GPtrArray *history; /* of VaultTrustState: what it was before */
  VaultSeen seen;     /* OTR versions that it was used with */
} VaultFingerprint;

/* @fingerprint: 40 hex digits. The trust is unverified. */
VaultFingerprint *vault_fingerprint_new (const char *protocol,
                                         const char *account,
                                         const char *contact,
                                         const char *fingerprint);
VaultFingerprint *vault_fingerprint_copy (const VaultFingerprint *fingerprint);
void vault_fingerprint_free (VaultFingerprint *fingerprint);
/* The state before goes into the history, but one of the same trust, method and application is
 * only renewed. */
void vault_fingerprint_set_trust (VaultFingerprint *fingerprint,
                                  OtrdTrust trust,
                                  const char *method,
                                  const char *application,
                                  guint64 at);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultFingerprint, vault_fingerprint_free)

/* "Has been private, not ended by the user", or not by the user of every messenger. */
typedef struct
{
  char *protocol;
  char *account;
  char *contact;
  char *application; /* of the messenger that was served; "" */
  guint64 since;     /* 0: it was ended */
  char **unasked;    /* applications whose users have not agreed to that; NULL: none */
} VaultLatch;

VaultLatch *vault_latch_new (const char *protocol, const char *account, const char *contact);
void vault_latch_free (VaultLatch *latch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultLatch, vault_latch_free)

/* Which fingerprints to list. All zero: all of the account. */
typedef struct
{
  const char *contact;     /* NULL: any */
  const char *fingerprint; /* 40 upper-case hex digits; NULL: any */
  OtrdTrust trust;         /* OTRD_TRUST_UNKNOWN: any */
  guint limit;             /* 0: none */
  const char *after;       /* where the last listing ended; NULL or "": from the start */
} VaultFilter;

G_END_DECLS
