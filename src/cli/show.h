/* Small pieces of text that several commands show.
 *
 *     show_fact(c, T(c, "Nguồn", "Source"), source);          // “Nguồn:         …”, wrapped under itself; nothing when empty
 *     columns_add(&t, quantity_shown(c, row->value, 1));
 *
 * Ownership: texts live in c->arena.
 */
#ifndef TINHSO_CLI_SHOW_H
#define TINHSO_CLI_SHOW_H

#include "cli/cli.h"
#include "figure/figure.h"
#include "report/columns.h"
#include "text/json.h"

void show_fact(struct cli *c, const char *name, struct str value);
struct str quantity_shown(struct cli *c, struct quantity q, int decimals);
/* With exactly that many digits behind the mark. */
struct str decimals_shown(struct cli *c, struct quantity q, int decimals);
struct str date_shown(struct cli *c, struct str iso);
struct str count_shown(struct cli *c, long long n);
/* A copy of what the buffer holds. */
struct str keep(struct cli *c, const struct buf *b);

/* A word of a command to try next: in quotes where a shell would take it apart. */
const char *shell_word(struct cli *c, const char *word);

/* " --db FILE" for a command to try next, where it would not find the database without; else "". */
const char *database_words(struct cli *c);

/* An answer in JSON: begun, written through what json_out offers, ended with a line feed. */
struct json_out answer_begin(struct cli *c);
void answer_end(struct cli *c, const struct json_out *o);
/* One that is a list, {"key": [ … ]}: its items are written in between. */
struct json_out answer_list_begin(struct cli *c, const char *key);
void answer_list_end(struct cli *c, struct json_out *o);

/* A table with these heads. */
void columns_begin(struct cli *c, struct columns_table *t, const struct words *heads, size_t n);

#endif
