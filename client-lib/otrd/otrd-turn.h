// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib-object.h>

#include "otrd-enums.h"

G_BEGIN_DECLS

/**
 * OtrdTransmission:
 *
 * A line for the network, of a turn. Immutable and counted.
 */
typedef struct _OtrdTransmission OtrdTransmission;

#define OTRD_TYPE_TRANSMISSION (otrd_transmission_get_type ())
OTRD_API GType otrd_transmission_get_type (void);

/**
 * otrd_transmission_ref:
 * @self: the transmission
 *
 * Returns: (transfer full): @self
 */
OTRD_API OtrdTransmission *otrd_transmission_ref (OtrdTransmission *self);

/**
 * otrd_transmission_unref:
 * @self: (transfer full): the transmission
 */
OTRD_API void otrd_transmission_unref (OtrdTransmission *self);

/**
 * otrd_transmission_get_line:
 * @self: the transmission
 *
 * Returns: the line, to be transmitted as it is
 */
OTRD_API const char *otrd_transmission_get_line (const OtrdTransmission *self);

/**
 * otrd_transmission_get_to:
 * @self: the transmission
 *
 * Returns: (nullable): the full transport address that it is for; %NULL: the
 *   contact
 */
OTRD_API const char *otrd_transmission_get_to (const OtrdTransmission *self);

/**
 * otrd_transmission_get_clear:
 * @self: the transmission
 *
 * Returns: %TRUE if the line can be read on the network
 */
OTRD_API gboolean otrd_transmission_get_clear (const OtrdTransmission *self);

/**
 * otrd_transmission_get_ids:
 * @self: the transmission
 * @n_ids: (out): how many
 *
 * Returns: (array length=n_ids) (transfer none): the ids of the user's texts
 *   in the line
 */
OTRD_API const guint64 *otrd_transmission_get_ids (const OtrdTransmission *self, gsize *n_ids);

/**
 * OtrdEvent:
 *
 * Something that happened, of a turn: a name of the contract, such as
 * `private` or `verification-asked`, and details. Events that the caller does
 * not know are ignored. Immutable and counted.
 */
typedef struct _OtrdEvent OtrdEvent;

#define OTRD_TYPE_EVENT (otrd_event_get_type ())
OTRD_API GType otrd_event_get_type (void);

/**
 * otrd_event_ref:
 * @self: the event
 *
 * Returns: (transfer full): @self
 */
OTRD_API OtrdEvent *otrd_event_ref (OtrdEvent *self);

/**
 * otrd_event_unref:
 * @self: (transfer full): the event
 */
OTRD_API void otrd_event_unref (OtrdEvent *self);

/**
 * otrd_event_get_name:
 * @self: the event
 *
 * Returns: its name
 */
OTRD_API const char *otrd_event_get_name (const OtrdEvent *self);

/**
 * otrd_event_get_details:
 * @self: the event
 *
 * Returns: (transfer none): its details, `a{sv}`
 */
OTRD_API GVariant *otrd_event_get_details (const OtrdEvent *self);

/**
 * otrd_event_get_string:
 * @self: the event
 * @key: the name of a detail
 *
 * Returns: (nullable): the detail, if it is there and a string
 */
OTRD_API const char *otrd_event_get_string (const OtrdEvent *self, const char *key);

/**
 * otrd_event_get_uint:
 * @self: the event
 * @key: the name of a detail
 *
 * Returns: the detail, if it is there and a number without sign; else 0
 */
OTRD_API guint64 otrd_event_get_uint (const OtrdEvent *self, const char *key);

/**
 * otrd_event_get_boolean:
 * @self: the event
 * @key: the name of a detail
 *
 * Returns: the detail, if it is there and a boolean; else %FALSE
 */
OTRD_API gboolean otrd_event_get_boolean (const OtrdEvent *self, const char *key);

/**
 * otrd_event_get_ids:
 * @self: the event
 * @n_ids: (out): how many
 *
 * Returns: (array length=n_ids) (transfer none) (nullable): the detail `ids`:
 *   the texts that it is about
 */
OTRD_API const guint64 *otrd_event_get_ids (const OtrdEvent *self, gsize *n_ids);

/**
 * OtrdTurn:
 *
 * All that one call caused, and all that was owed before it: lines to
 * transmit, in order, and events. The turn of a text sent or a line received
 * also has a verdict and details, the latter a text. Immutable and counted.
 */
typedef struct _OtrdTurn OtrdTurn;

#define OTRD_TYPE_TURN (otrd_turn_get_type ())
OTRD_API GType otrd_turn_get_type (void);

/**
 * otrd_turn_ref:
 * @self: the turn
 *
 * Returns: (transfer full): @self
 */
