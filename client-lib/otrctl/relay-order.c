// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Reads a line of the relay's input. A table says which members each order
 * has and of what type; what is no argument of its call becomes an option. */

#include "relay-order.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MEMBERS_LIMIT 6
/* The largest whole number that every reader of JSON takes as it is. */
#define NUMBER_LIMIT 9007199254740991

/* A member and its D-Bus type; '1' is a boolean that must be true. */
typedef struct
{
  const char *name;
  char type;
} Member;

/* The first member names the order. */
typedef struct
{
  RelayVerb verb;
  Member members[MEMBERS_LIMIT];
} Kind;

static const Kind kinds[] = {
  { RELAY_SEND, { { "send", 's' }, { "at-least", 's' }, { "id", 't' }, { "clear", 'b' } } },
  { RELAY_RECEIVE,
    { { "receive", 's' }, { "from", 's' }, { "id", 's' }, { "sent", 'b' }, { "history", 'b' } } },
  { RELAY_START, { { "start", '1' } } },
  { RELAY_END, { { "end", '1' } } },
  { RELAY_COLLECT, { { "collect", '1' } } },
  { RELAY_ACCEPT, { { "accept", 's' } } },
  { RELAY_SELECT, { { "select", 'u' } } },
  { RELAY_CONFIGURE, { { "online", 'b' }, { "contact-online", 'b' } } },
  { RELAY_CONFIGURE, { { "contact-online", 'b' } } },
  { RELAY_DETACH, { { "detach", '1' }, { "end-if-last", 'b' } } },
};

static const Kind verifications[] = {
  { RELAY_ABORT, { { "abort", '1' } } },
  { RELAY_ANSWER, { { "answer", 's' } } },
  { RELAY_VERIFY, { { "pin", '1' }, { "question", 's' } } },
  { RELAY_VERIFY, { { "secret", 's' }, { "question", 's' } } },
};

static gboolean
refuse (GError **error, const char *name, const char *what)
{
  g_set_error (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT, "The member “%s” %s", name, what);
  return FALSE;
}

static GVariant *
read_boolean (JsonNode *node, gboolean must_be_true)
{
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN
      || (must_be_true && !json_node_get_boolean (node)))
    return NULL;
  return g_variant_new_boolean (json_node_get_boolean (node));
}

static GVariant *
read_number (JsonNode *node, gboolean is_long)
{
  gint64 number = json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : -1;

  if (number < 0 || number > (is_long ? NUMBER_LIMIT : G_MAXUINT32))
    return NULL;
  return is_long ? g_variant_new_uint64 (number) : g_variant_new_uint32 (number);
}

static GVariant *
read_value (JsonNode *node, char type)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (type == 's')
    return json_node_get_value_type (node) == G_TYPE_STRING
               ? g_variant_new_string (json_node_get_string (node))
               : NULL;
  return type == 't' || type == 'u' ? read_number (node, type == 't')
                                    : read_boolean (node, type == '1');
}

static const Kind *
find_kind (const Kind *table, gsize n, JsonObject *object)
{
  for (gsize i = 0; i < n; i++)
    if (json_object_has_member (object, table[i].members[0].name))
      return &table[i];
  return NULL;
}

static const Member *
find_member (const Kind *kind, const char *name)
{
  for (guint i = 0; i < MEMBERS_LIMIT && kind->members[i].name != NULL; i++)
    if (g_str_equal (kind->members[i].name, name))
      return &kind->members[i];
  return NULL;
}

static gboolean
refuse_value (GError **error, const Member *member)
{
  if (member->type == 't')
    return refuse (error, member->name,
                   "must be a whole number from 0 to " G_STRINGIFY (NUMBER_LIMIT));
  return refuse (error, member->name, "has a wrong type or value");
}

static gboolean
read_members (const Kind *kind, JsonObject *object, GVariantDict *members, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    {
      const Member *member = find_member (kind, name);
      GVariant *value;

      if (member == NULL)
        return refuse (error, name, "is not known here");
      value = read_value (node, member->type);
      if (value == NULL)
        return refuse_value (error, member);
      g_variant_dict_insert_value (members, name, value);
    }
  return TRUE;
}

