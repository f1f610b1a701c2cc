/* SPDX-License-Identifier: Apache-2.0 */
#include "front.h"

int cmd_check(struct cli *cli)
{
    _cleanup_(front_clear) struct front front = { 0 };
    int status = front_load(cli, NULL, NULL, &front);

    if (status != EXIT_PASS)
        return status;
    printf("%s: %zu flows in %zu stages, no errors\n", front.file, front.plan->flow_count,
           front.plan->stage_count);
    return EXIT_PASS;
}
