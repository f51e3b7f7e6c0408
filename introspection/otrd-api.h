// SPDX-FileCopyrightText: 2026 The otrd developers
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

/**
 * OTRD_API:
 *
 * Marks what libotrd exports; everything else in it is hidden.
 */
#define OTRD_API __attribute__ ((visibility ("default")))
