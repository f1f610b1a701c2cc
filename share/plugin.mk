# SPDX-License-Identifier: Apache-2.0
# Builds a vmtp plugin outside of vmtp's tree.  A plugin's whole Makefile:
#
#     include $(shell pkg-config --variable=plugin_mk vmtp)
#
# It makes NAME.so from all .c files in the folder.  What may be set in front of that line:
#     NAME   name of the plugin; the folder's, without a leading vmtp- or plugin-
#     KIND   tools, clouds, sinks or monitors: where it is installed; tools
#     PKGS   pkg-config names of what it links against; none
# make                build
# make check          try it against the contract: vmtp plugins test
# make install        into the plugin folder of the installed vmtp, below DESTDIR
# make install-user   into ~/.local/lib/vmtp, where vmtp also looks
# make uninstall | uninstall-user | clean
# CC, CFLAGS, CPPFLAGS, LDFLAGS, LDLIBS, PKG_CONFIG and VMTP (the program) mean what they always do.

vmtp_none  :=
vmtp_here  := $(notdir $(subst $(vmtp_none) $(vmtp_none),_,$(CURDIR)))
NAME       ?= $(patsubst plugin-%,%,$(patsubst vmtp-%,%,$(vmtp_here)))
KIND       ?= tools
PKGS       ?=
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g

vmtp_var    = $(shell $(PKG_CONFIG) --variable=$(1) vmtp)
vmtp_warn  := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
              -Wwrite-strings -Wvla -Wformat=2
vmtp_flags := -std=gnu17 -D_GNU_SOURCE -fPIC -fvisibility=hidden -MMD -MP $(vmtp_warn) \
              $(shell $(PKG_CONFIG) --cflags vmtp $(PKGS))
vmtp_libs  := $(if $(strip $(PKGS)),$(shell $(PKG_CONFIG) --libs $(PKGS)))
vmtp_objs  := $(patsubst %.c,%.o,$(sort $(wildcard *.c)))
vmtp_dir   := $(call vmtp_var,plugindir)
vmtp_home   = $(HOME)/.local/lib/vmtp/$(notdir $(vmtp_dir))
VMTP       ?= $(call vmtp_var,bindir)/vmtp

ifeq ($(filter tools clouds sinks monitors,$(KIND)),)
$(error KIND = $(KIND): it is one of tools, clouds, sinks, monitors)
endif
ifeq ($(vmtp_objs),)
$(error there is no .c file in $(CURDIR))
endif

all: $(NAME).so
.PHONY: all check install install-user uninstall uninstall-user clean

$(NAME).so: $(vmtp_objs)
	$(CC) -shared -Wl,-z,defs $(LDFLAGS) -o $@ $^ $(vmtp_libs) $(LDLIBS)
$(vmtp_objs): %.o: %.c
	$(CC) $(vmtp_flags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

check: $(NAME).so
	$(VMTP) plugins test ./$(NAME).so
install: $(NAME).so
	install -D -m 755 $(NAME).so $(DESTDIR)$(vmtp_dir)/$(KIND)/$(NAME).so
install-user: $(NAME).so
	install -D -m 755 $(NAME).so $(vmtp_home)/$(KIND)/$(NAME).so
uninstall:
	$(RM) $(DESTDIR)$(vmtp_dir)/$(KIND)/$(NAME).so
uninstall-user:
	$(RM) $(vmtp_home)/$(KIND)/$(NAME).so
clean:
	$(RM) $(NAME).so $(vmtp_objs) $(vmtp_objs:.o=.d)

-include $(vmtp_objs:.o=.d)
