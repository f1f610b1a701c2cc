/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "../../common/clock.h"

#define ANSWER_MS 30000 /* for one answer of a server that is there */

static bool given(const char *text)
{
    return text && *text;
}

static int host_check(const struct mongodb_options *opt, struct vmtp_error *err)
{
    if (given(opt->uri) && given(opt->host))
        return vmtp_fail(err, -EINVAL, "give either uri or host");
    if (!given(opt->uri) && !opt->port)
        return vmtp_fail(err, -EINVAL, "port 0 is none that a server can have");
    return 0;
}

static int names_check(const struct mongodb_options *opt, struct vmtp_error *err)
{
    if (!given(opt->database) || strlen(opt->database) > 63 ||
        strpbrk(opt->database, "/\\. \"$*<>:|?"))
        return vmtp_fail(err, -EINVAL, "database '%.40s' is no name that MongoDB takes",
                         opt->database ? opt->database : "");
    if (!given(opt->collection) || strchr(opt->collection, '$') || strchr(opt->samples, '$'))
        return vmtp_fail(err, -EINVAL, "a collection has a name without '$'");
    if (strcmp(opt->collection, opt->samples) == 0)
        return vmtp_fail(err, -EINVAL, "results and samples can't share the collection '%.40s'",
                         opt->samples);
    return 0;
}

int mongodb_check(const struct mongodb_options *opt, struct vmtp_error *err)
{
    int r = host_check(opt, err);

    if (r == 0)
        r = names_check(opt, err);
    if (r == 0 && given(opt->password) && !given(opt->username))
        return vmtp_fail(err, -EINVAL, "a password needs a username");
    if (r == 0 && given(opt->tls_ca_file) && !given(opt->uri) && !opt->tls)
        return vmtp_fail(err, -EINVAL, "tls-ca-file needs tls: true");
    return r;
}

static mongoc_uri_t *uri_new(const struct mongodb_options *opt)
{
    const char *name = given(opt->host) ? opt->host : "localhost";
    char host[300];

    if (given(opt->uri))
        return mongoc_uri_new(opt->uri);
    snprintf(host, sizeof host, strchr(name, ':') ? "[%.255s]" : "%.255s", name);
    return mongoc_uri_new_for_host_port(host, (uint16_t)opt->port);
}

/* libmongoc would take these for itself, but its connections are made here (link.h). */
static const char *unknown_option(const mongoc_uri_t *uri)
{
    static const char *const names[] = { MONGOC_URI_TLSDISABLECERTIFICATEREVOCATIONCHECK,
                                         MONGOC_URI_TLSDISABLEOCSPENDPOINTCHECK };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (mongoc_uri_get_option_as_bool(uri, names[i], false))
            return names[i];
    return NULL;
}

static bool login_set(mongoc_uri_t *uri, const struct mongodb_options *opt)
{
    return (!given(opt->username) || mongoc_uri_set_username(uri, opt->username)) &&
           (!given(opt->password) || mongoc_uri_set_password(uri, opt->password)) &&
           (!given(opt->auth_source) || mongoc_uri_set_auth_source(uri, opt->auth_source));
}

static bool tls_set(mongoc_uri_t *uri, const struct mongodb_options *opt)
{
    return (!opt->tls || mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLS, true)) &&
           (!given(opt->tls_ca_file) ||
            mongoc_uri_set_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, opt->tls_ca_file));
}

/* What the URI says itself holds. */
static bool wait_set(mongoc_uri_t *uri, const char *name, int32_t ms)
{
    return mongoc_uri_has_option(uri, name) || mongoc_uri_set_option_as_int32(uri, name, ms);
}

/* Once for the process, however often it is called: libmongoc can't be used again after its
 * clean-up, so it gets none, and the plugin stays mapped.  It would write what it thinks of
 * servers, and of options with their values, to stderr. */
static void library_prepare(void)
{
    mongoc_init();
    mongoc_log_set_handler(NULL, NULL);
}

int mongodb_address(const struct mongodb_options *opt, mongoc_uri_t **ret, struct vmtp_error *err)
{
    int32_t ms = (int32_t)(opt->timeout_ns / NS_PER_MS);
    const char *unknown;
    mongoc_uri_t *uri;

    library_prepare();
    uri = uri_new(opt);
    if (!uri)
        return vmtp_fail(err, -EINVAL,
                         "%s can't be read: mongodb://[user:password@]host[:port][/?option=value], "
                         "what is special in user and password as %%40 and the like",
                         given(opt->uri) ? "uri" : "host");
    unknown = unknown_option(uri);
    if (unknown || !login_set(uri, opt) || !tls_set(uri, opt) ||
        !wait_set(uri, MONGOC_URI_CONNECTTIMEOUTMS, ms) ||
        !wait_set(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, ms) ||
        !wait_set(uri, MONGOC_URI_SOCKETTIMEOUTMS, ANSWER_MS)) {
        mongoc_uri_destroy(uri);
        return unknown ? vmtp_fail(err, -ENOTSUP, "vmtp knows no %s: leave it out", unknown)
                       : vmtp_fail(err, -EINVAL, "user, password or a file's name is no UTF-8");
    }
    *ret = uri;
    return 0;
}
