/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line: one function for each subcommand, which gets what stands behind its name.
 *
 * stdout is data, stderr is progress and what went wrong.  Errors are said once, by these
 * functions.
 */
#ifndef VMTP_CLI_CLI_H
#define VMTP_CLI_CLI_H

#include "../base/log.h"
#include "../plugin/registry.h"
#include "../result/document.h"

/* What every command gets: its own arguments, argv[0] being its name. */
struct cli {
    int argc;
    char **argv;
    const char *plugin_path; /* --plugin-path; NULL: none given */
    struct log log;
    bool debug;
};

struct command {
    const char *name, *arguments, *help;
    int (*function)(struct cli *cli);
};

/* The table of them, ending with a NULL name. */
extern const struct command commands[];

int cmd_run(struct cli *cli);
int cmd_check(struct cli *cli);
int cmd_plan(struct cli *cli);
int cmd_plugins(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_reap(struct cli *cli);
int cmd_compare(struct cli *cli);
int cmd_noise(struct cli *cli);
int cmd_replay(struct cli *cli);
int cmd_summary(struct cli *cli);
int cmd_chart(struct cli *cli);
/* VMTP's own command line, which has no commands: the arguments are the program's. */
int cmd_classic(struct cli *cli);

/* What a line on stderr begins with: a progress line may stand there. */
const char *cli_line_clear(void);
/* Say it, and return the status. */
int cli_error(const struct cli *cli, enum exit_status status, const struct vmtp_error *err);
/* How a command is used. */
void command_help(const struct command *command, FILE *out);
/* The same of this one, to stderr: EXIT_USAGE. */
int cli_usage(const struct cli *cli);
/* All plugins; those that were refused are named with their reason. */
int cli_registry(const struct cli *cli, struct registry **ret);

#endif
