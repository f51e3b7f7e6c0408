// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

/* libotrd: the user's OTR service for messengers. */

#include "otrd-account.h"
#include "otrd-client.h"
#include "otrd-enum-types.h"
#include "otrd-enums.h"
#include "otrd-error.h"
#include "otrd-session.h"
#include "otrd-turn.h"
#include "otrd-vault.h"
#include "otrd-verification.h"
