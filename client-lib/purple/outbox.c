// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* A line that the network does not take is lost, and the user told. */

#include "outbox.h"

#include "notices.h"
#include "outlet.h"
#include "talk.h"

#include <string.h>

struct _Outbox
{
  Talk *talk;
  GQueue lines; /* OtrdTransmission */
};

Outbox *
outbox_new (Talk *talk)
{
  Outbox *self = g_new0 (Outbox, 1);

  self->talk = talk;
  g_queue_init (&self->lines);
  return self;
}

void
outbox_free (Outbox *self)
{
  g_queue_clear_full (&self->lines, (GDestroyNotify)otrd_transmission_unref);
  g_free (self);
}

/* IRC has a way of its own to say /me. */
static char *
spell_line (Outbox *self, OtrdTransmission *transmission)
{
  const char *line = otrd_transmission_get_line (transmission);
  PurpleAccount *account = talk_get_account (self->talk);

  if (g_str_equal (purple_account_get_protocol_id (account), "prpl-irc")
      && g_str_has_prefix (line, "/me "))
    return g_strdup_printf ("\001ACTION %s\001", line + strlen ("/me "));
  return g_strdup (line);
}

static void
transmit_line (Outbox *self, PurpleConnection *link, OtrdTransmission *transmission)
{
  const char *to = otrd_transmission_get_to (transmission);
  const char *who = talk_get_who (self->talk);
  g_autofree char *line = spell_line (self, transmission);

  if (outlet_transmit (link, to != NULL ? to : who, line) < 0)
    notices_warn (talk_get_conversation (self->talk),
                  "The network did not take a message to %s: it is lost. Send it again.", who);
}

/* NULL: what is to be transmitted waits. */
static PurpleConnection *
find_link (Outbox *self)
{
  PurpleConnection *link = purple_account_get_connection (talk_get_account (self->talk));

  return link != NULL && PURPLE_CONNECTION_IS_CONNECTED (link) ? link : NULL;
}

gboolean
outbox_has_link (Outbox *self)
{
  return find_link (self) != NULL;
}

void
outbox_transmit (Outbox *self)
{
  PurpleConnection *link = find_link (self);

  if (link == NULL)
    return;
  while (!g_queue_is_empty (&self->lines))
    {
      g_autoptr (OtrdTransmission) transmission = g_queue_pop_head (&self->lines);

      transmit_line (self, link, transmission);
    }
}

void
outbox_take (Outbox *self, OtrdTurn *turn)
{
  for (guint i = 0; i < otrd_turn_get_n_transmissions (turn); i++)
    g_queue_push_tail (&self->lines, otrd_transmission_ref (otrd_turn_get_transmission (turn, i)));
  outbox_transmit (self);
}

gboolean
outbox_is_empty (Outbox *self)
{
  return g_queue_is_empty (&self->lines);
}

char *
outbox_describe_loss (Outbox *self)
{
  if (outbox_is_empty (self))
    return NULL;
  return g_strdup_printf ("NOT SENT: what waited for the link to %s is lost.",
                          talk_get_who (self->talk));
}
