/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

const struct command commands[] = {
    { "run",
      "[--seed N] [--no-progress] [--baseline FILE]... [--gate 5%]... [--noise FILE] SCENARIO",
      "measure what the scenario says; is it worse than the baseline?", cmd_run },
    { "check", "SCENARIO", "is the scenario right? touches nothing", cmd_check },
    { "plan", "[--seed N] SCENARIO", "what run would do: flows, seconds, bytes", cmd_plan },
    { "plugins", "list | show [KIND/]NAME | test FILE.so", "what there is, and how it is used",
      cmd_plugins },
    { "replay", "RUN [--sink NAME | --sink 'NAME: {...}']", "a run's results to sinks again",
      cmd_replay },
    { "doctor",
      "[--time 3s] [--json] [--private-key FILE] [--host-keys strict|accept-new|insecure] "
      "[--jump HOST] [--no-progress] [HOST... | --scenario FILE]",
      "what is this machine, or another, good for as a place to measure from?", cmd_doctor },
    { "reap", "RUN | --all", "remove what a killed run left behind", cmd_reap },
    { "chart", "[-p all|tcp|udp] [-b] [-o PAGE.html] FILE...", "results as a page for a browser",
      cmd_chart },
    { "compare",
      "[--gate [METRIC=]5%]... [--noise FILE] [--all] [--json | --markdown] OLD... [--to] NEW...",
      "have results become worse?", cmd_compare },
    { "noise", "[--runs 4] [--all] [--json] [--seed N] [--no-progress] SCENARIO",
      "what runs differ by although nothing has changed", cmd_noise },
    { "summary",
      "[--from 'SINK: {...}']... [--protocol P] [--encapsulation E] [--since DATE] [--until DATE] "
      "[--last N] [--json] [FILE|RUN...]",
      "results of many runs, from files or stores", cmd_summary },
    { 0 },
};

const char *cli_line_clear(void)
{
    return isatty(STDERR_FILENO) ? "\r\033[K" : "";
}

/* Errors quote what servers and programs said: no line of theirs, and no terminal escape. */
static void plain_print(const char *text, FILE *out)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
}

int cli_error(const struct cli *cli, enum exit_status status, const struct vmtp_error *err)
{
    fputs("vmtp: ", stderr);
    plain_print(err->text, stderr);
    if (cli->debug && err->where[0])
        fprintf(stderr, " (%s)", err->where);
    fputc('\n', stderr);
    return status;
}

void command_help(const struct command *command, FILE *out)
{
    fprintf(out, "usage: vmtp %s %s\n  %s\n", command->name, command->arguments, command->help);
}

int cli_usage(const struct cli *cli)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, cli->argv[0]) == 0)
            command_help(c, stderr);
    return EXIT_USAGE;
}

int cli_registry(const struct cli *cli, struct registry **ret)
{
    struct vmtp_error err = { 0 };

    if (registry_load(cli->plugin_path, ret, &err) < 0)
        return cli_error(cli, EXIT_INFRA, &err);
    registry_tell(*ret, &cli->log);
    return EXIT_PASS;
}
