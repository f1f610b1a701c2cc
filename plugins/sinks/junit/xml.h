/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as XML 1.0 takes it.
 *
 * What XML has no way to write (most control characters, U+FFFE, U+FFFF) becomes U+FFFD; the rest
 * is kept, in attributes also line ends and tabs.  The text is UTF-8, as Jansson has made sure.
 */
#ifndef JUNIT_XML_H
#define JUNIT_XML_H

#include <stdio.h>

/* Between tags. */
void xml_text(FILE *out, const char *text);
/* Between the quotes of an attribute. */
void xml_value(FILE *out, const char *text);
/* ` name="value"`. */
void xml_attribute(FILE *out, const char *name, const char *value);

#endif
