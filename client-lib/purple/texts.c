// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: GPL-2.0-or-later

/* What a contact has sent goes through libpurple as if it had just come, so that
 * sounds, other plugins and the log work as ever. */

#include "texts.h"

#include "markup.h"
#include "notices.h"
#include "talk.h"

#include <string.h>

/* Other plugins run in here: the talk may be abandoned by one of them. */
static void
hand_in (Talk *talk, PurpleConnection *link, const char *html, const Text *text)
{
  g_autoptr (Messenger) messenger = NULL;

  /* What was shown before may have had the plugin unloaded. */
  if (talk_get_messenger (talk) == NULL)
    return;
  messenger = messenger_ref (talk_get_messenger (talk));
  messenger_enter (messenger);
  serv_got_im (link, talk_get_who (talk), html, text->flags | PURPLE_MESSAGE_RECV, text->time);
  messenger_leave (messenger);
}

static void
show (Talk *talk, const Text *text, gboolean private)
{
  PurpleConnection *link = purple_account_get_connection (talk_get_account (talk));
  g_autofree char *html = markup_mark_lines (text->html);
  PurpleConversation *conversation = talk_get_conversation (talk);
  gboolean logging = notices_pause_log (conversation, private);

  if (link != NULL)
    hand_in (talk, link, html, text);
  else
    purple_conv_im_write (PURPLE_CONV_IM (conversation), NULL, html,
                          text->flags | PURPLE_MESSAGE_RECV, text->time);
  notices_resume_log (talk_find_conversation (talk), logging);
}

void
texts_show_received (Talk *talk, const Text *text, OtrdVerdict verdict)
{
  notices_before_text (talk, verdict);
  show (talk, text, verdict == OTRD_VERDICT_PRIVATE);
}

void
texts_show_refused (Talk *talk, const Text *line, const char *why)
{
  PurpleConversation *conversation = talk_get_conversation (talk);

  if (strstr (line->html, "?OTR") != NULL)
    {
      notices_warn (conversation, "A message of %s cannot be read. %s", talk_get_who (talk), why);
      return;
    }
  notices_warn (conversation, "The following message was NOT ENCRYPTED. %s", why);
  show (talk, line, FALSE);
}

void
texts_show_sent (Talk *talk, const Text *text, OtrdVerdict verdict)
{
  g_autofree char *shown = purple_markup_linkify (text->html);
  gboolean private = verdict == OTRD_VERDICT_PRIVATE || verdict == OTRD_VERDICT_HELD;
  PurpleConversation *conversation = talk_get_conversation (talk);
  gboolean logging = notices_pause_log (conversation, private);

  purple_conv_im_write (PURPLE_CONV_IM (conversation), NULL, shown, PURPLE_MESSAGE_SEND,
                        text->time);
  notices_resume_log (talk_find_conversation (talk), logging);
}

void
texts_tell_unsent (Talk *talk, const char *html, const char *why)
{
  g_autofree char *text = purple_markup_strip_html (html);

  notices_warn (talk_get_conversation (talk), "NOT SENT: \"%s\". %s", text, why);
}

void
texts_tell_delayed (Talk *talk, const char *html)
{
  g_autofree char *text = purple_markup_strip_html (html);

  notices_warn (talk_get_conversation (talk),
                "NOT SENT YET: \"%s\". It waits for the link to the network.", text);
}
