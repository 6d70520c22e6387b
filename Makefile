# conntab: `make` leaves the program at ./conntab; objects are below build/.
#
#   make [VARIANT=release|asan] [CC=gcc|clang] [WERROR=1] [V=1]
#   make deps run       install what is needed, build, list this machine's sockets
#   make deps test      the same, and run all tests (the live ones need root)
#   make golden         write the expected outputs in tests/golden anew
#   make check          format, static analysis, floors and sizes
#   make docs           write anew what comes from tables: completions, parts of the manual, schema
#   make bench fuzz     see scripts/bench/README.md; FUZZ_SECONDS=20 for each target
#   make install uninstall clean    [DESTDIR=] [PREFIX=/usr/local]

VERSION := 0.1.0
VARIANT ?= release
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 20

ifeq ($(origin CC),default)
CC := gcc
endif

# Debian packages: to build; and to test and check, which `make deps run` does without.
LIBRARIES := libc6-dev libmnl-dev
TOOLS := libcmocka-dev iproute2 jq util-linux procps net-tools lsof strace \
	clang clang-tidy clang-format cppcheck shellcheck mandoc zsh fish \
	python3-jsonschema netbase nftables
# The runtime of clang's sanitizers has a name without a version only since Debian 12.
CLANG_RUNTIME := libclang-rt-dev libclang-rt-14-dev
build_only := $(if $(filter run all install,$(MAKECMDGOALS)),$(if $(filter \
	test check bench fuzz,$(MAKECMDGOALS)),,yes))

empty :=
compiler := $(subst $(empty) $(empty),-,$(notdir $(CC)))

# ---- flags ----------------------------------------------------------------

CFLAGS_release := -O2 -g
CFLAGS_asan := -O1 -g
CFLAGS_fuzz := -O1 -g
CFLAGS ?= $(CFLAGS_$(VARIANT))

hardening := -fstack-protector-strong -fPIE
hardening_release := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
# Small functions in many files: a tenth of the time of a long list.
lto_release-gcc := -flto=auto
sanitizers_asan := address,undefined
sanitizers_fuzz := fuzzer-no-link,address,undefined
sanitizers := $(sanitizers_$(VARIANT):%=-fsanitize=% -fno-sanitize-recover=all)

warnings := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual \
	-Wvla -Wformat=2 -Wwrite-strings -Wimplicit-fallthrough $(if $(filter 1,$(WERROR)),-Werror)
# clang, unlike gcc, looks into the macros of libmnl, which cast const away, and wants to see every
# member of a table row, where we leave out what is zero.
warnings += $(if $(findstring clang,$(CC)),-Wno-cast-qual -Wno-missing-field-initializers)

language := -std=gnu17 -pthread -D_GNU_SOURCE -DCONNTAB_VERSION='"$(VERSION)"' -Iinclude
lto = $(lto_$(VARIANT)-$(compiler))
cflags := $(language) $(warnings) $(lto) $(hardening) $(hardening_$(VARIANT)) $(sanitizers) \
	$(CPPFLAGS) $(CFLAGS)
ldflags := -pie -pthread -Wl,-z,relro,-z,now $(lto) $(sanitizers) $(CFLAGS) $(LDFLAGS)
# The test factory and the benchmarks are programs of their own.
tool_flags := -std=gnu17 $(warnings) -O2 -g -pthread

# ---- files ----------------------------------------------------------------

out := build/$(VARIANT)-$(compiler)

