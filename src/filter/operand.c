/* SPDX-License-Identifier: MIT */
/* Operands: lists, ranges, numbers with units, ports. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "parse.h"

enum { PORTS_MAX = 16 };		/* of one service name */

static const struct unit_word {
	enum unit unit;
	const char *name;
	double factor;			/* in the unit of the field */
} unit_words[] = {
	{ UNIT_NONE, "k", 1e3 }, { UNIT_NONE, "m", 1e6 }, { UNIT_NONE, "g", 1e9 },
	{ UNIT_BYTES, "b", 1 }, { UNIT_BYTES, "k", 1024 }, { UNIT_BYTES, "kb", 1024 },
	{ UNIT_BYTES, "ki", 1024 }, { UNIT_BYTES, "mi", 1048576 },
	{ UNIT_BYTES, "gi", 1073741824 }, { UNIT_BYTES, "ti", 1099511627776 },
	{ UNIT_BYTES, "kib", 1024 }, { UNIT_BYTES, "m", 1048576 }, { UNIT_BYTES, "mb", 1048576 },
	{ UNIT_BYTES, "mib", 1048576 }, { UNIT_BYTES, "g", 1073741824 },
	{ UNIT_BYTES, "gb", 1073741824 }, { UNIT_BYTES, "gib", 1073741824 },
	{ UNIT_BYTES, "t", 1099511627776 }, { UNIT_BYTES, "tb", 1099511627776 },
	{ UNIT_BYTES, "tib", 1099511627776 },
	{ UNIT_US, "us", 1 }, { UNIT_US, "ms", 1e3 }, { UNIT_US, "s", 1e6 },
	{ UNIT_US, "m", 60e6 }, { UNIT_US, "min", 60e6 }, { UNIT_US, "h", 3600e6 },
	{ UNIT_US, "d", 86400e6 },
	{ UNIT_MS, "us", 1e-3 }, { UNIT_MS, "ms", 1 }, { UNIT_MS, "s", 1e3 },
	{ UNIT_MS, "m", 60e3 }, { UNIT_MS, "min", 60e3 }, { UNIT_MS, "h", 3600e3 },
	{ UNIT_MS, "d", 86400e3 },
	{ UNIT_BPS, "bps", 1 }, { UNIT_BPS, "bit", 1 }, { UNIT_BPS, "k", 1e3 },
	{ UNIT_BPS, "kbit", 1e3 }, { UNIT_BPS, "kbps", 1e3 }, { UNIT_BPS, "m", 1e6 },
	{ UNIT_BPS, "mbit", 1e6 }, { UNIT_BPS, "mbps", 1e6 }, { UNIT_BPS, "g", 1e9 },
	{ UNIT_BPS, "gbit", 1e9 }, { UNIT_BPS, "gbps", 1e9 }, { UNIT_BPS, "t", 1e12 },
};

static const char *const units_expected[UNIT_COUNT] = {
	[UNIT_NONE] = "expected a number",
	[UNIT_BYTES] = "expected bytes: 1000, 64k, 1.5M, 2G",
	[UNIT_US] = "expected a time: 500us, 20ms, 1.5s, 10m, 2h",
	[UNIT_MS] = "expected a time: 20ms, 1.5s, 10m, 2h, 3d",
	[UNIT_BPS] = "expected bits a second: 500k, 10M, 1G",
};

/* ---- lists ----------------------------------------------------------- */

/* Where a piece stands in the filter's text: exact unless blanks or quotes are in between. */
static void place_piece(const struct token *list, struct token *piece, size_t from, size_t length)
{
	bool plain = !list->quoted && strlen(list->text) == list->length;

	piece->start = plain ? list->start + from : list->start;
	piece->length = plain ? length : list->length;
}

bool next_piece(struct parser *parser, const struct token *list, size_t *at, struct token *piece)
{
	size_t end = strlen(list->text), from = *at, length;

	if (parser->failed || from > end)
		return false;
	length = list->quoted ? end : strcspn(list->text + from, ",");
	*at = from + length + 1;
	*piece = (struct token){ .kind = TOKEN_WORD, .quoted = list->quoted };
	place_piece(list, piece, from, length);
	piece->text = arena_copy(&parser->filter->arena, list->text + from, length);
	if (!piece->text)
		fail(parser, list, "out of memory");
	else if (!length && !list->quoted)
		fail(parser, list, "something is missing at a comma");
	return !parser->failed;
}