static char *
take_string (GVariantDict *members, const char *name)
{
  char *string = NULL;

  g_variant_dict_lookup (members, name, "s", &string);
  g_variant_dict_remove (members, name);
  return string;
}

static void
free_secret (gpointer secret)
{
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static GBytes *
take_secret (GVariantDict *members, const char *name)
{
  char *secret = take_string (members, name);

  return secret != NULL ? g_bytes_new_with_free_func (secret, strlen (secret), free_secret, secret)
                        : NULL;
}

/* The first member is an argument of the call, but where it is an option. */
static void
take_arguments (RelayOrder *self, const Kind *kind, GVariantDict *members)
{
  const Member *first = &kind->members[0];

  if (self->verb == RELAY_VERIFY || self->verb == RELAY_ANSWER)
    {
      self->question = take_string (members, "question");
      self->secret = take_secret (members, self->verb == RELAY_ANSWER ? "answer" : "secret");
    }
  else if (first->type == 's')
    self->text = take_string (members, first->name);
  else if (first->type == 'u')
    g_variant_dict_lookup (members, first->name, "u", &self->instance);
  self->at_least = take_string (members, "at-least");
  if (first->type == '1' && !g_str_equal (first->name, "pin"))
    g_variant_dict_remove (members, first->name);
  self->options = g_variant_ref_sink (g_variant_dict_end (members));
}

static RelayOrder *
read_order (const Kind *kind, JsonObject *object, GError **error)
{
  g_autoptr (GVariantDict) members = g_variant_dict_new (NULL);
  g_autoptr (RelayOrder) self = NULL;

  if (!read_members (kind, object, members, error))
    return NULL;
  self = g_new0 (RelayOrder, 1);
  self->verb = kind->verb;
  take_arguments (self, kind, members);
  return g_steal_pointer (&self);
}

static RelayOrder *
read_verification (JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "verify");
  JsonObject *inner = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const Kind *kind =
      inner != NULL ? find_kind (verifications, G_N_ELEMENTS (verifications), inner) : NULL;

  if (kind != NULL && json_object_get_size (object) == 1)
    return read_order (kind, inner, error);
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                       "“verify” needs an object with “secret”, “pin”, “answer” or “abort”");
  return NULL;
}

/* JSON can write a zero, a C string cannot hold it: the rest would be lost. */
static gboolean
has_zero (const char *line, gsize length)
{
  for (const char *p = line; p + 1 < line + length; p++)
    if (*p == '\\')
      {
        if (length - (p - line) >= 6 && memcmp (p, "\\u0000", 6) == 0)
          return TRUE;
        p++;
      }
  return memchr (line, '\0', length) != NULL;
}

RelayOrder *
relay_order_parse (const char *line, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize size = length < 0 ? strlen (line) : (gsize)length;
  g_autoptr (GError) wrong = NULL;
  const Kind *kind;
  JsonNode *root;
  JsonObject *object;

  if (has_zero (line, size) || !g_utf8_validate (line, size, NULL)
      || !json_parser_load_from_data (parser, line, size, &wrong)
      || (root = json_parser_get_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                           "The line is not one JSON object");
      return NULL;
    }
  object = json_node_get_object (root);
  if (json_object_has_member (object, "verify"))
    return read_verification (object, error);
  kind = find_kind (kinds, G_N_ELEMENTS (kinds), object);
  if (kind != NULL)
    return read_order (kind, object, error);
  g_set_error_literal (error, OTRD_ERROR, OTRD_ERROR_INVALID_ARGUMENT,
                       "The object asks for nothing that is known; see “otrctl help relay”");
  return NULL;
}

void
relay_order_free (RelayOrder *self)
{
  g_free (self->text);
  g_free (self->at_least);
  g_free (self->question);
  g_clear_pointer (&self->secret, g_bytes_unref);
  g_clear_pointer (&self->options, g_variant_unref);
  g_free (self);
}
