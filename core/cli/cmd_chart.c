/* SPDX-License-Identifier: Apache-2.0 */
#include "../base/fd.h"
#include "../chart/chart.h"
#include "cli.h"
#include "reading.h"

#include <errno.h>
#include <getopt.h>

#define PAGE_MAX (64u << 20)

/* What was asked for on either command line. */
struct wanted {
    const char *page; /* NULL: stdout */
    enum transport transport;
    bool browser, version;
};

static int transport_read(const char *text, enum transport *ret)
{
    static const char *const names[] = { "all", "tcp", "udp" };

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(names[i], text) == 0) {
            *ret = (enum transport)i;
            return 0;
        }
    fprintf(stderr, "vmtp: -p: '%.40s' is none of all, tcp, udp\n", text);
    return -EINVAL;
}

/* vmtp_genchart has -c for -o. */
static int arguments_read(struct cli *cli, struct wanted *ret)
{
    static const struct option options[] = {
        { "output", required_argument, NULL, 'o' }, { "chart", required_argument, NULL, 'c' },
        { "browser", no_argument, NULL, 'b' },      { "protocol", required_argument, NULL, 'p' },
        { "version", no_argument, NULL, 'v' },      { 0 },
    };
    int option;

    while ((option = getopt_long(cli->argc, cli->argv, "o:c:bp:v", options, NULL)) != -1) {
        if (option == 'o' || option == 'c')
            ret->page = optarg;
        else if (option == 'b')
            ret->browser = true;
        else if (option == 'v')
            ret->version = true;
        else if (option != 'p' || transport_read(optarg, &ret->transport) < 0)
            return option == 'p' ? EXIT_USAGE : cli_usage(cli);
    }
    return EXIT_PASS;
}

/* The page as text; what is read lives no longer. */
static int page_make(char **files, size_t count, enum transport transport, struct buf *ret,
                     struct vmtp_error *err)
{
    _cleanup_(reading_clear) struct reading reading = { 0 };
    _free_ struct paper *list = NULL;
    struct papers papers = { .transport = transport };
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++)
        r = reading_add(&reading, files[i], err);
    if (r < 0)
        return r;
    list = calloc(reading.count + 1, sizeof *list);
    if (!list)
        return vmtp_fail(err, -ENOMEM, "page: out of memory");
    for (size_t i = 0; i < reading.count; i++)
        list[i] = (struct paper){ reading.documents[i], reading.names[i] };
    papers.list = list;
    papers.count = reading.count;
    return charts_format(&papers, ret, err);
}

/* $BROWSER or what the desktop has, in the place of this process. */
static int browser_open(const char *page, struct vmtp_error *err)
{
    const char *wanted = getenv("BROWSER"), *browser = wanted && *wanted ? wanted : "xdg-open";
    _free_ char *path = realpath(page, NULL);

    if (!path)
        return vmtp_fail(err, -errno, "%s: %s", page, strerror(errno));
    execlp(browser, browser, path, (char *)NULL);
    return vmtp_fail(err, -errno, "%.80s: %s; open %s yourself", browser, strerror(errno), page);
}

int cmd_chart(struct cli *cli)
{
    _cleanup_(buf_clear) struct buf page = BUF(PAGE_MAX);
    struct wanted wanted = { 0 };
    struct vmtp_error err = { 0 };
    int status = arguments_read(cli, &wanted);

    if (status != EXIT_PASS)
        return status;
    if (wanted.version) {
        printf("%s\n", VMTP_VERSION);
        return EXIT_PASS;
    }
    if (optind == cli->argc || (!wanted.page && (wanted.browser || isatty(STDOUT_FILENO))))
        return cli_usage(cli);
    if (page_make(cli->argv + optind, (size_t)(cli->argc - optind), wanted.transport, &page, &err) <
        0)
        return cli_error(cli, EXIT_USAGE, &err);
    if (!wanted.page)
        return fwrite(page.data, 1, page.len, stdout) == page.len ? EXIT_PASS : EXIT_INFRA;
    if (file_store(wanted.page, page.data, page.len, 0644, &err) < 0 ||
        (wanted.browser && browser_open(wanted.page, &err) < 0))
        return cli_error(cli, EXIT_INFRA, &err);
    return EXIT_PASS;
}
