/* Pairs of records that may be one and the same, as people and machines read them; personal values masked unless revealed.
 *
 *     struct pairs l;
 *     pairs_init(&l, c, reg, false);
 *     duplicates_of(s, reg, &record, pairs_show, &l, f);       // a table a pair, in l.body
 *     buf_str(&c->out, buf_view(&l.body));
 *     pairs_done(&l);
 *
 * For JSON the caller opens an array on l.json, and pairs_json adds
 * {"ids":[A,B],"score":…,"fields":{NAME:{"values":[a,b],"verdict":…}}} to it.
 */
#ifndef TINHSO_CLI_PAIRS_H
#define TINHSO_CLI_PAIRS_H

#include "cli/cli.h"
#include "register/duplicates.h"
#include "text/json.h"

struct pairs {
    struct cli *c;
    const struct reg *reg;
    bool is_revealed, is_id_masked;
    int64_t shown;
    struct buf body;
    struct json_out json;
};

void pairs_init(struct pairs *l, struct cli *c, const struct reg *reg, bool is_revealed);
void pairs_done(struct pairs *l);

/* duplicate_found, with struct pairs * as context. */
bool pairs_show(void *ctx, const struct duplicate_pair *pair);
bool pairs_json(void *ctx, const struct duplicate_pair *pair);

#endif
