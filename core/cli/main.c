/* SPDX-License-Identifier: Apache-2.0 */
#include "../classic/flags.h"
#include "cli.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>

static void usage(FILE *out)
{
    fputs("vmtp measures what the network between two places really delivers.\n\n"
          "usage: vmtp [--plugin-path FOLDERS] [--debug] COMMAND ...\n"
          "       vmtp FLAGS   VMTP's own command line: vmtp --host A --host B --json FILE\n\n",
          out);
    for (const struct command *c = commands; c->name; c++)
        fprintf(out, "  %s %s\n      %s\n", c->name, c->arguments, c->help);
    fputs("\n  --plugin-path A:B  look for plugins there first\n"
          "  --debug            say more about what is done and where errors come from\n"
          "  --version, --help\n\n"
          "Exit status: 0 all passed, 1 a measurement or threshold failed, 2 usage or scenario,\n"
          "3 infrastructure, 4 undecided, 130 interrupted (cleaned up, partial results kept).\n",
          out);
}

static void say(void *arg, enum vmtp_level level, const char *line)
{
    (void)arg;
    fprintf(stderr, "%svmtp: %s%s\n", cli_line_clear(), level == VMTP_WARN ? "warning: " : "",
            line);
}

static int command_run(struct cli *cli)
{
    for (const struct command *c = commands; c->name; c++)
        if (strcmp(c->name, cli->argv[0]) == 0) {
            if (cli->argc < 2 || strcmp(cli->argv[1], "--help") != 0)
                return c->function(cli);
            command_help(c, stdout);
            return EXIT_PASS;
        }
    fprintf(stderr, "vmtp: there is no command '%.60s'\n\n", cli->argv[0]);
    usage(stderr);
    return EXIT_USAGE;
}

/* The options in front of the command.  Returns an exit status, or -1: go on. */
static int options_read(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'P' },
        { "debug", no_argument, NULL, 'd' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "+dh", options, NULL)) != -1)
        switch (option) {
        case 'P':
            cli->plugin_path = optarg;
            break;
        case 'd':
            cli->debug = true;
            cli->log.least = VMTP_DEBUG;
            break;
        case 'V':
            printf("vmtp %s (plugin ABI %d.%d)\n", VMTP_VERSION, VMTP_ABI_MAJOR, VMTP_ABI_MINOR);
            return EXIT_PASS;
        case 'h':
            usage(stdout);
            fputc('\n', stdout);
            flags_help(stdout);
            return EXIT_PASS;
        default:
            return EXIT_USAGE;
        }
    cli->argc = argc - optind;
    cli->argv = argv + optind;
    return -1;
}

/* VMTP measured a cloud without being told more. */
static bool has_cloud(void)
{
    const char *url = getenv("OS_AUTH_URL"), *cloud = getenv("OS_CLOUD");

    return (url && *url) || (cloud && *cloud);
}

/* What stands behind the options in front is a command, or else another option: then it is VMTP's
 * own command line, which has no commands.  With nothing there, it is VMTP's if it can be. */
static bool is_classic(int argc, char **argv)
{
    int i = 1;

    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                      strcmp(argv[1], "--version") == 0))
        return false;
    for (; i < argc; i++) {
        if (strcmp(argv[i], "--plugin-path") == 0)
            i++;
        else if (strcmp(argv[i], "-d") != 0 && strcmp(argv[i], "--debug") != 0 &&
                 strncmp(argv[i], "--plugin-path=", 14) != 0)
            break;
    }
    return i < argc ? argv[i][0] == '-' : has_cloud();
}

/* Called by the name that VMTP's charts have, it is that command. */
static bool is_genchart(const char *name)
{
    const char *slash = strrchr(name, '/');

    return strcmp(slash ? slash + 1 : name, "vmtp_genchart") == 0;
}

static int command_line_run(struct cli *cli, int argc, char **argv)
{
    int status;

    if (argc > 0 && is_genchart(argv[0])) {
        argv[0] += strlen(argv[0]) - strlen("chart"); /* the command's name is its end */
        cli->argc = argc;
        cli->argv = argv;
        return command_run(cli);
    }
    if (is_classic(argc, argv)) {
        cli->argc = argc;
        cli->argv = argv;
        return cmd_classic(cli);
    }
    status = options_read(cli, argc, argv);
    if (status >= 0)
        return status;
    if (cli->argc == 0) {
        usage(stderr);
        return EXIT_USAGE;
    }
    optind = 0; /* getopt starts anew on the command's own arguments */
    return command_run(cli);
}

/* A file of ours would come to stand where a closed one stood, and what is said be written over it.
 * This one refuses, as the closed one did. */
static void standard_fds_hold(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A reader that is gone has seen enough.  An error may be of long ago, and its errno lost. */
static int stdout_close(int status)
{
    struct pollfd reader = { .fd = STDOUT_FILENO };

    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno == EPIPE || (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR))
        return status;
    fprintf(stderr, "vmtp: stdout: %s\n",
            errno ? strerror(errno) : "not all of it could be written");
    return status == EXIT_PASS ? EXIT_INFRA : status;
}

int main(int argc, char **argv)
{
    struct cli cli = { .log = { .function = say, .least = VMTP_INFO } };
    int status;

    standard_fds_hold();
    setlocale(LC_CTYPE, ""); /* only this: numbers are written and read in "C" */
    signal(SIGPIPE, SIG_IGN);
    status = command_line_run(&cli, argc, argv);
    return stdout_close(status);
}
