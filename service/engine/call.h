/* SPDX-FileCopyrightText: 2026 The otrd developers
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The callbacks that libotr makes during a call; inside the engine only. */
#pragma once

#include "engine/channel.h"
#include "engine/key-private.h"

extern const OtrlMessageAppOps engine_call_ops;
