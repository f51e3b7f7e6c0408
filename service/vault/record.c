/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Records and their fields as bytes: building, checking, reading. What they
 * mean is in records.c. */

#include "vault/record.h"

#include <string.h>

#include "introspection/otrd-error.h"
#include "secret/arena.h"
#include "vault/batch.h"
#include "vault/field-list.h"

#define RECORD_HEAD 6
#define FIELD_HEAD 3
#define RECORD_SIZE(size) (G_STRUCT_OFFSET (VaultRecord, fields) + (size))
#define BATCH_MAX ((gsize)256 * 1024)
/* What is put at other times goes one by one, and not one of it keeps so many others' room. */
#define MOVED_TOGETHER ((gsize)32 * 1024)

/* One field of a record; FALSE at the end, or where it makes no sense. */
static gboolean
next_field (const guint8 *fields, gsize size, gsize *at, guint8 *tag, gsize *length)
{
  if (size - *at < FIELD_HEAD)
    return FALSE;
  *tag = fields[*at];
  *length = fields[*at + 1] | fields[*at + 2] << 8;
  *at += FIELD_HEAD;
  return *length <= size - *at;
}

const guint8 *
vault_record_get_bytes (const VaultRecord *record, VaultField wanted, gsize *length)
{
  gsize at = 0;
  guint8 tag;

  while (next_field (record->fields, record->size, &at, &tag, length) && tag <= wanted)
    {
      if (tag == wanted)
        return record->fields + at;
      at += *length;
    }
  *length = 0;
  return NULL;
}

const char *
vault_record_get_text (const VaultRecord *record, VaultField tag)
{
  gsize length;
  const guint8 *bytes = vault_record_get_bytes (record, tag, &length);

  return bytes != NULL ? (const char *)bytes : "";
}

guint64
vault_record_get_number (const VaultRecord *record, VaultField tag)
{
  gsize length;
  const guint8 *bytes = vault_record_get_bytes (record, tag, &length);
  guint64 number = 0;

  for (gsize i = length; i > 0; i--)
    number = number << 8 | bytes[i - 1];
  return number;
}

static VaultRecord *
record_init (VaultRecord *record, VaultKind kind, gsize size)
{
  g_atomic_ref_count_init (&record->count);
  record->kind = kind;
  record->size = size;
  record->batch_offset = 0;
  record->in_arena = FALSE;
  return record;
}

static VaultRecord *
record_alloc (VaultKind kind, gboolean in_arena, gsize size)
{
  VaultRecord *record = in_arena ? arena_alloc (RECORD_SIZE (size)) : g_malloc (RECORD_SIZE (size));

  if (record == NULL)
    g_error ("Could not allocate %" G_GSIZE_FORMAT " bytes for a record", size);
  record_init (record, kind, size)->in_arena = in_arena;
  return record;
}

/* @left: how much of the payload is still to be read, which says how large a new batch is. */
static VaultRecord *
record_alloc_in_batch (VaultBatch **batch, VaultKind kind, gsize size, gsize left)
{
  VaultRecord *record = *batch != NULL ? vault_batch_take (*batch, RECORD_SIZE (size)) : NULL;

  if (record == NULL)
    {
      g_clear_pointer (batch, vault_batch_close);
      *batch = vault_batch_new (MAX (RECORD_SIZE (size), MIN (left + left / 8, BATCH_MAX)));
      record = vault_batch_take (*batch, RECORD_SIZE (size));
    }
  record_init (record, kind, size)->batch_offset = vault_batch_get_offset (*batch, record);
  return record;
}

VaultRecord *
vault_record_move (VaultRecord *record, VaultBatch **batch)
{
  g_autoptr (VaultRecord) old = record;
  VaultRecord *moved;

  if (old->in_arena)
    return g_steal_pointer (&old);
  moved = record_alloc_in_batch (batch, old->kind, old->size, MOVED_TOGETHER);
  memcpy (moved->fields, old->fields, old->size);
  return moved;
}

gboolean
vault_record_is_of_keys (const VaultRecord *record)
{
  return record->kind < VAULT_KIND_SETTINGS;
}

VaultRecord *
vault_record_ref (VaultRecord *record)
{
  g_atomic_ref_count_inc (&record->count);
  return record;
}

void
vault_record_unref (VaultRecord *record)
{
  if (!g_atomic_ref_count_dec (&record->count))
    return;
  if (record->in_arena)
    arena_free (record);
  else if (record->batch_offset > 0)
    vault_batch_give_back (record, record->batch_offset);
  else
    g_free (record);
}

