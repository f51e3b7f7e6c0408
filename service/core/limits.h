/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bounds: nothing that comes from outside makes memory grow for ever.
 * Each is written in the contract's XML beside the member that it limits.
 */
#pragma once

#include "engine/line.h"

/* Bytes of one text, of one line. */
#define CORE_TEXT_MAX ENGINE_TEXT_MAX
#define CORE_LINE_MAX ENGINE_LINE_MAX

/* Texts that wait to go, per session. */
#define CORE_HELD_MAX_TEXTS 1024
#define CORE_HELD_MAX_BYTES (16 * 1024 * 1024)

/* What is owed to messengers, per session: events, and bytes of lines (each counted with what it
 * costs to keep).  All held texts, encrypted and in small pieces, find room. */
#define CORE_OWED_MAX_EVENTS 1000
#define CORE_OWED_MAX_BYTES (48 * 1024 * 1024)

/* Lines set aside for the key, per session. */
#define CORE_WAITING_MAX_LINES 32
#define CORE_WAITING_MAX_BYTES (4 * 1024 * 1024)

/* Calls that wait behind a running one, per session. */
#define CORE_QUEUE_MAX_CALLS 4096

/* Results kept for texts with an id, per session. */
#define CORE_SENT_IDS_MAX 2048

#define CORE_ACCOUNTS_MAX 1024
#define CORE_SESSIONS_MAX 16384
#define CORE_MESSENGERS_PER_SESSION_MAX 64

/* Accounts that one sandboxed messenger has the user asked for. */
#define CORE_QUESTIONS_MAX 64

/* Events kept for one messenger: who else came and went. */
#define CORE_NEWS_MAX 64

/* Fingerprints kept of one contact. */
#define CORE_FINGERPRINTS_PER_CONTACT_MAX 256

/* Bytes of ExportKey's use data. */
#define CORE_USE_DATA_MAX 1024

/* Records of one ListFingerprints. */
#define CORE_LIST_MAX 500

/* Bytes of a verification's secret and question. */
#define CORE_SECRET_MAX 4096
#define CORE_QUESTION_MAX 4096

/* Bytes of a transport address or of a network's id of a line. */
#define CORE_ADDRESS_MAX 3071
#define CORE_LINE_ID_MAX 1023

/* The smallest max-message-size that works: facts of OTR's fragments, and every query and error
 * must fit whole. */
#define CORE_MESSAGE_SIZE_MIN 200

/* Lines of key exchanges that are read at once, and one more each second: each costs us
 * milliseconds, and an honest exchange has four. */
#define CORE_EXCHANGE_LINES_MAX 60

/* Microseconds that the service waits at most for its first look at the vault before it answers
 * calls: a keyring that is well has answered by then even on a busy machine, and so has an otrd
 * that ends let go of the folder. */
#define CORE_LOOK_TIME G_USEC_PER_SEC

/* Threads for the calls that take milliseconds. */
#define CORE_WORKERS 2
