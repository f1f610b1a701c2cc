/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any JSON as a document of VMTP: what comes out is a result document, each result has a key
 * of its own, and text can be made of it.
 */
#include "core/base/attr.h"
#include "core/classic/import.h"
#include "core/report/summary.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void results_check(const json_t *document)
{
    const json_t *results = json_object_get(document, "results"), *result;
    json_t *keys = json_object();
    size_t i;

    json_array_foreach(results, i, result)
    {
        const char *key = json_string_value(json_object_get(result, "key"));

        if (!key || json_object_get(keys, key) || !json_object_get(result, "metrics"))
            abort();
        json_object_set_new(keys, key, json_true());
    }
    json_decref(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL), *imported = NULL;
    struct buf text = BUF(16u << 20);
    struct vmtp_error err = { 0 };

    if (document && classic_import(document, &imported, &err) == 0) {
        results_check(imported);
        if (summary_format(imported, &(struct style){ .width = 100 }, &text) < 0)
            abort();
    }
    buf_clear(&text);
    json_decref(imported);
    json_decref(document);
    return 0;
}
