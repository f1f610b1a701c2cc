/* SPDX-License-Identifier: Apache-2.0
 *
 * Asks the person for a secret: on the terminal, without echo, whatever stdin and stdout are.
 */
#ifndef VMTP_CLI_PROMPT_H
#define VMTP_CLI_PROMPT_H

#include "../plugin/option.h"

/* Fails with -ENXIO where there is no terminal. */
extern const struct prompt terminal_prompt;

#endif
