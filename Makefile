# SPDX-License-Identifier: Apache-2.0
# vmtp.  One make for the whole tree: `make help` says what there is.
#
# A folder plugins/KINDS/NAME/ with a .c file in it is a plugin; it needs no line here.  Its
# optional plugin.mk says what it links against (pkgs := libmnl libnftnl; links := -lganglia, which
# has no .pc file) and which static programs it ships for endpoints (programs := vmtp-probe:probe, a
# name and a folder of .c files).

VERSION   := 0.1.0
ABI_MAJOR := $(shell sed -n 's/^.define VMTP_ABI_MAJOR \([0-9]*\).*/\1/p' include/vmtp/plugin.h)

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
PLUGINDIR  := $(LIBDIR)/vmtp/plugins-$(ABI_MAJOR)
PKG_CONFIG ?= pkg-config

# Each mix of compiler and sanitizers has a tree of its own, so that objects never mix.
comma := ,
empty :=
space := $(empty) $(empty)
tree  := $(if $(filter clang%,$(CC)),clang) $(subst $(comma),-,$(SAN))
B     := build$(if $(strip $(tree)),/$(subst $(space),-,$(strip $(tree))))

warn     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wwrite-strings -Wvla -Wformat=2 $(if $(STRICT),-Werror)
CFLAGS   ?= -O2 -g
std      := -std=gnu17 -D_GNU_SOURCE -Iinclude -MMD -MP $(warn)
san      := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
flags    := $(std) -fPIC -fvisibility=hidden $(san) \
            -DVMTP_VERSION='"$(VERSION)"' -DVMTP_PLUGINDIR='"$(PLUGINDIR)"' -DVMTP_LIBDIR='"$(LIBDIR)/vmtp"'
core_pkg := jansson yaml-0.1
has       = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
libs      = $(if $(strip $(1)),$(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null))
links_ok  = $(if $(strip $(1)),$(shell echo 'int main(void) { return 0; }' | \
              $(CC) -x c - -o /dev/null $(1) 2>/dev/null && echo yes),yes)
cflags_of = $(if $(strip $(1)),$(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null))

ifneq ($(V),1)
Q = @printf '  %-5s %s\n' '$(1)' '$@';
endif

all:
.PHONY: all help setup demo check check-run install uninstall clean format format-check tidy docs bench fuzz
.DELETE_ON_ERROR:
.SECONDARY:

help:
	@echo 'make            build vmtp, libvmtp, the plugins and vmtp-probe; run it as build/vmtp'
	@echo 'make demo       measure a small real network on this machine (installs what is missing)'
	@echo 'make check      all tests that fit in ten minutes (installs what is missing)'
	@echo 'make setup      install what the build needs; SETUP=check: what the tests need too'
	@echo 'make check-openstack   tests on a real OpenStack that it starts (1.2 GB of packages); LEVEL=api: a small one'
	@echo 'make bench      speed beside iperf3, iperf and nuttcp on the same path'
	@echo 'make fuzz       each fuzzer for FUZZ_SECONDS=60 (clang)'
	@echo 'make install    into PREFIX=/usr/local, below DESTDIR; make uninstall takes it out again'
	@echo 'make docs       write the option tables into the plugin pages and the man page'
	@echo 'make format | format-check | tidy | clean'
	@echo 'CC=clang, SAN=address,undefined, SAN=thread: a build tree of its own; STRICT=1: nothing may'
	@echo 'be skipped and warnings are errors; V=1: show commands'

setup:
	@sh share/setup.sh $(SETUP)

