/* SPDX-License-Identifier: Apache-2.0
 *
 * The packaged defaults as they are written, with a NUL behind them.
 */
#include "settings.h"

__asm__(".pushsection .rodata\n"
        ".globl classic_defaults\n"
        ".hidden classic_defaults\n"
        ".type classic_defaults, %object\n"
        "classic_defaults:\n"
        ".incbin \"core/classic/defaults.yaml\"\n"
        ".byte 0\n"
        ".size classic_defaults, . - classic_defaults\n"
        ".popsection\n");
