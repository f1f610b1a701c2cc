/* SPDX-License-Identifier: Apache-2.0
 *
 * A result document as JUnit's XML, in the form that Jenkins and GitLab read.
 *
 * A flow is a test suite.  Each of its results has a test case for every threshold that is about
 * it, or one, "measured", if none is.  Pure functions.
 */
#ifndef JUNIT_SUITES_H
#define JUNIT_SUITES_H

#include <jansson.h>
#include <stdbool.h>

/* The text, to be freed; NULL: out of memory.  lenient: what is undecided is skipped, not failed.
 */
char *suites_text(const json_t *document, bool lenient);

#endif
