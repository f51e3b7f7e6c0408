/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The options of an attachment, checked at the door. */

#include "bus/configuration.h"

#include "bus/options.h"
#include "core/limits.h"
#include "introspection/otrd-error.h"

static gboolean
read_content_type (const char *word, CoreContentType *type, GError **error)
{
  if (g_str_equal (word, "text/plain"))
    *type = CORE_CONTENT_PLAIN;
  else if (g_str_equal (word, "text/html"))
    *type = CORE_CONTENT_HTML;
  else
    {
      g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                   "Cannot use the content type: it must be text/plain or text/html");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_message_size (guint size, GError **error)
{
  if (size == 0 || size >= CORE_MESSAGE_SIZE_MIN)
    return TRUE;
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
               "Cannot use max-message-size %u: it must be 0 (no limit) or at least %d bytes", size,
               CORE_MESSAGE_SIZE_MIN);
  return FALSE;
}

gboolean
bus_configuration_read (GVariant *options, CoreConfiguration *configuration, GError **error)
{
  const char *content_type = NULL;

  *configuration = (CoreConfiguration){ 0 };
  if (!bus_options_read (options, error, "content-type", "s", &content_type, "max-message-size",
                         "u", &configuration->max_message_size, "online", "b",
                         &configuration->online, "contact-online", "b",
                         &configuration->contact_online, NULL))
    return FALSE;
  configuration->has_content_type = content_type != NULL;
  configuration->has_max_message_size = bus_options_have (options, "max-message-size");
  configuration->has_online = bus_options_have (options, "online");
  configuration->has_contact_online = bus_options_have (options, "contact-online");
  return (content_type == NULL
          || read_content_type (content_type, &configuration->content_type, error))
         && check_message_size (configuration->max_message_size, error);
}
