/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes what is read from a server's shell: ssh_interface.c and ssh_command.c; and ssh_spec.c.
 */
#include "../../plugins/common/ssh/command.h"
#include "../../plugins/common/ssh/interface.h"
#include "../../plugins/common/ssh/spec.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), address[SSH_ADDRESS_MAX], names[40];
    struct ssh_spec spec;
    size_t used;
    int pid;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    ssh_interface_address(text, "eth0", 4, address);
    ssh_interface_find(text, "192.0.2.2", names, sizeof names);
    ssh_interface_names(text, names, sizeof names);
    ssh_spec_parse(text, &spec, NULL);
    ssh_command_started((const char *)data, size, &used, &pid);
    if (strlen(names) >= sizeof names || used > size)
        abort();
    free(text);
    return 0;
}
