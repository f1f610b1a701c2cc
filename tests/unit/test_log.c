/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/log.h"

#include <stdio.h>
#include <string.h>

static char said[200];

static void keep(void *arg, enum vmtp_level level, const char *line)
{
    (void)arg;
    snprintf(said + strlen(said), sizeof said - strlen(said), "[%d %s]", (int)level, line);
}

static const struct log all = { .function = keep, .least = VMTP_DEBUG };
static const struct log usual = { .function = keep, .least = VMTP_INFO };

static void what_is_below_the_least_level_is_not_said(void **state)
{
    (void)state;
    said[0] = '\0';
    log_line(&usual, VMTP_DEBUG, "no");
    log_line(&usual, VMTP_INFO, "yes");
    log_line(NULL, VMTP_WARN, "no");
    assert_string_equal(said, "[2 yes]");
}

static void a_line_has_no_control_characters(void **state)
{
    (void)state;
    said[0] = '\0';
    log_line(&all, VMTP_INFO, "one\n\033[2Jtwo");
    log_text(&all, VMTP_DEBUG, "a: 1\nb: 2\n");
    assert_string_equal(said, "[2 one  [2Jtwo][1 a: 1][1 b: 2]");
}

static void a_level_that_there_is_not_is_a_warning(void **state)
{
    (void)state;
    said[0] = '\0';
    log_line(&all, (enum vmtp_level)7, "of a plugin");
    assert_string_equal(said, "[3 of a plugin]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_below_the_least_level_is_not_said),
        cmocka_unit_test(a_line_has_no_control_characters),
        cmocka_unit_test(a_level_that_there_is_not_is_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