static gboolean
is_text (VaultField tag)
{
  switch (tag)
    {
    case VAULT_FIELD_PROTOCOL:
    case VAULT_FIELD_ACCOUNT:
    case VAULT_FIELD_CONTACT:
    case VAULT_FIELD_APPLICATION:
    case VAULT_FIELD_POLICY:
    case VAULT_FIELD_MACHINE_ID:
    case VAULT_FIELD_TRUST:
    case VAULT_FIELD_METHOD:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_valid_field (guint8 tag, const guint8 *bytes, gsize length)
{
  if (is_text (tag))
    return length > 1 && bytes[length - 1] == '\0'
           && g_utf8_validate ((const char *)bytes, length - 1, NULL);
  switch (tag)
    {
    case VAULT_FIELD_FINGERPRINT:
      return length == VAULT_FINGERPRINT_LEN / 2;
    case VAULT_FIELD_INSTANCE_TAG:
    case VAULT_FIELD_FIRST_SEEN:
    case VAULT_FIELD_LAST_SEEN:
    case VAULT_FIELD_VERIFIED_AT:
    case VAULT_FIELD_SEEN:
    case VAULT_FIELD_SINCE:
    case VAULT_FIELD_TRUST_AT:
    case VAULT_FIELD_LOCK_WITH_SCREEN:
    case VAULT_FIELD_LOCK_WHEN_IDLE:
      return length <= sizeof (guint64);
    case VAULT_FIELD_TRUST_HISTORY:
      return vault_trust_history_check (bytes, length);
    case VAULT_FIELD_UNASKED:
      return length > 0 && bytes[length - 1] == '\0'
             && g_utf8_validate ((const char *)bytes, length - 1, NULL);
    default:
      return TRUE;
    }
}

static guint
bit_of (guint8 tag)
{
  return tag <= VAULT_FIELD_FINGERPRINT ? 1u << tag : 0;
}

/* @names: a bit for each of the fields that a record is found by. */
static gboolean
are_valid_fields (const guint8 *fields, gsize size, guint *names)
{
  gsize at = 0, length;
  guint8 tag, last = 0;

  while (at < size)
    {
      if (!next_field (fields, size, &at, &tag, &length) || tag <= last
          || !is_valid_field (tag, fields + at, length))
        return FALSE;
      at += length;
      last = tag;
      *names |= bit_of (tag);
    }
  return TRUE;
}

/* The names that a record is found by. */
static guint
names_of (guint8 kind)
{
  const guint account = bit_of (VAULT_FIELD_PROTOCOL) | bit_of (VAULT_FIELD_ACCOUNT);
  const guint contact = account | bit_of (VAULT_FIELD_CONTACT);

  switch (kind)
    {
    case VAULT_KIND_FINGERPRINT:
      return contact | bit_of (VAULT_FIELD_FINGERPRINT);
    case VAULT_KIND_POLICY:
    case VAULT_KIND_LATCH:
      return contact;
    case VAULT_KIND_GRANT:
    case VAULT_KIND_ACCOUNT:
      return account;
    default:
      return 0;
    }
}

static gboolean
is_valid (const VaultRecord *record)
{
  const guint wanted = names_of (record->kind);
  guint names = 0;

  return are_valid_fields (record->fields, record->size, &names) && (names & wanted) == wanted;
}

void
vault_field_list_add_bytes (VaultFieldList *list, VaultField tag, gconstpointer bytes, gsize length)
{
  g_return_if_fail (list->n_fields < G_N_ELEMENTS (list->fields));

  list->fields[list->n_fields++] = (VaultFieldToWrite){ tag, bytes, length, { 0 } };
}

void
vault_field_list_add_text (VaultFieldList *list, VaultField tag, const char *text)
{
  if (text != NULL && text[0] != '\0')
    vault_field_list_add_bytes (list, tag, text, strlen (text) + 1);
}

void
vault_field_list_add_number (VaultFieldList *list, VaultField tag, guint64 number)
{
  gsize length = (g_bit_storage (number) + 7) / 8;
  VaultFieldToWrite *field = &list->fields[list->n_fields];

  if (number == 0)
    return;
  vault_field_list_add_bytes (list, tag, NULL, length);
  for (gsize i = 0; i < length; i++)
    field->number[i] = number >> (8 * i) & 0xff;
}

static gsize
write_field (guint8 *target, guint8 tag, gconstpointer bytes, gsize length)
{
  target[0] = tag;
  target[1] = length & 0xff;
  target[2] = length >> 8;
  memcpy (target + FIELD_HEAD, bytes, length);
  return FIELD_HEAD + length;
}

/* The fields of a record of a later version of us: they come last. */
static const guint8 *
find_unknown_fields (const VaultRecord *record, gsize *length)
{
  gsize at = 0, start = 0, field_length;
  guint8 tag;

  while (next_field (record->fields, record->size, &at, &tag, &field_length)
         && tag < VAULT_FIELD_FIRST_UNKNOWN)
    start = at += field_length;
  *length = record->size - start;
  return record->fields + start;
}

VaultRecord *
vault_field_list_to_record (const VaultFieldList *list,
                            VaultKind kind,
                            gboolean in_arena,
                            const VaultRecord *old)
{
  g_autoptr (VaultRecord) record = NULL;
  gsize size = 0, unknown_length = 0;
  const guint8 *unknown = old != NULL ? find_unknown_fields (old, &unknown_length) : NULL;
  guint8 *target;

  for (guint i = 0; i < list->n_fields; i++)
    {
      if (list->fields[i].length > G_MAXUINT16)
        return NULL;
      size += FIELD_HEAD + list->fields[i].length;
    }
  record = record_alloc (kind, in_arena, size + unknown_length);
  target = record->fields;
  for (guint i = 0; i < list->n_fields; i++)
    {
      const VaultFieldToWrite *field = &list->fields[i];
      target += write_field (target, field->tag,
                             field->bytes != NULL ? field->bytes : field->number, field->length);
    }
  if (unknown_length > 0)
    memcpy (target, unknown, unknown_length);
  if (!is_valid (record))
    return NULL;
  return g_steal_pointer (&record);
}

/* One record of a payload, and where the next one is. */
static VaultRecord *
parse_record (const guint8 *bytes, gsize length, gsize *at, gboolean in_arena, VaultBatch **batch)
{
  g_autoptr (VaultRecord) record = NULL;
  const guint8 *head = bytes + *at;
  guint32 size;

  if (length - *at < RECORD_HEAD)
    return NULL;
  size = head[2] | head[3] << 8 | head[4] << 16 | (guint32)head[5] << 24;
  *at += RECORD_HEAD;
  if (head[1] != 0 || size > length - *at)
    return NULL;
  if (in_arena && head[0] < VAULT_KIND_SETTINGS)
    record = record_alloc (head[0], TRUE, size);
  else
    record = record_alloc_in_batch (batch, head[0], size, length - *at);
  memcpy (record->fields, bytes + *at, size);
  *at += size;
  if (!is_valid (record))
    return NULL;
  return g_steal_pointer (&record);
}

static gboolean
check_version (const guint8 *bytes, gsize length, GError **error)
{
  if (length > 0 && bytes[0] == VAULT_PAYLOAD_VERSION)
    return TRUE;
  if (length > 0 && bytes[0] > VAULT_PAYLOAD_VERSION)
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_NOT_SUPPORTED,
                 "Could not read the vault: it was written by a newer otrd (records %u); "
                 "install that version",
                 bytes[0]);
  else
    g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
                 "Could not read the vault: it holds no records; restore a backup");
  return FALSE;
}

