/* SPDX-License-Identifier: Apache-2.0
 *
 * Into the machines, and out again: see machine.h.
 */
#include "machine.h"

#include "../../common/clock.h"
#include "crew.h"

#include <ctype.h>
#include <stdatomic.h>

#define LOGIN_NS        (20 * NS_PER_S)    /* a machine that boots is slow at keys */
#define CONNECT_NS      (1500 * NS_PER_MS) /* one that has no address yet drops what comes */
#define BACK_OFF_NS     (300 * NS_PER_MS)
#define BACK_OFF_MAX_NS (2 * NS_PER_S)
#define TELL_NS         (30 * NS_PER_S) /* after which the person is told what is waited for */
#define EXTERNAL_NS     (60 * NS_PER_S) /* with the back-off of a server that has many guests */
#define LEAVE_NS        (20 * NS_PER_S)
#define CONSOLE_LINES   15
#define CONSOLE_BYTES   320

struct entering {
    struct vmtp_self *self;
    struct os_client *client;
    struct os_access *access;
    struct os_machine *machines;
    size_t count;
    uint64_t begin_ns, deadline_ns;
    atomic_size_t inside;
    atomic_bool failed; /* one of them: the others need not go on */
};

static bool said(const char *text)
{
    return text && *text;
}

/* ---- whom to log in to ---- */

static void server_aim(const struct os_options *opt, struct os_access *access,
                       struct os_machine *machine)
{
    struct ssh_target *target = &machine->target;
    const char *address = said(machine->floating.address) ? machine->floating.address
                          : said(machine->port.ip4)       ? machine->port.ip4
                                                          : machine->port.ip6;

    snprintf(target->spec.host, sizeof target->spec.host, "%s", address);
    target->trust = &access->fresh;
    target->jump = machine->jump ? &machine->jump->target : NULL;
    target->connect_ns = CONNECT_NS;
    machine->wish = (struct ssh_wish){ .user = opt->user, .own = access->own_key, .key = opt->key };
}

static int external_aim(const struct os_options *opt, struct os_access *access,
                        struct os_machine *machine, struct vmtp_error *err)
{
    struct ssh_target *target = &machine->target;

    if (ssh_spec_parse(said(opt->external_host) ? opt->external_host : "", &target->spec, err) < 0)
        return vmtp_wrap(err, "external-host");
    target->trust = &access->strict;
    machine->wish = (struct ssh_wish){ .user = target->spec.user,
                                       .password = opt->external_password,
                                       .key = opt->external_key };
    return 0;
}

static int machine_aim(struct vmtp_self *self, struct os_access *access, struct os_machine *machine,
                       struct vmtp_error *err)
{
    const struct os_options *opt = self->opt;
    int r = 0;

    if (machine->plan)
        server_aim(opt, access, machine);
    else
        r = external_aim(opt, access, machine, err);
    if (r < 0)
        return r;
    if (!machine->target.spec.port)
        machine->target.spec.port = 22;
    machine->target.timeout_ns = LOGIN_NS;
    snprintf(machine->location, sizeof machine->location, "%s%s%s", machine->server.zone,
             said(machine->server.host) ? ":" : "", machine->server.host);
    return ssh_keyring_find(access->keyring, &machine->wish, &machine->target.credentials, err);
}

/* ---- what the console said ---- */

/* Behind an escape sequence of a terminal. */
static const char *escape_skip(const char *text)
{
    if (*text == '[')
        text += 1 + strspn(text + 1, "0123456789;?=");
    else if (*text == '(' || *text == ')')
        text++;
    return *text ? text + 1 : text;
}

/* The end of a console's text in one line, without what only a terminal understands. */
static void console_clean(const char *text, char *ret, size_t len)
{
    char clean[8192];
    size_t used = 0, from, whole = strlen(text);

    if (whole > sizeof clean / 4) /* each newline makes three bytes */
        text += whole - sizeof clean / 4;
    while (*text && used + 4 < sizeof clean) {
        unsigned char c = (unsigned char)*text++;

        if (c == '\033')
            text = escape_skip(text);
        else if (c == '\n' && used && clean[used - 1] != ' ')
            used += (size_t)snprintf(clean + used, sizeof clean - used, " | ");
        else if (c >= ' ' && c != 0x7f && (c != ' ' || (used && clean[used - 1] != ' ')))
            clean[used++] = (char)c;
    }
    while (used && (clean[used - 1] == ' ' || clean[used - 1] == '|'))
        used--;
    clean[used] = '\0';
    from = used >= len ? used - len + 1 : 0;
    while ((clean[from] & 0xc0) == 0x80) /* not in the middle of a character */
        from++;
    memcpy(ret, clean + from, used - from + 1);
}

