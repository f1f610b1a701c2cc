# SPDX-License-Identifier: Apache-2.0
# Shared objects that the loader is tried with, and the public headers by themselves.
#
#   good-*.so      load: built today, built with the headers of each older ABI (tests/abi/1.0/),
#                  from when the structs were shorter, and from a future that uses nothing new
#   CASE.so        refused: variants of bad.c, future.c and one of another major version
#   abi-headers    each header alone as C99 and as C++11, by gcc and by clang
#   abi-layout     no field that was ever there has moved
#   abi-freeze     copies today's headers to tests/abi/1.0, but for vmtp.h, which no plugin sees;
#                  only until the ABI is frozen

abi_dir    := $B/tests/abi
abi_bad    := $(shell sed -n "/^enum/,/^}/s/^    \([A-Z][A-Z_]*\),.*/\1/p" tests/abi/bad.c)
abi_future := MODULE_TAIL COMPONENT_TAIL TOOL_TAIL OPTION_TYPE METRIC_KIND COMPONENT_KIND OPTION_TAIL METRIC_TAIL
abi_frozen := $(sort $(patsubst tests/abi/%/vmtp,%,$(wildcard tests/abi/*/vmtp)))
abi_so     := $(abi_bad:%=$(abi_dir)/bad/%.so) $(abi_future:%=$(abi_dir)/future/%.so) \
              $(abi_frozen:%=$(abi_dir)/good-%.so) $(abi_dir)/good-today.so $(abi_dir)/good-short.so \
              $(abi_dir)/good-future.so $(abi_dir)/good-twin.so $(abi_dir)/major.so $(abi_dir)/plain.so

define abi_cc
@mkdir -p $(@D)
$(call Q,SO)$(CC) $(1) $(flags) $(CPPFLAGS) $(CFLAGS) -MT $@ -MF $@.d -shared $(LDFLAGS) -o $@ $<
endef

$(abi_dir)/good-today.so $(abi_dir)/good-twin.so: examples/plugin-hello/hello.c
	$(call abi_cc)
$(abi_frozen:%=$(abi_dir)/good-%.so): $(abi_dir)/good-%.so: examples/plugin-hello/hello.c
	$(call abi_cc,-Itests/abi/$*)
$(abi_dir)/good-short.so: tests/abi/short.c
	$(call abi_cc)
$(abi_dir)/good-future.so: tests/abi/future.c
	$(call abi_cc)
$(abi_future:%=$(abi_dir)/future/%.so): $(abi_dir)/future/%.so: tests/abi/future.c
	$(call abi_cc,-DUSES=$*)
$(abi_bad:%=$(abi_dir)/bad/%.so): $(abi_dir)/bad/%.so: tests/abi/bad.c
	$(call abi_cc,-DBAD=$*)
$(abi_dir)/major.so $(abi_dir)/plain.so: $(abi_dir)/%.so: tests/abi/%.c
	$(call abi_cc)

# -Itests/abi/1.0 comes first, so that it hides include/.
abi_layouts := $(abi_frozen:%=$(abi_dir)/layout-%) $(abi_dir)/layout-today
$(abi_frozen:%=$(abi_dir)/layout-%): $(abi_dir)/layout-%: tests/abi/layout.c
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) -Itests/abi/$* $(std) $(CFLAGS) -MT $@ -MF $@.d -o $@ $<
$(abi_dir)/layout-today: tests/abi/layout.c
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(std) $(CFLAGS) -MT $@ -MF $@.d -o $@ $<

.PHONY: abi-fixtures abi-headers abi-layout abi-freeze
abi-fixtures: $(abi_so) $(abi_layouts)
abi-headers:
	@sh tests/abi/headers.sh
abi-layout: $(abi_layouts)
	@B=$B sh tests/abi/layout.sh
abi-freeze:
	cp $(filter-out %/vmtp.h,$(wildcard include/vmtp/*.h)) tests/abi/1.0/vmtp/
$(B)/tests/unit/test_plugin $(B)/tests/unit/test_conformance $(B)/tests/unit/test_instance \
  $(B)/tests/unit/test_elf: | abi-fixtures
