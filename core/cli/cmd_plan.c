/* SPDX-License-Identifier: Apache-2.0 */
#include "front.h"

int cmd_plan(struct cli *cli)
{
    _cleanup_(front_clear) struct front front = { 0 };
    int status = front_load(cli, NULL, NULL, &front);

    if (status != EXIT_PASS)
        return status;
    plan_print(front.plan, stdout);
    return EXIT_PASS;
}
