/* SPDX-License-Identifier: Apache-2.0 */
#include "fitness_check.h"

#include <math.h>
#include <stdarg.h>

void found(struct finding *finding, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(finding->value, sizeof finding->value, fmt, ap);
    va_end(ap);
}

static void worsen(struct finding *finding, uint32_t uses, enum grade grade)
{
    for (int i = 0; i < USES; i++)
        if (uses & finding->uses & 1u << i && finding->grades[i] < grade)
            finding->grades[i] = grade;
}

void blame(struct finding *finding, uint32_t uses, enum grade grade, const char *fmt, ...)
{
    va_list ap;

    worsen(finding, uses, grade);
    if (grade <= finding->worst || !(uses & finding->uses))
        return;
    finding->worst = grade;
    finding->mend[0] = '\0';
    va_start(ap, fmt);
    vsnprintf(finding->why, sizeof finding->why, fmt, ap);
    va_end(ap);
}

void mend(struct finding *finding, const char *fmt, ...)
{
    va_list ap;

    if (finding->mend[0] || finding->worst <= GRADE_UNKNOWN)
        return;
    va_start(ap, fmt);
    vsnprintf(finding->mend, sizeof finding->mend, fmt, ap);
    va_end(ap);
}

void unknown(struct finding *finding, const char *fmt, ...)
{
    va_list ap;

    found(finding, "unknown");
    worsen(finding, finding->uses, GRADE_UNKNOWN);
    finding->worst = GRADE_UNKNOWN;
    va_start(ap, fmt);
    vsnprintf(finding->why, sizeof finding->why, fmt, ap);
    va_end(ap);
}

double number_at(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    double number = json_is_number(value) ? json_number_value(value) : NAN;

    return isfinite(number) ? number : NAN;
}

const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

int flag_at(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_boolean(value) ? json_is_true(value) : -1;
}

double word_number(const char *text, int place)
{
    double value = NAN;
    char *end;

    for (int i = 0; i <= place; i++, text = end) {
        value = strtod(text, &end);
        if (end == text || !isfinite(value))
            return NAN;
    }
    return value;
}

double watched_at(const struct subject *subject, const char *metric, const char *field)
{
    return number_at(json_object_get(subject->watched, metric), field);
}

int is_virtual(const struct subject *subject)
{
    const char *name = text_at(subject->facts, "virtualisation");

    return !*name ? -1 : strcmp(name, "none") != 0;
}

bool is_openstack(const struct subject *subject)
{
    static const char *const others[] = { "Amazon", "Google", "Microsoft", "VMware", "Xen" };
    const char *name = text_at(subject->facts, "virtualisation");
    const char *platform = text_at(subject->facts, "platform");

    if (strcmp(name, "kvm") != 0 && strcmp(name, "qemu") != 0)
        return strstr(platform, "OpenStack") != NULL;
    for (size_t i = 0; i < COUNT(others); i++)
        if (strstr(platform, others[i]))
            return false;
    return true;
}

bool is_word(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len < 32 && *text != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

const char *nic_name(const struct subject *subject)
{
    const char *name = text_at(subject->nic, "name");

    return is_word(name) ? name : "IFACE";
}

bool is_loopback(const struct subject *subject)
{
    return strcmp(text_at(subject->nic, "name"), "lo") == 0;
}

const char *installer(const struct subject *subject)
{
    static const struct {
        const char *id, *command;
    } installers[] = {
        { "alpine", "apk add" },      { "arch", "pacman -S" },     { "opensuse", "zypper install" },
        { "sles", "zypper install" }, { "fedora", "dnf install" }, { "rhel", "dnf install" },
        { "centos", "dnf install" },  { "rocky", "dnf install" },  { "almalinux", "dnf install" },
        { "ol", "dnf install" },      { "amzn", "dnf install" },
    };
    const char *id = text_at(json_object_get(subject->facts, "os"), "id");

    for (size_t i = 0; i < COUNT(installers); i++)
        if (strncmp(id, installers[i].id, strlen(installers[i].id)) == 0)
            return installers[i].command;
    return "apt install";
}
