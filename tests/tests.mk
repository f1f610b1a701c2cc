# SPDX-License-Identifier: Apache-2.0
# The tests: found by name, each file a program.  `make check` is the front door.

unit     := $(patsubst %.c,$B/%,$(wildcard tests/unit/test_*.c))
fakes    := $(patsubst %.c,$B/obj/%.o,$(wildcard tests/fakes/*.c))
test_pkg := cmocka $(core_pkg) $(sort $(foreach d,$(built),$(pkgs_$d)))
test_links := -Wl,--as-needed $(sort $(foreach d,$(built),$(links_$d)))

# A test takes out of these what it neither has nor includes itself.
$B/tests/libfakes.a: $(fakes)
$B/tests/libopenstack.a: $(patsubst %.c,$B/obj/%.o,$(wildcard plugins/clouds/openstack/*.c))
$B/tests/libfakes.a $B/tests/libopenstack.a:
	@mkdir -p $(@D)
	$(call Q,AR)$(RM) $@ && $(AR) rcs $@ $^

$B/obj/tests/%.o: test_flags := -DBUILD='"$(abspath $B)"' -I. $(call cflags_of,$(test_pkg))
$(filter-out %/test_library,$(unit)): $B/tests/unit/%: $B/obj/tests/unit/%.o $B/tests/libfakes.a $B/tests/libopenstack.a $B/libcore.a $B/libcommon.a
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(san) $(LDFLAGS) -o $@ $^ $(call libs,$(test_pkg)) $(test_links) -ldl -lm -pthread

# The library's own sees it from outside.
$B/tests/unit/test_library: $B/obj/tests/unit/test_library.o $B/libvmtp.so | $B/tests/plugins/confidant.so
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(san) $(LDFLAGS) -o $@ $< -L$B -lvmtp -Wl,-rpath,'$$ORIGIN/../..' \
	  $(call libs,cmocka) -pthread

# A fuzzer is run on its corpus by `make check`, and let loose by `make fuzz`.
fuzzers := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
replays := $(fuzzers:%=$B/tests/fuzz/replay_%)
fuzz_pkg := $(ssh_pkg) expat zlib
$(replays): $B/tests/fuzz/replay_%: $B/obj/tests/fuzz/fuzz_%.o $B/obj/tests/fuzz/replay.o $B/libcore.a $B/libcommon.a
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(san) $(LDFLAGS) -o $@ $^ $(call libs,$(fuzz_pkg)) $(ldlibs)

FUZZ_SECONDS ?= 60
fuzz:
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address,undefined fuzz-run
fuzz-run: $B/libcore.a $B/libcommon.a
	@for f in $(fuzzers); do echo "fuzz_$$f for $(FUZZ_SECONDS) s"; mkdir -p $B/fuzz/$$f && \
	    clang -fsanitize=fuzzer,address,undefined $(std) -I. -g -o $B/fuzz_$$f tests/fuzz/fuzz_$$f.c $B/libcore.a \
	      $B/libcommon.a $(call libs,$(fuzz_pkg)) $(ldlibs) && $B/fuzz_$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 -verbosity=0 \
	      -artifact_prefix=$B/fuzz/$$f- $B/fuzz/$$f tests/fuzz/corpus/$$f || exit 1; done

include tests/abi/abi.mk

# Makes the Nth malloc, open or socket of a program fail.
$B/tests/torture.so: tests/torture/torture.c
	@mkdir -p $(@D)
	$(call Q,SO)$(CC) $(std) $(CFLAGS) -shared -fPIC -o $@ $< -ldl

# Plugins that only tests load.
test_plugins := $(patsubst %.c,$B/%.so,$(wildcard tests/plugins/*.c))
$(test_plugins): $B/tests/plugins/%.so: $B/obj/tests/plugins/%.o $B/libcommon.a
	@mkdir -p $(@D)
	$(call Q,SO)$(CC) -shared $(san) $(LDFLAGS) -o $@ $^

check-run: all $(unit) $(replays) $(test_plugins) $(abi_so) $(abi_layouts) $B/tests/torture.so
	@sh tests/run.sh $B '$(T)'

# The tests that want a real OpenStack, which they start and end: LEVEL=api with fake hypervisors.
LEVEL ?= full
check-openstack:
	@sh share/setup.sh check openstack
	@$(MAKE) --no-print-directory all
	@sh tests/openstack/check.sh $B $(LEVEL) '$(T)'
.PHONY: check-run fuzz-run check-openstack
