/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a component keep the contract?  Tried without a run: with default options, on a host that
 * has been cancelled and takes whatever is emitted.
 */
#ifndef VMTP_ENGINE_CONFORMANCE_H
#define VMTP_ENGINE_CONFORMANCE_H

#include "../plugin/component.h"

/* Calls say(arg, passed, phrase) for each thing tried; returns how many did not pass. */
size_t conformance_test(const struct component *component,
                        void (*say)(void *arg, bool passed, const char *phrase), void *arg);

#endif
