/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "../base/sha256.h"

#include <errno.h>

#define PAGE_MAX (16u << 20)

static const struct style html = { .utf8 = true };

int page_init(struct page *page)
{
    *page = (struct page){ .body = MARKUP(PAGE_MAX), .navigation = MARKUP(PAGE_MAX) };
    page->cells = (struct table){ .arena = arena_new(), .style = &html };
    return page->cells.arena ? 0 : -ENOMEM;
}

void page_clear(struct page *page)
{
    markup_clear(&page->body);
    markup_clear(&page->navigation);
    arena_free(page->cells.arena);
    page->cells.arena = NULL;
}

static void section_end(struct page *page)
{
    if (page->in_section)
        markup_add(&page->body, "</section>\n");
    page->in_section = false;
}

void page_section(struct page *page, const char *id, const char *title, const char *lead)
{
    section_end(page);
    page->in_section = true;
    markup_add(&page->body, "\n<section id=\"%s\">\n", id);
    if (title) {
        markup_add(&page->navigation, "<a href=\"#%s\">%s</a>\n", id, title);
        markup_add(&page->body, "<h2>%s</h2>\n", title);
    }
    if (lead)
        markup_add(&page->body, "<p class=\"lead\">%s</p>\n", lead);
}

void page_heading(struct page *page, const char *text)
{
    markup_add(&page->body, "<h3>");
    markup_cut(&page->body, text, 120);
    markup_add(&page->body, "</h3>\n");
}

void page_fold_begin(struct page *page, const char *text)
{
    markup_add(&page->body, "<details><summary class=\"heading\">");
    markup_cut(&page->body, text, 120);
    markup_add(&page->body, "</summary>\n");
}

void page_fold_end(struct page *page)
{
    markup_add(&page->body, "</details>\n");
}

void page_sheet_begin(struct page *page, const char *label, const char *class)
{
    markup_add(&page->body,
               "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
               "<table class=\"%s\">\n",
               label, class);
}

void page_sheet_end(struct page *page)
{
    markup_add(&page->body, "</table></div>\n");
}

void page_table_begin(struct page *page, const char *caption)
{
    markup_add(&page->body, "<details><summary>%s</summary>\n", caption);
    page_sheet_begin(page, caption, "");
}

void page_table_end(struct page *page)
{
    page_sheet_end(page);
    markup_add(&page->body, "</details>\n");
}

/* ---- the whole ---- */

static unsigned hex_value(char digit)
{
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* The source of a policy that allows this text and no other: 'sha256-' and base64. */
static void source_add(struct markup *markup, const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[65], base64[45] = "";

    sha256_hex(text, strlen(text), hex);
    for (size_t i = 0; i < 43; i++) { /* 256 bits, six at a time: the digits have four each */
        unsigned bits = 0;

        for (size_t digit = i * 3 / 2; digit < i * 3 / 2 + 2; digit++)
            bits = bits << 4 | (digit < 64 ? hex_value(hex[digit]) : 0);
        base64[i] = letters[(i % 2 ? bits : bits >> 2) & 63];
    }
    base64[43] = '=';
    markup_add(markup, "'sha256-%s'", base64);
}

static void head_add(struct markup *markup, const char *title)
{
    markup_add(markup, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\""
                       "default-src 'none'; style-src ");
    source_add(markup, chart_style);
    markup_add(markup, "; script-src ");
    source_add(markup, chart_script);
    markup_add(markup,
               "; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n"
               "<meta name=\"generator\" content=\"vmtp %s\">\n<title>",
               VMTP_VERSION);
    markup_cut(markup, title, 80);
    markup_add(markup, "</title>\n<style>");
}

/* Style and script are ours and stand as they are: what is hashed is what is there. */
static int asset_add(struct markup *markup, const char *asset)
{
    return markup->status == 0 ? buf_add_text(&markup->text, asset) : markup->status;
}

int page_finish(struct page *page, const char *title, struct buf *ret, struct vmtp_error *err)
{
    _cleanup_(markup_clear) struct markup whole = MARKUP(2 * PAGE_MAX);

    section_end(page);
    head_add(&whole, title);
    markup_fail(&whole, asset_add(&whole, chart_style));
    markup_add(&whole, "</style>\n</head>\n<body>\n<header>\n<nav aria-label=\"Sections\">\n");
    markup_copy(&whole, &page->navigation);
    markup_add(&whole, "</nav>\n</header>\n<main>\n");
    markup_copy(&whole, &page->body);
    markup_add(&whole, "</main>\n<footer>vmtp %s</footer>\n<script>", VMTP_VERSION);
    markup_fail(&whole, asset_add(&whole, chart_script));
    markup_add(&whole, "</script>\n</body>\n</html>\n");
    if (page->cells.failed || whole.status == -ENOMEM)
        return vmtp_fail(err, -ENOMEM, "page: out of memory");
    if (whole.status < 0 || buf_add(ret, whole.text.data, whole.text.len) < 0)
        return vmtp_fail(err, -EMSGSIZE, "the page would be larger than %u MB; show fewer files",
                         PAGE_MAX >> 20);
    return 0;
}