/* Arrays grow by doubling in the arena: what they leave there is small. */
static void *grow(struct parser *parser, const void *items, size_t count, size_t size)
{
	void *grown;

	if (count & (count - 1))
		return (void *)(uintptr_t)items;
	grown = arena_alloc(&parser->filter->arena, (count ? 2 * count : 1) * size);
	if (grown && count)
		memcpy(grown, items, count * size);
	return grown;
}

bool add_range(struct parser *parser, struct node *term, uint64_t first, uint64_t last)
{
	struct range *ranges = grow(parser, term->ranges, term->range_count, sizeof(*ranges));

	if (!ranges) {
		fail(parser, &parser->token, "out of memory");
		return false;
	}
	ranges[term->range_count++] = (struct range){ first, last };
	term->ranges = ranges;
	return true;
}

bool add_pattern(struct parser *parser, struct node *term, enum pattern_kind kind,
		 const char *text)
{
	struct pattern *patterns = grow(parser, term->patterns, term->pattern_count,
					sizeof(*patterns));

	if (!patterns) {
		fail(parser, &parser->token, "out of memory");
		return false;
	}
	patterns[term->pattern_count++] = (struct pattern){ kind, text };
	term->patterns = patterns;
	return true;
}

/* ---- numbers --------------------------------------------------------- */

static const struct unit_word *find_unit(enum unit unit, const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_words); i++)
		if (unit_words[i].unit == unit && strlen(unit_words[i].name) == length &&
		    strncasecmp(unit_words[i].name, name, length) == 0)
			return &unit_words[i];
	return NULL;
}

static unsigned digit_of(char c)
{
	if (isdigit((unsigned char)c))
		return (unsigned)c - '0';
	return (unsigned)tolower((unsigned char)c) - 'a' + 10;
}

/* Digits, or 0x and hexadecimal digits; false when they pass 64 bits. */
static bool read_digits(const char *text, uint64_t *number, const char **end)
{
	unsigned base = text[0] == '0' && (text[1] | 32) == 'x' && isxdigit((unsigned char)text[2])
				? 16 : 10;
	bool fits = true;

	*number = 0;
	for (text += base == 16 ? 2 : 0; isxdigit((unsigned char)*text); text++) {
		unsigned digit = digit_of(*text);

		if (digit >= base)
			break;
		fits &= !__builtin_mul_overflow(*number, base, number) &&
			!__builtin_add_overflow(*number, digit, number);
	}
	*end = text;
	return fits;
}

/* ".25" as a part of one. */
static double read_fraction(const char **text)
{
	double value = 0, weight = 0.1;

	if (**text != '.')
		return 0;
	for ((*text)++; isdigit((unsigned char)**text); (*text)++, weight /= 10)
		value += weight * (**text - '0');
	return value;
}

static bool scale(uint64_t *number, double fraction, double factor)
{
	double value = ((double)*number + fraction) * factor;

	if (factor == 1 && fraction == 0)
		return true;
	if (value >= 18446744073709551615.0)
		return false;
	*number = (uint64_t)(value + 1e-6);
	return true;
}

bool parse_number(struct parser *parser, const struct token *piece, const struct field *field,
		  uint64_t *number)
{
	enum unit unit = field ? field->unit : UNIT_NONE;
	const struct unit_word *word = NULL;
	const char *at;
	bool fits;
	double fraction;

	if (!isdigit((unsigned char)piece->text[0])) {
		fail(parser, piece, "%s", units_expected[unit]);
		return false;
	}
	fits = read_digits(piece->text, number, &at);
	fraction = read_fraction(&at);
	if (*at) {
		word = find_unit(unit, at, strlen(at));
		if (!word) {
			fail(parser, piece, "%s", units_expected[unit]);
			return false;
		}
	} else if (fraction > 0) {
		fail(parser, piece, "a part of %s", field && unit != UNIT_NONE ?
		     "this needs a unit behind it" : "one: expected a whole number");
		return false;
	}
	if (!fits || !scale(number, fraction, word ? word->factor : 1)) {
		fail(parser, piece, "the number is too large");
		return false;
	}
	return true;
}

