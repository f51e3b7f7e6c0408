// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* libpurple gives back the cells of the row that was chosen; by them it is found. */

#include "table.h"

#define BUTTONS_MAX 5

typedef struct
{
  char *key;
  gpointer data;
  GDestroyNotify destroy;
} Row;

struct _Table
{
  char *title;
  PurpleNotifySearchResults *results; /* the window's, once it is there */
  GPtrArray *rows;                    /* Row */
  void *window;                       /* NULL: closed */
  TableChosen chosen;
  gpointer user_data;
  GDestroyNotify destroy;
};

static void
row_free (Row *self)
{
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self->key);
  g_free (self);
}

Table *
table_new (const char *title, const char *const *columns)
{
  Table *self = g_rc_box_new0 (Table);

  self->title = g_strdup (title);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)row_free);
  self->results = purple_notify_searchresults_new ();
  for (; *columns != NULL; columns++)
    purple_notify_searchresults_column_add (self->results,
                                            purple_notify_searchresults_column_new (*columns));
  return self;
}

static void
table_clear (Table *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_pointer (&self->results, purple_notify_searchresults_free);
  g_ptr_array_unref (self->rows);
  g_free (self->title);
}

Table *
table_ref (Table *self)
{
  return g_rc_box_acquire (self);
}

void
table_unref (Table *self)
{
  g_rc_box_release_full (self, (GDestroyNotify)table_clear);
}

static char *
key_of (GList *cells)
{
  GString *key = g_string_new (NULL);

  for (; cells != NULL; cells = cells->next)
    g_string_append_printf (key, "%s\n", (const char *)cells->data);
  return g_string_free (key, FALSE);
}

void
table_add_row (Table *self, const char *const *cells, gpointer data, GDestroyNotify destroy)
{
  GList *copies = NULL;
  Row *row = g_new0 (Row, 1);

  for (; *cells != NULL; cells++)
    copies = g_list_append (copies, g_strdup (*cells));
  *row = (Row){ key_of (copies), data, destroy };
  g_ptr_array_add (self->rows, row);
  purple_notify_searchresults_row_add (self->results, copies);
}

gboolean
table_is_empty (Table *self)
{
  return self->rows->len == 0;
}

static void
on_button (Table *self, GList *cells, guint button)
{
  g_autofree char *key = key_of (cells);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (row->key, key))
        {
          self->chosen (self, button, row->data, self->user_data);
          return;
        }
    }
}

/* libpurple does not say which button it was. */

static void
on_button_0 (PurpleConnection *link, GList *cells, gpointer self)
{
  on_button (self, cells, 0);
}

static void
on_button_1 (PurpleConnection *link, GList *cells, gpointer self)
{
  on_button (self, cells, 1);
}

static void
on_button_2 (PurpleConnection *link, GList *cells, gpointer self)
{
  on_button (self, cells, 2);
}

static void
on_button_3 (PurpleConnection *link, GList *cells, gpointer self)
{
  on_button (self, cells, 3);
}

static void
on_button_4 (PurpleConnection *link, GList *cells, gpointer self)
{
  on_button (self, cells, 4);
}

static const PurpleNotifySearchResultsCallback on_buttons[BUTTONS_MAX] = {
  on_button_0, on_button_1, on_button_2, on_button_3, on_button_4,
};

static void
on_closed (gpointer user_data)
{
  Table *self = user_data;

  self->window = NULL;
  table_unref (self);
}

void
table_show (Table *self,
            const char *primary,
            const char *secondary,
            const char *const *buttons,
            TableChosen chosen,
            gpointer user_data,
            GDestroyNotify destroy)
{
  GList *links = purple_connections_get_all ();

  self->chosen = chosen;
  self->user_data = user_data;
  self->destroy = destroy;
  if (links == NULL)
    {
      purple_notify_error (NULL, self->title, "No account is signed on.",
                           "Sign on first, or use otrctl in a terminal.");
      return;
    }
  for (guint i = 0; buttons[i] != NULL; i++)
    purple_notify_searchresults_button_add_labeled (self->results, buttons[i], on_buttons[i]);
  self->window =
      purple_notify_searchresults (links->data, self->title, primary, secondary,
                                   g_steal_pointer (&self->results), on_closed, table_ref (self));
}

void
table_close (Table *self)
{
  if (self->window != NULL)
    purple_notify_close (PURPLE_NOTIFY_SEARCHRESULTS, self->window);
}
