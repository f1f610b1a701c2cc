/* SPDX-License-Identifier: Apache-2.0
 *
 * What every page carries, as it is written, with a NUL behind it.
 */
#include "page.h"

#define ASSET(name, file)                                                                          \
    __asm__(".pushsection .rodata\n"                                                               \
            ".globl " #name "\n"                                                                   \
            ".hidden " #name "\n"                                                                  \
            ".type " #name ", %object\n" #name ":\n"                                               \
            ".incbin \"core/chart/" file "\"\n"                                                    \
            ".byte 0\n"                                                                            \
            ".size " #name ", . - " #name "\n"                                                     \
            ".popsection\n")

ASSET(chart_style, "style.css");
ASSET(chart_script, "script.js");