static bool check_most(struct parser *parser, const struct token *piece, uint64_t number,
		       uint64_t most)
{
	if (number <= most)
		return true;
	fail(parser, piece, "out of range: expected 0 to %llu", (unsigned long long)most);
	return false;
}

bool add_compared(struct parser *parser, struct node *term, enum token_kind comparison,
		  uint64_t number, uint64_t most)
{
	switch (comparison) {
	case TOKEN_LT:
		return !number || add_range(parser, term, 0, number - 1);
	case TOKEN_LE:
		return add_range(parser, term, 0, number);
	case TOKEN_GT:
		return number >= most || add_range(parser, term, number + 1, most);
	case TOKEN_GE:
		return add_range(parser, term, number, most);
	default:
		return add_range(parser, term, number, number);
	}
}

/* A dash between two numbers; "-5" and names with a dash have none. */
static const char *find_dash(const char *text)
{
	return isdigit((unsigned char)*text) ? strchr(text, '-') : NULL;
}

/* One end of a range, with its own place for errors. */
static struct token part_of(struct parser *parser, const struct token *piece, const char *from,
			    size_t length)
{
	struct token part = *piece;

	part.text = arena_copy(&parser->filter->arena, from, length);
	if (!part.text)
		part.text = "";
	return part;
}

static bool add_span(struct parser *parser, struct node *term, const struct token *piece,
		     const struct field *field, const char *dash, uint64_t most)
{
	struct token low = part_of(parser, piece, piece->text, (size_t)(dash - piece->text));
	struct token high = part_of(parser, piece, dash + 1, strlen(dash + 1));
	uint64_t first, last;

	if (!parse_number(parser, &low, field, &first) ||
	    !parse_number(parser, &high, field, &last) ||
	    !check_most(parser, piece, first, most) || !check_most(parser, piece, last, most))
		return false;
	if (first > last) {
		fail(parser, piece, "a range begins with its smaller number");
		return false;
	}
	return add_range(parser, term, first, last);
}

bool add_numbers(struct parser *parser, struct node *term, enum token_kind comparison,
		 const struct token *list, const struct field *field, uint64_t most)
{
	struct token piece = { .kind = TOKEN_END };
	uint64_t number;
	size_t at = 0;

	if (is_order(comparison))
		return parse_number(parser, list, field, &number) &&
		       check_most(parser, list, number, most) &&
		       add_compared(parser, term, comparison, number, most);
	while (next_piece(parser, list, &at, &piece)) {
		const char *dash = find_dash(piece.text);

		if (dash)
			add_span(parser, term, &piece, field, dash, most);
		else if (parse_number(parser, &piece, field, &number) &&
			 check_most(parser, &piece, number, most))
			add_range(parser, term, number, number);
	}
	return !parser->failed;
}

/* ---- ports ----------------------------------------------------------- */

static bool add_service(struct parser *parser, struct node *term, const struct token *piece,
			const char *name)
{
	const struct filter_names *names = parser->names;
	uint16_t ports[PORTS_MAX];
	size_t count = names->service ?
		names->service(names->context, name, ports, PORTS_MAX) : 0;

	if (!count && strchr(name, '/')) {
		fail(parser, piece, "the protocol is a word of its own, tcp or udp");
		return false;
	}
	if (!count) {
		fail(parser, piece, "no service has this name: expected a port (0 to 65535), a "
				    "range (8000-8010) or a name in /etc/services");
		return false;
	}
	for (size_t i = 0; i < count; i++)
		add_range(parser, term, ports[i], ports[i]);
	return !parser->failed;
}

/* Digits, or a range of them; names may have digits and dashes too: "x11-1". */
static bool is_numeric(const char *text)
{
	if (text[0] == '0' && (text[1] | 32) == 'x')
		return text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0';
	return text[strspn(text, "0123456789-")] == '\0';
}

bool add_ports(struct parser *parser, struct node *term, const struct token *piece)
{
	struct token bare = *piece;

	if (*bare.text == ':')
		bare.text++;
	if (!*bare.text) {
		fail(parser, piece, "expected a port behind the colon");
		return false;
	}
	if (isdigit((unsigned char)*bare.text) && is_numeric(bare.text))
		return add_numbers(parser, term, TOKEN_EQ, &bare, NULL, UINT16_MAX);
	return add_service(parser, term, &bare, bare.text);
}
