/* SPDX-License-Identifier: Apache-2.0 */
#include "sshd.h"

#include "../../plugins/common/clock.h"
#include "../../plugins/common/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"

int fake_listener(int backlog, uint16_t *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

int fake_connected(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

const char *fake_sshd_path(const struct fake_sshd *sshd, const char *name)
{
    static _Thread_local char text[4][128];
    static _Thread_local unsigned int turn;
    char *ret = text[turn++ % 4];

    snprintf(ret, sizeof text[0], "%s/%s", sshd->folder, name);
    return ret;
}

static void fds_close(struct vmtp_channel *channel)
{
    close(channel->in);
    close(channel->out);
    close(channel->err);
}

void fake_sshd_key(const struct fake_sshd *sshd, const char *name)
{
    const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N",
                                 "",           "-C", "",   "-f",      fake_sshd_path(sshd, name),
                                 NULL };
    struct process_spec spec = { .argv = argv };
    struct vmtp_channel channel = { .size = sizeof channel };
    struct pollfd ended = { .events = POLLIN };

    assert_int_equal(process_start(&spec, &channel, NULL), 0);
    fds_close(&channel);
    ended.fd = channel.ended;
    assert_int_equal(poll(&ended, 1, 10000), 1);
    assert_int_equal(process_reap(&channel), 0);
}

void fake_sshd_allow(const struct fake_sshd *sshd, const char *line)
{
    FILE *file = fopen(fake_sshd_path(sshd, "user.pub"), "we");

    assert_non_null(file);
    fprintf(file, "%s\n", line);
    fclose(file);
}

/* Its own home: the user's may have a .bashrc that takes a second for each command. */
static void config_write(const struct fake_sshd *sshd, const char *host_key)
{
    FILE *file = fopen(fake_sshd_path(sshd, "config"), "we");

    assert_non_null(file);
    fprintf(file,
            "ListenAddress 127.0.0.1\nPort %u\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\n"
            "UsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nPidFile none\n"
            "SetEnv HOME=%s\n",
            sshd->port, fake_sshd_path(sshd, host_key), fake_sshd_path(sshd, "user.pub"),
            sshd->folder);
    fclose(file);
}

void fake_sshd_start(struct fake_sshd *sshd, const char *host_key)
{
    const char *const argv[] = { SSHD, "-D", "-e", "-f", fake_sshd_path(sshd, "config"), NULL };
    struct process_spec spec = { .argv = argv };
    uint64_t deadline_ns = clock_now_ns() + 10 * NS_PER_S;
    int fd = -1;

    config_write(sshd, host_key);
    sshd->process.size = sizeof sshd->process;
    assert_int_equal(process_start(&spec, &sshd->process, NULL), 0);
    while (fd < 0 && clock_now_ns() < deadline_ns) {
        fd = fake_connected(sshd->port);
        poll(NULL, 0, 10);
    }
    assert_true(fd >= 0);
    close(fd);
}

void fake_sshd_stop(struct fake_sshd *sshd)
{
    if (!sshd->process.priv)
        return;
    process_signal(&sshd->process, SIGTERM);
    process_reap(&sshd->process);
    fds_close(&sshd->process);
    sshd->process = (struct vmtp_channel){ 0 };
}

struct fake_sshd *fake_sshd_new(void)
{
    const struct passwd *user = getpwuid(geteuid());
    struct fake_sshd *sshd = access(SSHD, X_OK) == 0 ? calloc(1, sizeof *sshd) : NULL;

    if (!sshd)
        return NULL;
    sshd->user = user ? user->pw_name : "root";
    snprintf(sshd->folder, sizeof sshd->folder, "/tmp/vmtp-test-XXXXXX");
    assert_non_null(mkdtemp(sshd->folder));
    fake_sshd_key(sshd, "host");
    fake_sshd_key(sshd, "user");
    mkdir("/run/sshd", 0755);
    close(fake_listener(1, &sshd->port));
    return sshd;
}

void fake_sshd_free(struct fake_sshd *sshd)
{
    DIR *folder = sshd ? opendir(sshd->folder) : NULL;

    if (!sshd)
        return;
    fake_sshd_stop(sshd);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(sshd->folder);
    free(sshd);
}