# ---- core --------------------------------------------------------------------------------------
core_src := $(filter-out core/cli/main.c core/lib/%,$(wildcard core/*/*.c))
core_obj := $(core_src:%.c=$B/obj/%.o)
lib_obj  := $(patsubst %.c,$B/obj/%.o,$(wildcard $(foreach room,base plugin scenario result \
              engine lib,core/$(room)/*.c)))
ldlibs    = $(call libs,$(core_pkg)) -ldl -lm -pthread

$B/libcore.a: $(core_obj)
	$(call Q,AR)$(RM) $@ && $(AR) rcs $@ $^
$B/vmtp: $B/obj/core/cli/main.o $B/libcore.a
	$(call Q,LD)$(CC) $(san) $(LDFLAGS) -o $@ $^ $(ldlibs)
# The name that VMTP's charts have.
$B/vmtp_genchart: | $B/vmtp
	$(call Q,LN)ln -sf vmtp $@
all: $B/vmtp $B/vmtp_genchart

# The library: what include/vmtp/vmtp.h declares, and nothing else, is seen from outside.
LIB_MAJOR := 1
libvmtp   := libvmtp.so.$(LIB_MAJOR)
$B/$(libvmtp): $(lib_obj)
	$(call Q,SO)$(CC) -shared $(san) $(if $(SAN),,-Wl$(comma)-z$(comma)defs) -Wl,-soname,$(libvmtp) \
	  $(LDFLAGS) -o $@ $^ $(ldlibs)
$B/libvmtp.so: $B/$(libvmtp)
	$(call Q,LN)ln -sf $(libvmtp) $@
all: $B/libvmtp.so

$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(flags) $(cflags_$(patsubst %/,%,$(dir $<))) $(test_flags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$B/obj/core/classic/defaults.o: core/classic/defaults.yaml
$B/obj/core/chart/assets.o: core/chart/style.css core/chart/script.js

# ---- plugins: one .so for each folder that has what it needs ---------------------------------------
dirs       := $(patsubst %/,%,$(sort $(dir $(wildcard plugins/tools/*/*.c plugins/clouds/*/*.c \
                plugins/sinks/*/*.c plugins/monitors/*/*.c))))
# What several plugins link in; the SSH files only where their libraries are.
ssh_pkg    := libssh2 libcrypto
common_src := $(wildcard plugins/common/*.c $(if $(call has,$(ssh_pkg)),plugins/common/ssh/*.c))
cflags_plugins/common/ssh := $(call cflags_of,$(ssh_pkg))
common_obj := $(common_src:%.c=$B/obj/%.o)
$B/libcommon.a: $(common_obj)
	$(call Q,AR)$(RM) $@ && $(AR) rcs $@ $^

define plugin
pkgs :=
links :=
programs :=
-include $(1)/plugin.mk
pkgs_$(1) := $$(strip $$(pkgs))
links_$(1) := $$(strip $$(links))
programs_$(1) := $$(strip $$(programs))
ifeq ($$(if $$(pkgs_$(1)),$$(call has,$$(pkgs_$(1))),yes)$$(call links_ok,$$(links_$(1))),yesyes)
built += $(1)
else
skipped += $(1)
endif
cflags_$(1) := $$(call cflags_of,$$(pkgs_$(1)))
$B/$(1).so: $$(patsubst %.c,$B/obj/%.o,$$(wildcard $(1)/*.c)) $B/libcommon.a
	$$(call Q,SO)$$(CC) -shared $(san) $(if $(SAN),,-Wl$(comma)-z$(comma)defs) $$(LDFLAGS) -o $$@ \
	  $$(filter %.o,$$^) $B/libcommon.a $$(call libs,$$(pkgs_$(1))) $$(links_$(1)) -lm -pthread
$$(foreach p,$$(programs_$(1)),$$(eval $$(call program,$(1),$$(firstword $$(subst :, ,$$p)),$$(lastword $$(subst :, ,$$p)))))
endef

# A program for endpoints: static, so that it runs wherever it is put; never sanitized.
define program
programs_all += $B/$(2)
$B/$(2): $$(patsubst %.c,$B/static/%.o,$$(wildcard $(1)/$(3)/*.c))
	$$(call Q,LD)$$(CC) -static $$(LDFLAGS) -o $$@ $$^ -pthread -lm
endef
$B/static/%.o: %.c
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(std) -DVMTP_VERSION='"$(VERSION)"' $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(foreach d,$(dirs),$(eval $(call plugin,$d)))
plugins := $(built:%=$B/%.so)
all: $(plugins) $(programs_all)
$(plugins): | $(sort $(patsubst %,$B/%,$(dir $(built))))
$(sort $(patsubst %,$B/%,$(dir $(built)))):
	@mkdir -p $@

ifneq ($(filter-out help setup demo check clean format,$(or $(MAKECMDGOALS),all)),)
$(foreach d,$(skipped),$(info vmtp: skipped $d: needs $(pkgs_$d) $(links_$d) (make setup installs it)))
ifneq ($(STRICT),)
$(if $(skipped),$(error STRICT: every plugin must build))
endif
endif

# ---- demo and tests: on a fresh machine these two are all the set-up there is ------------------------
demo:
	@sh share/setup.sh
	@$(MAKE) --no-print-directory all
	@$B/vmtp run examples/scenarios/demo.yaml

check:
	@sh share/setup.sh check
	@$(MAKE) --no-print-directory check-run

include tests/tests.mk

# ---- house keeping -----------------------------------------------------------------------------------
c_files := $(shell git ls-files -co --exclude-standard '*.[ch]' 2>/dev/null)
format:
	@clang-format -i $(c_files)
format-check:
	@clang-format --dry-run -Werror $(c_files)
tidy:
	@sh tests/tidy.sh $(c_files)
docs: all
	sh share/docs.sh $B/vmtp
bench: all
	@sh bench/run.sh $B
clean:
	$(RM) -r build

# ---- install -------------------------------------------------------------------------------------------
install: all
	install -D -m 755 $B/vmtp $(DESTDIR)$(BINDIR)/vmtp
	ln -sf vmtp $(DESTDIR)$(BINDIR)/vmtp_genchart
	$(foreach p,$(programs_all),install -D -m 755 $p $(DESTDIR)$(LIBDIR)/vmtp/$(notdir $p) &&) true
	$(foreach p,$(built),install -D -m 755 $B/$p.so $(DESTDIR)$(PLUGINDIR)/$(p:plugins/%=%).so &&) true
	install -D -m 755 $B/$(libvmtp) $(DESTDIR)$(LIBDIR)/$(libvmtp)
	ln -sf $(libvmtp) $(DESTDIR)$(LIBDIR)/libvmtp.so
	install -d $(DESTDIR)$(INCLUDEDIR)/vmtp $(DESTDIR)$(DATADIR)/vmtp $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 -t $(DESTDIR)$(INCLUDEDIR)/vmtp include/vmtp/*.h
	install -m 644 -t $(DESTDIR)$(DATADIR)/vmtp share/plugin.mk share/vmtp/*.json
	install -D -m 644 docs/man/vmtp.1 $(DESTDIR)$(MANDIR)/man1/vmtp.1
	sed -e 's|@PREFIX@|$(PREFIX)|;s|@INCLUDEDIR@|$(INCLUDEDIR)|;s|@PLUGINDIR@|$(PLUGINDIR)|;s|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@DATADIR@|$(DATADIR)|;s|@BINDIR@|$(BINDIR)|;s|@VERSION@|$(VERSION)|' share/vmtp.pc.in \
	    >$(DESTDIR)$(LIBDIR)/pkgconfig/vmtp.pc
uninstall:
	$(RM) $(DESTDIR)$(BINDIR)/vmtp $(DESTDIR)$(BINDIR)/vmtp_genchart $(DESTDIR)$(LIBDIR)/pkgconfig/vmtp.pc $(DESTDIR)$(MANDIR)/man1/vmtp.1
	$(RM) $(DESTDIR)$(LIBDIR)/$(libvmtp) $(DESTDIR)$(LIBDIR)/libvmtp.so
	$(RM) $(built:plugins/%=$(DESTDIR)$(PLUGINDIR)/%.so) $(programs_all:$B/%=$(DESTDIR)$(LIBDIR)/vmtp/%)
	$(RM) -r $(DESTDIR)$(INCLUDEDIR)/vmtp $(DESTDIR)$(DATADIR)/vmtp
	-for d in $(PLUGINDIR)/tools $(PLUGINDIR)/clouds $(PLUGINDIR)/sinks $(PLUGINDIR)/monitors $(PLUGINDIR) \
	    $(LIBDIR)/vmtp; do rmdir $(DESTDIR)$$d 2>/dev/null; done

-include $(shell find $B/obj $B/static $B/tests -name '*.d' 2>/dev/null)