/* At best: "" where there is none. */
static void console_ask(struct os_client *client, const char *server, char *ret, size_t len)
{
    json_t *answer = NULL;
    const char *text = NULL;

    ret[0] = '\0';
    if (os_post(client, OS_COMPUTE,
                json_pack("{s:{s:i}}", "os-getConsoleOutput", "length", CONSOLE_LINES), &answer,
                NULL, "/servers/%s/action", server) == 0)
        text = json_string_value(json_object_get(answer, "output"));
    if (text)
        console_clean(text, ret, len);
    json_decref(answer);
}

/* ---- in ---- */

static int place_enter(struct entering *entering, struct os_machine *machine,
                       struct vmtp_error *err)
{
    struct ssh_patience patience = { entering->deadline_ns,
                                     entering->self->host->cancel_fd(entering->self) };
    struct ssh_patience none = { 0, -1 };
    int r = ssh_place_begin(&machine->place, entering->access->loop, &machine->target, err);

    if (r == 0)
        r = ssh_place_await(&machine->place, &patience, err);
    if (r < 0)
        ssh_place_end(&machine->place, &none, NULL);
    return r;
}

/* The last reason, the one that was told and when, and whether that was aloud: to everybody. */
struct telling {
    char reason[400], told[400];
    uint64_t told_ns;
    bool aloud;
};

/* The person hears of it once it takes long, and now and then of what is new when he wants to. */
static void server_tell(struct entering *entering, const struct os_machine *machine,
                        const char *reason, struct telling *telling)
{
    uint64_t now_ns = clock_now_ns();
    bool aloud = !telling->aloud && now_ns >= entering->begin_ns + TELL_NS;

    snprintf(telling->reason, sizeof telling->reason, "%.399s", reason);
    if (!aloud &&
        (strcmp(telling->told, telling->reason) == 0 || now_ns < telling->told_ns + TELL_NS / 10))
        return;
    vmtp_log(entering->self, aloud ? VMTP_INFO : VMTP_DEBUG, "%s (%s) lets nobody in yet: %s",
             machine->name, machine->target.spec.host, reason);
    memcpy(telling->told, telling->reason, sizeof telling->told);
    telling->told_ns = now_ns;
    telling->aloud = telling->aloud || aloud;
}

/* At the deadline the reason before is the better one. */
static int server_give_up(struct entering *entering, const struct os_machine *machine,
                          const struct vmtp_error *why, const struct telling *telling,
                          struct vmtp_error *err)
{
    char console[CONSOLE_BYTES];
    uint64_t now_ns = clock_now_ns();
    bool late = why->code == -ETIMEDOUT && now_ns >= entering->deadline_ns && *telling->reason;

    if (why->code == -ECANCELED || why->code == -ENOMEM)
        return vmtp_fail(err, why->code, "%s", why->text);
    console_ask(entering->client, machine->server.id, console, sizeof console);
    return vmtp_fail(err, -ETIMEDOUT, "no login within %.0f s: %.400s%s%s",
                     (double)(now_ns - entering->begin_ns) / (double)NS_PER_S,
                     late ? telling->reason : why->text, *console ? "; its console ends: " : "",
                     console);
}

/* A server that boots answers nothing, refuses, resets, does not know the key yet, says that
 * logging in is not allowed yet, starts its sshd anew: none of it means that it will not be there.
 */
static int server_enter(struct entering *entering, struct os_machine *machine,
                        struct vmtp_error *err)
{
    struct vmtp_self *self = entering->self;
    uint64_t wait_ns = BACK_OFF_NS, again_ns;
    struct telling telling = { 0 };

