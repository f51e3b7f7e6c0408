/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Found by halving twice: among the pages, then in the page. */

#include "vault/pages.h"

#include <string.h>

#define PAGE_MAX 256

typedef struct
{
  GPtrArray *records; /* never empty */
  gboolean is_shared; /* or was: then it is not changed any more */
} Page;

struct _VaultPages
{
  GArray *pages;
};

static void
page_clear (gpointer page)
{
  g_ptr_array_unref (((Page *)page)->records);
}

VaultPages *
vault_pages_new (void)
{
  VaultPages *pages = g_new0 (VaultPages, 1);

  pages->pages = g_array_new (FALSE, FALSE, sizeof (Page));
  g_array_set_clear_func (pages->pages, page_clear);
  return pages;
}

void
vault_pages_free (VaultPages *pages)
{
  g_array_unref (pages->pages);
  g_free (pages);
}

static Page *
get_page (VaultPages *pages, guint index)
{
  return &g_array_index (pages->pages, Page, index);
}

static VaultRecord *
get_last (VaultPages *pages, guint index)
{
  const GPtrArray *records = get_page (pages, index)->records;

  return records->pdata[records->len - 1];
}

static int
compare (const VaultRecord *record, const VaultPlace *place)
{
  int order = strcmp (vault_record_get_text (record, VAULT_FIELD_CONTACT), place->contact);
  gsize length;

  if (order == 0)
    order = (int)record->kind - (int)place->kind;
  if (order != 0 || place->kind != VAULT_KIND_FINGERPRINT)
    return order;
  return memcmp (vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length),
                 place->fingerprint, VAULT_FINGERPRINT_LEN / 2);
}

/* The first page that ends at the place or after it; there may be none. */
static guint
find_page (VaultPages *pages, const VaultPlace *place)
{
  guint low = 0, high = pages->pages->len;

  if (high > 0 && compare (get_last (pages, high - 1), place) < 0)
    return high; /* as when they are filled in their order */
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (get_last (pages, middle), place) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Where in a page the record is, or belongs. */
static guint
find_in_page (const GPtrArray *records, const VaultPlace *place)
{
  guint low = 0, high = records->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (compare (records->pdata[middle], place) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* FALSE: it is not there. */
static gboolean
find (VaultPages *pages, const VaultPlace *place, guint *page, guint *index)
{
  const GPtrArray *records;

  *page = find_page (pages, place);
  if (*page == pages->pages->len)
    return FALSE;
  records = get_page (pages, *page)->records;
  *index = find_in_page (records, place);
  return compare (records->pdata[*index], place) == 0;
}

VaultRecord *
vault_pages_find (VaultPages *pages, const VaultPlace *place)
{
  guint page, index;

  return find (pages, place, &page, &index) ? get_page (pages, page)->records->pdata[index] : NULL;
}

static gpointer
ref_record (gconstpointer record, gpointer unused)
{
  return vault_record_ref ((VaultRecord *)record);
}

/* The records of a page, to be changed. */
static GPtrArray *
open_page (VaultPages *pages, guint index)
{
  Page *page = get_page (pages, index);
  GPtrArray *shared = page->records;

  if (!page->is_shared)
    return page->records;
  page->records = g_ptr_array_copy (shared, ref_record, NULL);
  page->is_shared = FALSE;
  g_ptr_array_unref (shared);
  return page->records;
}

static void
insert_page (VaultPages *pages, guint index, VaultRecord *const *records, guint n_records)
{
  const Page page = { .records =
                          g_ptr_array_new_with_free_func ((GDestroyNotify)vault_record_unref) };

  for (guint i = 0; i < n_records; i++)
    g_ptr_array_add (page.records, vault_record_ref (records[i]));
  g_array_insert_val (pages->pages, index, page);
}

static void
split_page (VaultPages *pages, guint index)
{
  GPtrArray *records = open_page (pages, index);
  guint half = records->len / 2;

  insert_page (pages, index + 1, (VaultRecord **)records->pdata + half, records->len - half);
  g_ptr_array_set_size (records, half);
}

static void
append (VaultPages *pages, VaultRecord *record)
{
  guint n_pages = pages->pages->len;

  if (n_pages == 0 || get_page (pages, n_pages - 1)->records->len >= PAGE_MAX)
    insert_page (pages, n_pages, &record, 1);
  else
    g_ptr_array_add (open_page (pages, n_pages - 1), vault_record_ref (record));
}

static void
replace (GPtrArray *records, guint index, VaultRecord *record)
{
  VaultRecord *replaced = records->pdata[index];

  records->pdata[index] = vault_record_ref (record);
  vault_record_unref (replaced);
}

static VaultPlace
place_of (const VaultRecord *record)
{
  gsize length;

  return (VaultPlace){ vault_record_get_text (record, VAULT_FIELD_CONTACT), record->kind,
                       vault_record_get_bytes (record, VAULT_FIELD_FINGERPRINT, &length) };
}

void
vault_pages_put (VaultPages *pages, VaultRecord *record)
{
  const VaultPlace place = place_of (record);
  guint page, index;

  if (find (pages, &place, &page, &index))
    {
      replace (open_page (pages, page), index, record);
      return;
    }
  if (page == pages->pages->len)
    {
      append (pages, record);
      return;
    }
  g_ptr_array_insert (open_page (pages, page), index, vault_record_ref (record));
  if (get_page (pages, page)->records->len > PAGE_MAX)
    split_page (pages, page);
}

gboolean
vault_pages_remove (VaultPages *pages, const VaultPlace *place)
{
  guint page, index;

  if (!find (pages, place, &page, &index))
    return FALSE;
  if (get_page (pages, page)->records->len == 1)
    g_array_remove_index (pages->pages, page);
  else
    g_ptr_array_remove_index (open_page (pages, page), index);
  return TRUE;
}

void
vault_pages_visit (VaultPages *pages, const char *from, VaultVisit visit, gpointer user_data)
{
  const VaultPlace first = { .contact = from != NULL ? from : "" };
  guint page, index = 0;

  find (pages, &first, &page, &index);
  for (; page < pages->pages->len; page++, index = 0)
    {
      const GPtrArray *records = get_page (pages, page)->records;

      for (; index < records->len; index++)
        if (!visit (records->pdata[index], user_data))
          return;
    }
}

void
vault_pages_share (VaultPages *pages, GPtrArray *shared)
{
  for (guint i = 0; i < pages->pages->len; i++)
    {
      Page *page = get_page (pages, i);

      page->is_shared = TRUE;
      g_ptr_array_add (shared, g_ptr_array_ref (page->records));
    }
}