GPtrArray *
vault_records_parse (Secret *payload, gboolean in_arena, GError **error)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref);
  g_autoptr (VaultBatch) batch = NULL;
  gsize length, at = 1;
  const guint8 *bytes = secret_get (payload, &length);

  if (!check_version (bytes, length, error))
    return NULL;
  while (at < length)
    {
      VaultRecord *record = parse_record (bytes, length, &at, in_arena, &batch);
      if (record == NULL)
        {
          g_set_error (error, OTRD_ERROR, OTRD_ERROR_VAULT_DAMAGED,
                       "Could not read the vault: record %u makes no sense; restore a backup",
                       records->len + 1);
          return NULL;
        }
      g_ptr_array_add (records, record);
    }
  return g_steal_pointer (&records);
}

Secret *
vault_records_serialise (GPtrArray *records)
{
  gsize length = 1;
  guint8 *target;
  Secret *payload;

  for (guint i = 0; i < records->len; i++)
    length += RECORD_HEAD + ((VaultRecord *)records->pdata[i])->size;
  payload = secret_new_to_fill (length, &target);
  *target++ = VAULT_PAYLOAD_VERSION;
  for (guint i = 0; i < records->len; i++)
    {
      const VaultRecord *record = records->pdata[i];
      const guint8 head[RECORD_HEAD] = { record->kind,
                                         0,
                                         record->size & 0xff,
                                         record->size >> 8 & 0xff,
                                         record->size >> 16 & 0xff,
                                         record->size >> 24 & 0xff };
      memcpy (target, head, RECORD_HEAD);
      memcpy (target + RECORD_HEAD, record->fields, record->size);
      target += RECORD_HEAD + record->size;
    }
  return payload;
}