OTRD_API OtrdTurn *otrd_turn_ref (OtrdTurn *self);

/**
 * otrd_turn_unref:
 * @self: (transfer full): the turn
 */
OTRD_API void otrd_turn_unref (OtrdTurn *self);

/**
 * otrd_turn_is_empty:
 * @self: the turn
 *
 * Returns: %TRUE if there is nothing to transmit and nothing happened
 */
OTRD_API gboolean otrd_turn_is_empty (const OtrdTurn *self);

/**
 * otrd_turn_get_n_transmissions:
 * @self: the turn
 *
 * Returns: how many lines there are to transmit
 */
OTRD_API guint otrd_turn_get_n_transmissions (const OtrdTurn *self);

/**
 * otrd_turn_get_transmission:
 * @self: the turn
 * @index: which one
 *
 * Returns: (transfer none): the line
 */
OTRD_API OtrdTransmission *otrd_turn_get_transmission (const OtrdTurn *self, guint index);

/**
 * otrd_turn_get_transmissions:
 * @self: the turn
 *
 * Returns: (transfer none) (element-type OtrdTransmission): the lines, to be
 *   transmitted in this order
 */
OTRD_API GPtrArray *otrd_turn_get_transmissions (const OtrdTurn *self);

/**
 * otrd_turn_get_n_events:
 * @self: the turn
 *
 * Returns: how many events there are
 */
OTRD_API guint otrd_turn_get_n_events (const OtrdTurn *self);

/**
 * otrd_turn_get_event:
 * @self: the turn
 * @index: which one
 *
 * Returns: (transfer none): the event
 */
OTRD_API OtrdEvent *otrd_turn_get_event (const OtrdTurn *self, guint index);

/**
 * otrd_turn_get_events:
 * @self: the turn
 *
 * Returns: (transfer none) (element-type OtrdEvent): the events, in order
 */
OTRD_API GPtrArray *otrd_turn_get_events (const OtrdTurn *self);

/**
 * otrd_turn_get_verdict:
 * @self: the turn
 *
 * Returns: what became of the text or the line; %OTRD_VERDICT_UNKNOWN: show
 *   nothing, and the turns of all other calls
 */
OTRD_API OtrdVerdict otrd_turn_get_verdict (const OtrdTurn *self);

/**
 * otrd_turn_get_text:
 * @self: the turn
 *
 * Returns: (nullable): what to show of a line received; %NULL: nothing
 */
OTRD_API const char *otrd_turn_get_text (const OtrdTurn *self);

/**
 * otrd_turn_get_id:
 * @self: the turn
 *
 * Returns: the id of the text sent, given or made; 0 for other turns
 */
OTRD_API guint64 otrd_turn_get_id (const OtrdTurn *self);

/**
 * otrd_turn_get_details:
 * @self: the turn
 *
 * Returns: (transfer none) (nullable): the details of a text sent or a line
 *   received, `a{sv}`
 */
OTRD_API GVariant *otrd_turn_get_details (const OtrdTurn *self);

/**
 * otrd_turn_get_state:
 * @self: the turn
 *
 * Returns: the state that the text or line was sent or received in
 */
OTRD_API OtrdState otrd_turn_get_state (const OtrdTurn *self);

/**
 * otrd_turn_get_trust:
 * @self: the turn
 *
 * Returns: the trust that the text or line was sent or received with
 */
OTRD_API OtrdTrust otrd_turn_get_trust (const OtrdTurn *self);

/**
 * otrd_turn_get_fingerprint:
 * @self: the turn
 *
 * Returns: (nullable): the fingerprint of the contact's key
 */
OTRD_API const char *otrd_turn_get_fingerprint (const OtrdTurn *self);

/**
 * otrd_turn_get_instance:
 * @self: the turn
 *
 * Returns: the contact's instance; 0: none
 */
OTRD_API guint otrd_turn_get_instance (const OtrdTurn *self);

/**
 * otrd_turn_get_repeated:
 * @self: the turn
 *
 * Returns: %TRUE if the text or line was handed in before
 */
OTRD_API gboolean otrd_turn_get_repeated (const OtrdTurn *self);

/**
 * otrd_turn_get_resent:
 * @self: the turn
 *
 * Returns: %TRUE if the contact has sent the text again, and it may be a double
 */
OTRD_API gboolean otrd_turn_get_resent (const OtrdTurn *self);

/**
 * otrd_turn_get_re_encoded:
 * @self: the turn
 *
 * Returns: %TRUE if the text was not UTF-8 and has been repaired
 */
OTRD_API gboolean otrd_turn_get_re_encoded (const OtrdTurn *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdTransmission, otrd_transmission_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdEvent, otrd_event_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OtrdTurn, otrd_turn_unref)

G_END_DECLS
