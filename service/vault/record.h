/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A record as it rests: a kind and fields, encoded once, immutable, counted.
 * The tables in memory hold records, a save hands them to a worker thread as
 * they are, and records or fields of a kind that we do not know are kept.
 *
 * A payload is a version byte and records: kind (8 bits), flags (8 bits, 0),
 * length (32 bits), fields in the order of their tags. A field: tag (8 bits),
 * length (16 bits), bytes; a text ends in NUL, a number is little-endian
 * without its leading zeros, and what is empty or 0 is left out. Numbers and
 * tags of this format are never used again for something else. */

#pragma once

#include <glib.h>

#include "secret/secret.h"
#include "vault/batch.h"
#include "vault/records.h"

G_BEGIN_DECLS

#define VAULT_PAYLOAD_VERSION 1

typedef enum
{
  VAULT_KIND_ACCOUNT = 1,   /* in keys */
  VAULT_KIND_SETTINGS = 16, /* and the rest in trust */
  VAULT_KIND_FINGERPRINT = 17,
  VAULT_KIND_POLICY = 18,
  VAULT_KIND_LATCH = 19,
  VAULT_KIND_GRANT = 20, /* its word in the field of the policy */
} VaultKind;

typedef enum
{
  /* in every kind that has them */
  VAULT_FIELD_PROTOCOL = 1,
  VAULT_FIELD_ACCOUNT = 2,
  VAULT_FIELD_CONTACT = 3,
  VAULT_FIELD_FINGERPRINT = 4, /* 20 bytes */
  VAULT_FIELD_APPLICATION = 5,
  VAULT_FIELD_POLICY = 6, /* the contract's word */
  /* account */
  VAULT_FIELD_INSTANCE_TAG = 16,
  VAULT_FIELD_MACHINE_ID = 17,
  VAULT_FIELD_PRIVATE_KEY = 18,
  /* fingerprint */
  VAULT_FIELD_TRUST = 32, /* the contract's word */
  VAULT_FIELD_METHOD = 33,
  VAULT_FIELD_FIRST_SEEN = 34,
  VAULT_FIELD_LAST_SEEN = 35,
  VAULT_FIELD_VERIFIED_AT = 36,
  VAULT_FIELD_SEEN = 37,
  /* latch */
  VAULT_FIELD_SINCE = 48,
  /* new fields go on from here: what we do not know is copied as the end of a record */
  VAULT_FIELD_TRUST_AT = 49, /* fingerprint: when its trust was set */
  VAULT_FIELD_TRUST_HISTORY = 50,
  VAULT_FIELD_UNASKED = 51, /* latch: applications, a line each */
  /* settings */
  VAULT_FIELD_LOCK_WITH_SCREEN = 52,
  VAULT_FIELD_LOCK_WHEN_IDLE = 53,
  VAULT_FIELD_FIRST_UNKNOWN = 54,
} VaultField;

typedef struct _VaultRecord VaultRecord;

struct _VaultRecord
{
  gatomicrefcount count;
  guint32 size;
  guint32 batch_offset; /* 0: in no batch */
  guint8 kind;
  guint8 in_arena;
  guint8 fields[];
};

/* Which of the two files it belongs to; those hold secrets. */
gboolean vault_record_is_of_keys (const VaultRecord *record);

VaultRecord *vault_record_ref (VaultRecord *record);
void vault_record_unref (VaultRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (VaultRecord, vault_record_unref)

/* NULL when there is none. */
const guint8 *vault_record_get_bytes (const VaultRecord *record, VaultField tag, gsize *length);
/* "" when there is none. Lives with the record. */
const char *vault_record_get_text (const VaultRecord *record, VaultField tag);
guint64 vault_record_get_number (const VaultRecord *record, VaultField tag);

/* The fields of @old (nullable) that we do not know go into the new one. NULL
 * when a text is not UTF-8 or too long to be written. */
VaultRecord *vault_record_from_account (const VaultAccount *account, const VaultRecord *old);
VaultRecord *
vault_record_from_fingerprint (const VaultFingerprint *fingerprint, const VaultRecord *old);
VaultRecord *vault_record_from_latch (const VaultLatch *latch, const VaultRecord *old);
VaultRecord *vault_record_from_policy (const char *protocol,
                                       const char *account,
                                       const char *contact,
                                       OtrdPolicy policy,
                                       const VaultRecord *old);
VaultRecord *vault_record_from_settings (OtrdPolicy default_policy,
                                         VaultAutoLock auto_lock,
                                         const VaultRecord *old);

VaultAccount *vault_record_to_account (const VaultRecord *record);
VaultFingerprint *vault_record_to_fingerprint (const VaultRecord *record);
VaultLatch *vault_record_to_latch (const VaultRecord *record);
/* A word that we do not know is the strictest. */
OtrdPolicy vault_record_get_policy (const VaultRecord *record);
/* Of settings. */
VaultAutoLock vault_record_get_auto_lock (const VaultRecord *record);
/* A word that we do not know is unverified. */
OtrdTrust vault_record_get_trust (const VaultRecord *record);

/* Takes @record; the same, in *@batch or a new one, beside the others of it. */
VaultRecord *vault_record_move (VaultRecord *record, VaultBatch **batch);

/* 40 hex digits to 20 bytes. */
gboolean vault_fingerprint_to_bytes (const char *fingerprint, guint8 *bytes);

/* All of a payload, in batches. @in_arena: records of keys go there. Errors:
 * VaultDamaged, and NotSupported for a payload newer than ours. */
GPtrArray *vault_records_parse (Secret *payload, gboolean in_arena, GError **error);
Secret *vault_records_serialise (GPtrArray *records);

G_END_DECLS