    for (;;) {
        struct vmtp_error why = { 0 };
        uint64_t begin_ns = clock_now_ns();
        int r = place_enter(entering, machine, &why);

        if (r == 0)
            return 0;
        again_ns = begin_ns + wait_ns > clock_now_ns() ? begin_ns + wait_ns : clock_now_ns();
        if (r == -ECANCELED || r == -ENOMEM || again_ns >= entering->deadline_ns ||
            atomic_load(&entering->failed))
            return server_give_up(entering, machine, &why, &telling, err);
        server_tell(entering, machine, why.text, &telling);
        if (self->host->pause(self, again_ns) == -ECANCELED)
            return vmtp_fail(err, -ECANCELED, "interrupted");
        wait_ns = wait_ns * 3 / 2 < BACK_OFF_MAX_NS ? wait_ns * 3 / 2 : BACK_OFF_MAX_NS;
    }
}

static int machine_enter(void *arg, size_t i, struct vmtp_error *err)
{
    struct entering *entering = arg;
    struct os_machine *machine = &entering->machines[i];
    struct vmtp_self *self = entering->self;
    int r;

    if (!machine->plan)
        return 0; /* it was the first */
    r = server_enter(entering, machine, err);
    if (r < 0) {
        atomic_store(&entering->failed, true);
        return vmtp_wrap(err, "%s (%s)", machine->name, machine->target.spec.host);
    }
    self->host->progress(
        self, (double)(atomic_fetch_add(&entering->inside, 1) + 1) / (double)entering->count,
        "logging in");
    vmtp_debug(self, "%s is a %s at %s, reached at %s", machine->name, machine->place.machine,
               said(machine->location) ? machine->location : "a place that is not told",
               machine->target.spec.host);
    return 0;
}

static uint64_t deadline_of(struct vmtp_self *self, uint64_t limit_ns)
{
    uint64_t deadline_ns = clock_now_ns() + limit_ns, step_ns = self->host->deadline_ns(self);

    return step_ns && step_ns < deadline_ns ? step_ns : deadline_ns;
}

int external_enter(struct vmtp_self *self, struct os_access *access, struct os_machine *machine,
                   struct vmtp_error *err)
{
    struct entering entering = { .self = self,
                                 .access = access,
                                 .deadline_ns = deadline_of(self, EXTERNAL_NS) };
    int r = machine_aim(self, access, machine, err);

    if (r == 0)
        r = place_enter(&entering, machine, err);
    if (r < 0 && *machine->target.spec.host)
        return vmtp_wrap(err, "%s (%s)", machine->name, machine->target.spec.host);
    return r < 0 ? vmtp_wrap(err, "%s", machine->name) : 0;
}

int machines_enter(struct vmtp_self *self, struct os_client *client, struct os_access *access,
                   struct os_machine *machines, size_t count, struct vmtp_error *err)
{
    const struct os_options *opt = self->opt;
    struct entering entering = { .self = self,
                                 .client = client,
                                 .access = access,
                                 .machines = machines,
                                 .count = count,
                                 .begin_ns = clock_now_ns(),
                                 .deadline_ns = deadline_of(self, opt->ssh_timeout_ns) };
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        if (machines[i].plan)
            r = machine_aim(self, access, &machines[i], err);
        if (r < 0)
            return vmtp_wrap(err, "%s", machines[i].name);
    }
    r = crew_run(count, machine_enter, &entering, err);
    atomic_store(&access->fresh.held, true);
    return r;
}

/* ---- out ---- */

void machines_leave(struct vmtp_self *self, struct os_machine *machines, size_t count)
{
    struct ssh_patience patience = { clock_now_ns() + LEAVE_NS, self->host->cancel_fd(self) };
    struct ssh_patience none = { 0, -1 };

    for (size_t i = 0; i < count; i++)
        if (machines[i].place.keeper)
            ssh_place_release(&machines[i].place);
    for (size_t i = 0; i < count; i++) {
        const struct ssh_patience *its = machines[i].plan ? &none : &patience;
        struct vmtp_error why = { 0 };

        if (machines[i].place.keeper && ssh_place_end(&machines[i].place, its, &why) < 0 &&
            !machines[i].plan)
            vmtp_warn(self, "%s: clean-up: %s", machines[i].name, why.text);
    }
}
