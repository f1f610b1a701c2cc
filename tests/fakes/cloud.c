/* SPDX-License-Identifier: Apache-2.0
 *
 * A scripted cloud: see cloud.h.
 */
#include "cloud.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SERVER   "tests/fakes/cloud_server.py"
#define RECORDED "tests/data/openstack/zed.json"

static void __attribute__((noreturn)) child_run(int in, int out, const char *folder)
{
    dup2(in, 0);
    dup2(out, 1);
    if (*folder)
        execlp("python3", "python3", SERVER, "--tls", folder, RECORDED, (char *)NULL);
    else
        execlp("python3", "python3", SERVER, RECORDED, (char *)NULL);
    _exit(127);
}

/* The line that it answers with. */
static json_t *answer_read(struct fake_cloud *cloud)
{
    json_error_t why;
    json_t *answer = json_loadf(cloud->from, JSON_DISABLE_EOF_CHECK, &why);

    if (!answer)
        fail_msg("%s says nothing: %s", SERVER, why.text);
    fgetc(cloud->from); /* the end of the line, or the server may write it to nobody */
    return answer;
}

/* The last one that was freed: to start one takes longer than most tests. */
static struct fake_cloud *spare;

static void cloud_end(struct fake_cloud *cloud)
{
    fclose(cloud->to); /* which ends it */
    fclose(cloud->from);
    waitpid(cloud->pid, NULL, 0);
    free(cloud);
}

static void spare_end(void)
{
    if (spare)
        cloud_end(spare);
    spare = NULL;
}

static struct fake_cloud *cloud_start(bool tls)
{
    struct fake_cloud *cloud = calloc(1, sizeof *cloud);
    int in[2], out[2];
    json_t *answer;

    assert_non_null(cloud);
    if (tls) {
        snprintf(cloud->folder, sizeof cloud->folder, "/tmp/vmtp-cloud-XXXXXX");
        assert_non_null(mkdtemp(cloud->folder));
    }
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    cloud->pid = fork();
    assert_true(cloud->pid >= 0);
    if (cloud->pid == 0)
        child_run(in[0], out[1], cloud->folder);
    close(in[0]);
    close(out[1]);
    cloud->to = fdopen(in[1], "w");
    cloud->from = fdopen(out[0], "r");
    answer = answer_read(cloud);
    snprintf(cloud->url, sizeof cloud->url, "http%s://127.0.0.1:%d", tls ? "s" : "",
             (int)json_integer_value(json_object_get(answer, "port")));
    json_decref(answer);
    return cloud;
}

struct fake_cloud *fake_cloud_new(bool tls)
{
    static bool ends;
    struct fake_cloud *cloud = spare;

    if (!ends)
        ends = atexit(spare_end) == 0;
    if (tls || !spare)
        return cloud_start(tls);
    spare = NULL;
    fake_cloud_script(cloud, "[]");
    return cloud;
}

static void folder_remove(const char *folder)
{
    static const char *const names[] = { "ca.crt", "server.key" };
    char path[96];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

void fake_cloud_free(struct fake_cloud *cloud)
{
    if (!cloud)
        return;
    if (!*cloud->folder && !spare) {
        spare = cloud;
        return;
    }
    if (*cloud->folder)
        folder_remove(cloud->folder);
    cloud_end(cloud);
}

void fake_cloud_script(struct fake_cloud *cloud, const char *exchanges)
{
    char *text = strdup(exchanges);

    assert_non_null(text);
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p == '\n' ? ' ' : *p;
    fprintf(cloud->to, "{\"script\": %s}\n", text);
    fflush(cloud->to);
    free(text);
    json_decref(answer_read(cloud));
}

json_t *fake_cloud_log(struct fake_cloud *cloud)
{
    fprintf(cloud->to, "{\"log\": true}\n");
    fflush(cloud->to);
    return answer_read(cloud);
}

static bool is_of(const json_t *row, const char *request)
{
    const char *method = json_string_value(json_object_get(row, "method"));
    const char *path = json_string_value(json_object_get(row, "path"));
    size_t len = strlen(method), path_len = strcspn(path, "?");

    return strncmp(request, method, len) == 0 && request[len] == ' ' &&
           strlen(request + len + 1) == path_len && strncmp(request + len + 1, path, path_len) == 0;
}

size_t fake_cloud_count(struct fake_cloud *cloud, const char *request)
{
    json_t *log = fake_cloud_log(cloud), *row;
    size_t count = 0, i;

    json_array_foreach(log, i, row) count += is_of(row, request);
    json_decref(log);
    return count;
}

json_t *fake_cloud_request(struct fake_cloud *cloud, const char *request, size_t number)
{
    json_t *log = fake_cloud_log(cloud), *row, *found = NULL;
    size_t i;

    json_array_foreach(log, i, row) if (is_of(row, request) && number-- == 0) found =
        json_incref(row);
    json_decref(log);
    if (!found)
        fail_msg("nobody asked for %s", request);
    return found;
}

const char *fake_cloud_body(struct fake_cloud *cloud, const char *request)
{
    static char text[1024];
    json_t *row = fake_cloud_request(cloud, request, 0);
    char *dump = json_dumps(json_object_get(row, "body"), JSON_COMPACT | JSON_SORT_KEYS);

    snprintf(text, sizeof text, "%s", dump);
    free(dump);
    json_decref(row);
    return text;
}

const char *fake_cloud_header(struct fake_cloud *cloud, const char *request, size_t number,
                              const char *name)
{
    static char text[256];
    json_t *row = fake_cloud_request(cloud, request, number);
    const char *value = json_string_value(json_object_get(json_object_get(row, "headers"), name));

    snprintf(text, sizeof text, "%s", value ? value : "");
    json_decref(row);
    return text;
}
