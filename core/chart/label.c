/* SPDX-License-Identifier: Apache-2.0 */
#include "label.h"

#define WHERE_MAX 60 /* columns */

void label_where(struct page *page, const json_t *result)
{
    const char *path = json_text(result, "path"), *placement = json_text(result, "placement");
    const char *where = *path ? path : cell_where(&page->cells, result);

    markup_cut(&page->body, where ? where : "", WHERE_MAX);
    if (*path && *placement) {
        markup_add(&page->body, " <small>");
        markup_cut(&page->body, placement, WHERE_MAX);
        markup_add(&page->body, "</small>");
    }
}

static bool is_telling(const char *label)
{
    static const char *const others[] = { "path", "placement", "from", "to", "pair" };

    for (size_t i = 0; i < COUNT(others); i++)
        if (strcmp(others[i], label) == 0)
            return false;
    return true;
}

/* Numbers alone would say nothing. */
const char *label_text(struct page *page, const json_t *result)
{
    _cleanup_(buf_clear) struct buf text = BUF(1024);
    const json_t *labels = json_object_get(result, "labels");
    const char *name;
    json_t *label;
    int r = 0;

    json_object_foreach((json_t *)labels, name, label)
    {
        const char *value = json_string_value(label);
        bool number = value && (*value == '-' || (*value >= '0' && *value <= '9'));

        if (value && is_telling(name) && r == 0)
            r = buf_printf(&text, "%s%s%s%s", text.len ? ", " : "", number ? name : "",
                           number ? " " : "", value);
    }
    return cell_keep(&page->cells, buf_text(&text));
}
