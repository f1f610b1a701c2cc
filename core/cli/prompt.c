/* SPDX-License-Identifier: Apache-2.0 */
#include "prompt.h"

#include "../base/clock.h"
#include "../base/fd.h"
#include "cli.h"

#include <fcntl.h>
#include <termios.h>

#define ANSWER_NS (10 * 60 * NS_PER_S)
#define INTERRUPT '\x03'
#define END       '\x04'
#define KILL_LINE '\x15'
#define DELETE    '\x7f'

/* The next character: 1; 0: there will be none. */
static int key_read(int fd, int cancel_fd, uint64_t deadline_ns, char *ret)
{
    struct pollfd poll = { .fd = fd, .events = POLLIN };
    int r = fd_poll(&poll, 1, deadline_ns, cancel_fd);

    if (r <= 0)
        return r < 0 ? r : -ETIMEDOUT;
    return read(fd, ret, 1) == 1;
}

/* The terminal edits nothing for us while it does not echo. */
static int line_read(int fd, int cancel_fd, char *ret, size_t len)
{
    uint64_t deadline_ns = clock_now_ns() + ANSWER_NS;
    size_t used = 0;
    char c = 0;
    int r;

    while ((r = key_read(fd, cancel_fd, deadline_ns, &c)) > 0 && c != '\n' && c != '\r' &&
           c != END) {
        if (c == INTERRUPT)
            return -EINTR;
        if (c == DELETE || c == '\b')
            used -= used > 0;
        else if (c == KILL_LINE)
            used = 0;
        else if (used + 1 < len)
            ret[used++] = c;
        else
            return -E2BIG;
    }
    ret[used] = '\0';
    return r > 0 ? 0 : r < 0 ? r : -EIO;
}

/* ^C is read as an answer, so that the terminal is put right again after it. */
static int silent_read(int fd, int cancel_fd, char *ret, size_t len)
{
    struct termios before, silent;
    int r;

    if (tcgetattr(fd, &before) < 0)
        return -errno;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG | ICANON);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSAFLUSH, &silent) < 0)
        return -errno;
    r = line_read(fd, cancel_fd, ret, len);
    tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
    return r;
}

static int terminal_ask(void *arg, const char *what, int cancel_fd, char *ret, size_t len,
                        struct vmtp_error *err)
{
    _close_ int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    int r;

    (void)arg;
    if (fd < 0)
        return vmtp_fail(err, -ENXIO,
                         "there is no terminal to ask for it: write {env: NAME} or {file: PATH}");
    dprintf(fd, "%svmtp: %s: ", cli_line_clear(), what);
    r = silent_read(fd, cancel_fd, ret, len);
    return r < 0 ? vmtp_fail(err, r, "asking for it: %s", strerror(-r)) : 0;
}

const struct prompt terminal_prompt = { .ask = terminal_ask };
