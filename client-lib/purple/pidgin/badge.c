// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* Draws what the core plugin says, and passes on what the user wants as the
 * command that could be typed as well. It decides nothing, and a word that it
 * does not know is not private. */

#include "badge.h"

#include "padlock.h"

#include <purple.h>

#define CORE_PLUGIN "core-otrd"
#define KEY "otrd-badge"

typedef struct
{
  const char *word; /* of the core plugin */
  const char *title;
  const char *tooltip;
  guint32 colour;
  gboolean shut;
} Look;

/* The last is for every other word. */
static const Look looks[] = {
  { "private", "Private", "Private: encrypted, and the contact is verified", 0x1a7f37, TRUE },
  { "unverified", "Unverified",
    "Encrypted, but you have not verified that it is your contact who answers", 0xb35900, TRUE },
  { "changed", "Key changed",
    "The contact's key has changed: nothing is sent until you have accepted or rejected it",
    0xd4007f, FALSE },
  { "finished", "Finished",
    "The private conversation is finished: nothing is sent until you start it anew or end it",
    0x4b5563, FALSE },
  { "starting", "Starting", "A private conversation is being started", 0x1f5fbf, FALSE },
  { "not-private", "Not private", "Not private: others can read this conversation", 0xc01c28,
    FALSE },
  { NULL, "No OTR service", "The OTR service is away: nothing is sent until it is back", 0x7c3a8c,
    FALSE },
};

/* Until the service has answered. */
static const Look not_known = { NULL, "Not known yet",
                                "It is not known yet how private this conversation is", 0x7a6a00,
                                FALSE };

typedef enum
{
  ALWAYS,
  PRIVATE,
  NOT_PRIVATE,
  CHANGED,
  SEVERAL, /* clients of the contact */
  BEGUN,   /* private, finished, or starting */
} When;

static const struct
{
  const char *label; /* NULL: a line between */
  const char *command;
  When when;
} entries[] = {
  { "_Accept the changed key", "otr accept", CHANGED },
  { "Re_ject the changed key", "otr trust reject", CHANGED },
  { NULL, NULL, CHANGED },
  { "_Start private conversation", "otr start", NOT_PRIVATE },
  { "_Refresh private conversation", "otr refresh", PRIVATE },
  { "_End private conversation", "otr end", BEGUN },
  { NULL, NULL, PRIVATE },
  { "_Verify the contact ...", "otr verify", PRIVATE },
  { "Compare _fingerprints ...", "otr trust", PRIVATE },
  { "_Choose the contact's client ...", "otr instance", SEVERAL },
  { NULL, NULL, ALWAYS },
  { "_Known fingerprints", "otr fingerprints", ALWAYS },
  { "_Policy", "otr policy", ALWAYS },
  { "S_tatus", "otr status", ALWAYS },
  { "_Help", "otr help", ALWAYS },
};

typedef struct
{
  PidginWindow *window;
  GtkWidget *item; /* owned by the menu bar, as all of them */
  GtkWidget *icon;
  GtkWidget *label;
  GtkWidget *entries[G_N_ELEMENTS (entries)];
} Badge;

static gpointer
ask_core (const char *what, PurpleConversation *conversation)
{
  PurplePlugin *core = purple_plugins_find_with_id (CORE_PLUGIN);

  if (core == NULL || !purple_plugin_is_loaded (core))
    return NULL;
  return purple_plugin_ipc_call (core, what, NULL, conversation);
}

static const Look *
find_look (const char *word)
{
  const Look *look = looks;

  if (word == NULL)
    return &not_known;
  while (look->word != NULL && g_strcmp0 (look->word, word) != 0)
    look++;
  return look;
}

static gboolean
is_possible (When when, const char *word, guint n_clients)
{
  gboolean is_changed = g_strcmp0 (word, "changed") == 0;
  gboolean is_private =
      g_strcmp0 (word, "private") == 0 || g_strcmp0 (word, "unverified") == 0 || is_changed;

  switch (when)
    {
    case PRIVATE:
      return is_private;
    case NOT_PRIVATE:
      return !is_private;
    case CHANGED:
      return is_changed;
    case SEVERAL:
      return n_clients > 1;
    case BEGUN:
      return is_private || g_strcmp0 (word, "finished") == 0 || g_strcmp0 (word, "starting") == 0;
    case ALWAYS:
    default:
      return TRUE;
    }
}

