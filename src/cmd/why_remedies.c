/* SPDX-License-Identifier: MIT */
/* What to do: a numbered list, with commands to paste. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "why_show.h"

enum { COMMAND_AT = 7, REMEDIES_MAX = 12, NUMBER_COLUMNS = 3 };

int remedies_init(struct remedies *remedies, struct buf *out)
{
	*remedies = (struct remedies){ .out = out };
	if (buf_init(&remedies->text, -1) < 0 || buf_init(&remedies->command, -1) < 0 ||
	    buf_init(&remedies->seen, -1) < 0)
		return -ENOMEM;
	return 0;
}

void remedies_done(struct remedies *remedies)
{
	buf_free(&remedies->text);
	buf_free(&remedies->command);
	buf_free(&remedies->seen);
}

/* The same advice for ten sockets is given once; so is one of ten ways to wait. */
void remedies_add(struct remedies *remedies)
{
	struct buf *text = &remedies->text, *command = &remedies->command;
	size_t start = remedies->seen.length;

	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, text->data, text->length);
	buf_add_char(&remedies->seen, '\n');
	buf_add(&remedies->seen, command->data, command->length);
	buf_add_char(&remedies->seen, '\n');
	if (remedies->count == REMEDIES_MAX ||
	    memmem(remedies->seen.data, start, remedies->seen.data + start,
		   remedies->seen.length - start)) {
		remedies->seen.length = start;
		text->length = command->length = 0;
		return;
	}
	if (!remedies->count++)
		buf_add_literal(remedies->out, "\nWhat to do:\n");
	buf_add_blanks(remedies->out, remedies->count < 10 ? WHY_INDENT : WHY_INDENT - 1);
	buf_add_unsigned(remedies->out, remedies->count);
	buf_add_literal(remedies->out, ". ");
	buf_add_char(text, '\0');
	text_add_wrapped(remedies->out, text->data, WHY_INDENT + NUMBER_COLUMNS,
			 WHY_WIDTH - WHY_INDENT - NUMBER_COLUMNS);
	if (command->length) {
		buf_add_blanks(remedies->out, COMMAND_AT);
		buf_add(remedies->out, command->data, command->length);
		buf_add_char(remedies->out, '\n');
	}
	text->length = command->length = 0;
}

void remedies_take(void *context, struct buf *text, struct buf *command)
{
	struct remedies *remedies = context;

	buf_add(&remedies->text, text->data, text->length);
	buf_add(&remedies->command, command->data, command->length);
	text->length = command->length = 0;
	remedies_add(remedies);
}
