// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

#pragma once

#include "messenger.h"

G_BEGIN_DECLS

/* A window with rows to choose from and buttons that do something with one. It is
 * libpurple's window for the results of a search, the only one in which every
 * program shows columns; it needs an account that is signed on. Counted. */
typedef struct _Table Table;

/* NULL-terminated. */
Table *table_new (const char *title, const char *const *columns);
Table *table_ref (Table *self);
void table_unref (Table *self);

/* As many @cells as there are columns. @data is the table's from now on. */
void table_add_row (Table *self, const char *const *cells, gpointer data, GDestroyNotify destroy);

gboolean table_is_empty (Table *self);

/* @button counts from 0, as @buttons do: at most five. */
typedef void (*TableChosen) (Table *table, guint button, gpointer row, gpointer user_data);
void table_show (Table *self,
                 const char *primary,
                 const char *secondary,
                 const char *const *buttons,
                 TableChosen chosen,
                 gpointer user_data,
                 GDestroyNotify destroy);
/* Not from within TableChosen. */
void table_close (Table *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_unref)

G_END_DECLS