static void
on_chosen (GtkMenuItem *entry, gpointer user_data)
{
  Badge *badge = user_data;
  PurpleConversation *conversation = pidgin_conv_window_get_active_conversation (badge->window);
  const char *command = g_object_get_data (G_OBJECT (entry), KEY);
  g_autofree char *error = NULL;

  if (purple_cmd_do_command (conversation, command, command, &error) != PURPLE_CMD_STATUS_OK)
    purple_conversation_write (conversation, NULL,
                               error != NULL ? error : "The OTR plugin does not answer.",
                               PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NO_LOG, time (NULL));
}

static GtkWidget *
make_entry (Badge *badge, gsize i)
{
  GtkWidget *entry;

  if (entries[i].label == NULL)
    return gtk_separator_menu_item_new ();
  entry = gtk_menu_item_new_with_mnemonic (entries[i].label);
  g_object_set_data (G_OBJECT (entry), KEY, (gpointer)entries[i].command);
  g_signal_connect (entry, "activate", G_CALLBACK (on_chosen), badge);
  return entry;
}

static GtkWidget *
make_menu (Badge *badge)
{
  GtkWidget *menu = gtk_menu_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      badge->entries[i] = make_entry (badge, i);
      gtk_menu_shell_append (GTK_MENU_SHELL (menu), badge->entries[i]);
    }
  gtk_widget_show_all (menu);
  return menu;
}

static GtkWidget *
make_title (Badge *badge)
{
  GtkWidget *box = gtk_hbox_new (FALSE, 4);

  badge->icon = gtk_image_new ();
  badge->label = gtk_label_new (NULL);
  gtk_box_pack_start (GTK_BOX (box), badge->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), badge->label, FALSE, FALSE, 0);
  return box;
}

/* Before the tray, which keeps the right end to itself. */
static void
insert_before_tray (PidginWindow *window, GtkWidget *item)
{
  g_autoptr (GList) items = gtk_container_get_children (GTK_CONTAINER (window->menu.menubar));
  int place = g_list_index (items, window->menu.tray);

  gtk_menu_shell_insert (GTK_MENU_SHELL (window->menu.menubar), item, place);
}

static Badge *
make_badge (PidginWindow *window)
{
  Badge *badge = g_new0 (Badge, 1);

  badge->window = window;
  badge->item = gtk_menu_item_new ();
  gtk_container_add (GTK_CONTAINER (badge->item), make_title (badge));
  gtk_menu_item_set_submenu (GTK_MENU_ITEM (badge->item), make_menu (badge));
  gtk_widget_show_all (badge->item);
  insert_before_tray (window, badge->item);
  g_object_set_data_full (G_OBJECT (window->menu.menubar), KEY, badge, g_free);
  return badge;
}

static Badge *
find_badge (PidginWindow *window)
{
  return g_object_get_data (G_OBJECT (window->menu.menubar), KEY);
}

/* Only while the menu is shut: the theme knows what is readable when it is open. */
static void
colour_label (GtkWidget *label, guint32 colour)
{
  GdkColor ink = { .red = ((colour >> 16) & 0xff) * 0x101,
                   .green = ((colour >> 8) & 0xff) * 0x101,
                   .blue = (colour & 0xff) * 0x101 };

  gtk_widget_modify_fg (label, GTK_STATE_NORMAL, &ink);
}

static void
draw (Badge *badge, const char *word, guint n_clients)
{
  const Look *look = find_look (word);
  g_autoptr (GdkPixbuf) padlock = padlock_draw (look->colour, look->shut);
  g_autofree char *title = g_markup_printf_escaped ("<b>OTR: %s</b>", look->title);

  gtk_image_set_from_pixbuf (GTK_IMAGE (badge->icon), padlock);
  gtk_label_set_markup (GTK_LABEL (badge->label), title);
  colour_label (badge->label, look->colour);
  gtk_widget_set_tooltip_text (badge->item, look->tooltip);
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    gtk_widget_set_visible (badge->entries[i], is_possible (entries[i].when, word, n_clients));
}

void
badge_show (PidginWindow *window)
{
  PurpleConversation *conversation = pidgin_conv_window_get_active_conversation (window);
  gboolean is_im =
      conversation != NULL && purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_IM;
  Badge *badge = find_badge (window);

  if (badge == NULL)
    badge = make_badge (window);
  if (is_im)
    draw (badge, ask_core ("get-state", conversation),
          GPOINTER_TO_UINT (ask_core ("count-clients", conversation)));
  gtk_widget_set_visible (badge->item, is_im);
}

void
badge_remove (PidginWindow *window)
{
  Badge *badge = find_badge (window);

  if (badge == NULL)
    return;
  gtk_widget_destroy (badge->item);
  g_object_set_data (G_OBJECT (window->menu.menubar), KEY, NULL);
}