objects := $(patsubst %.c,$(out)/%.o,$(wildcard src/*/*.c))
library := $(filter-out $(out)/src/cmd/%,$(objects))
units := $(patsubst %.c,$(out)/%,$(wildcard tests/unit/test_*.c))
# What several unit tests share.
unit_parts := $(patsubst %.c,$(out)/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
fuzzers := $(patsubst %.c,$(out)/%,$(wildcard tests/fuzz/fuzz_*.c))
schema := share/conntab-1.schema.json
benches := $(patsubst scripts/bench/%.c,build/bench/%,$(wildcard scripts/bench/*.c))

# `make deps run`: nothing may be compiled before `deps` is done.
after_deps := $(filter deps,$(MAKECMDGOALS))

# "CC file" in place of the command, unless V=1.
run = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' '$(1)' '$@';)

.PHONY: all deps golden run docs check test bench fuzz run-fuzzers install uninstall clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: conntab

# ---- building -------------------------------------------------------------

# Whatever variant was built last; a copy, so that switching back and forth links nothing.
conntab: $(out)/conntab FORCE
	@cmp -s $< $@ || { rm -f $@ && cp $< $@; }

$(out)/conntab: $(objects)
	$(call run,LD)$(CC) $(ldflags) -o $@ $^ -lmnl

# Changes when the flags do, and everything with it.
$(out)/flags: FORCE | $(after_deps)
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags) $(ldflags)' | cmp -s - $@ || echo '$(CC) $(cflags) $(ldflags)' >$@

$(out)/src/%.o: src/%.c $(out)/flags | $(after_deps)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(cflags) -MMD -MP -c -o $@ $<

# Tests may include private headers, as "collect/inet_attr.h".
$(out)/tests/%.o: tests/%.c $(out)/flags | $(after_deps)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(cflags) -Isrc -MMD -MP -c -o $@ $<

$(units): %: %.o $(unit_parts) $(library)
	$(call run,LD)$(CC) $(ldflags) -o $@ $^ -lcmocka -lmnl

$(fuzzers): %: %.o $(library)
	$(call run,LD)$(CC) $(ldflags) -fsanitize=fuzzer -o $@ $^ -lmnl

build/mksock: $(wildcard tests/mksock/*.[ch]) | $(after_deps)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(tool_flags) -o $@ $(filter %.c,$^)

# The judge of bind() against the kernel.
bindcheck := $(patsubst %.c,$(out)/%.o,$(wildcard tests/bind/*.c))

$(out)/bindcheck: $(bindcheck) $(library)
	$(call run,LD)$(CC) $(ldflags) -o $@ $^ -lmnl

# They measure a part of the program.
build/bench/parse build/bench/traced: build/bench/%: $(out)/scripts/bench/%.o $(library)
	@mkdir -p $(@D)
	$(call run,LD)$(CC) $(ldflags) -o $@ $^ -lmnl

$(out)/scripts/%.o: scripts/%.c $(out)/flags | $(after_deps)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(cflags) -MMD -MP -c -o $@ $<

build/bench/%: scripts/bench/%.c | $(after_deps)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(tool_flags) -o $@ $<

-include $(patsubst %.o,%.d,$(objects) $(unit_parts) $(bindcheck)) $(addsuffix .d,$(units) $(fuzzers))

# ---- running --------------------------------------------------------------

run: conntab
	./conntab

# A sanitizer's report must not look like one of the program's own exit codes.
test: export ASAN_OPTIONS = exitcode=99:halt_on_error=1
test: export UBSAN_OPTIONS = exitcode=99:halt_on_error=1:print_stacktrace=1
test: $(out)/conntab $(out)/bindcheck build/mksock $(units)
	@CONNTAB=$(out)/conntab MKSOCK=build/mksock BINDCHECK=$(out)/bindcheck scripts/run-tests.sh $(units)

golden: $(out)/conntab
	CONNTAB=$< scripts/test-golden.sh --write

docs: $(out)/conntab
	@CONNTAB=$(out)/conntab scripts/gen-docs.sh

check: $(out)/conntab | $(after_deps)
	@CONNTAB=$(out)/conntab FLAGS='$(subst ',,$(language))' scripts/check.sh

bench: conntab $(benches)
	scripts/bench/bench.sh quick

fuzz: | $(after_deps)
	@$(MAKE) --no-print-directory VARIANT=fuzz CC=clang run-fuzzers

run-fuzzers: $(fuzzers)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/run-fuzzers.sh $(fuzzers)

# ---- installing -----------------------------------------------------------

deps:
	@scripts/install-deps.sh "$(LIBRARIES) $(if $(build_only),,$(TOOLS))" \
		"$(if $(build_only),,$(CLANG_RUNTIME))"

# What goes where below PREFIX: FILE:PLACE.
shared := man/conntab.8:share/man/man8/conntab.8 \
	man/conntab-filter.7:share/man/man7/conntab-filter.7 \
	man/conntab-fields.7:share/man/man7/conntab-fields.7 \
	$(schema):share/conntab/$(notdir $(schema)) \
	completions/conntab.bash:share/bash-completion/completions/conntab \
	completions/_conntab:share/zsh/vendor-completions/_conntab \
	completions/conntab.fish:share/fish/vendor_completions.d/conntab.fish
prefix := $(DESTDIR)$(PREFIX)

install: $(out)/conntab
	install -D -m 755 $< $(prefix)/bin/conntab
	@set -e; for pair in $(shared); do \
		echo "install -D -m 644 $${pair%%:*} $(prefix)/$${pair#*:}"; \
		install -D -m 644 "$${pair%%:*}" "$(prefix)/$${pair#*:}"; \
	done

uninstall:
	rm -f $(prefix)/bin/conntab $(foreach pair,$(shared),$(prefix)/$(lastword $(subst :, ,$(pair))))

clean:
	rm -rf build conntab
