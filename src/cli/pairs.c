/* Pairs of records that may be one, side by side: for duplicates and for the entry of one record. */
#include "cli/pairs.h"

#include "base/limits.h"
#include "figure/figure.h"
#include "report/columns.h"

#include "base/banned.h"

static bool is_masked(const struct pairs *l, size_t field)
{
    return !l->is_revealed && figure_field_is_masked(&l->reg->fields[field]);
}

void pairs_init(struct pairs *l, struct cli *c, const struct reg *reg, bool is_revealed)
{
    *l = (struct pairs){.c = c, .reg = reg, .is_revealed = is_revealed, .body = BUF_INIT(LIMIT_REPORT_BYTES)};
    for (size_t i = 0; i < reg->n_key; i++)
        l->is_id_masked |= is_masked(l, (size_t)reg->key[i]);
}

void pairs_done(struct pairs *l)
{
    buf_done(&l->body);
}

static struct str id_shown(const struct pairs *l, const struct duplicate_pair *pair, int which)
{
    if (l->is_id_masked)
        return STR(FIGURE_MASK);
    return str_of(arena_dup(l->c->arena, pair->id[which].p, pair->id[which].n));
}

static struct str cell(const struct pairs *l, size_t field, const struct value *v)
{
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_TEXT_BYTES * 2);
    if (is_masked(l, field))
        figure_field_print(&l->reg->fields[field], v, l->c->lang, &b);
    else
        value_print(&l->reg->fields[field], v, l->c->lang, &b);
    return str_dup(l->c->arena, buf_view(&b));
}

static const char *const agreement_keys[] = {"differ", "agree", "alike", "unknown"};

static const char *agreement(const struct cli *c, unsigned char agrees)
{
    static const struct words words[] = {
        {"khác", "differ"}, {"khớp", "agree"}, {"gần giống", "alike"}, {"thiếu một bên", "one only"}};
    return words_in(&words[agrees], c->lang);
}

bool pairs_show(void *ctx, const struct duplicate_pair *pair)
{
    struct pairs *l = ctx;
    struct cli *c = l->c;
    struct columns_table t;
    struct buf score CLEANUP(buf_done) = BUF_INIT(64);
    buf_printf(&score, "%.2f", pair->score);
    for (size_t i = 0; c->lang == LANG_VI && i < score.n; i++)
        if (score.p[i] == '.')
            score.p[i] = ',';
    l->shown++;
    buf_printf(&l->body, T(c, "\n%lld. điểm %.*s\n", "\n%lld. score %.*s\n"), (long long)l->shown, (int)score.n,
               score.p);
    columns_table_init(&t, c->arena, 4);
    columns_add(&t, STR("_id")), columns_add(&t, id_shown(l, pair, 0)), columns_add(&t, id_shown(l, pair, 1));
    columns_add(&t, STR(""));
    for (size_t i = 0; i < l->reg->n_fields; i++) {
        const struct value *v[2] = {&pair->record[0]->values[i], &pair->record[1]->values[i]};
        if ((v[0]->kind == VALUE_NULL && v[1]->kind == VALUE_NULL) || l->reg->fields[i].type == FT_GEOMETRY)
            continue;
        columns_add(&t, l->reg->fields[i].name);
        columns_add(&t, cell(l, i, v[0])), columns_add(&t, cell(l, i, v[1]));
        columns_add(&t, str_of(agreement(c, pair->agrees[i])));
    }
    columns_draw(&t, (size_t)cli_width(160), &l->body);
    return true;
}

bool pairs_json(void *ctx, const struct duplicate_pair *pair)
{
    struct pairs *l = ctx;
    struct json_out *o = &l->json;
    struct buf score CLEANUP(buf_done) = BUF_INIT(64);
    buf_printf(&score, "%.4f", pair->score);
    l->shown++;
    json_object_begin(o);
    json_key(o, STR("ids"));
    json_array_begin(o);
    json_str(o, id_shown(l, pair, 0)), json_str(o, id_shown(l, pair, 1));
    json_array_end(o);
    json_key(o, STR("score")), json_raw(o, buf_view(&score));
    json_key(o, STR("fields"));
    json_object_begin(o);
    for (size_t i = 0; i < l->reg->n_fields; i++) {
        const struct field *fd = &l->reg->fields[i];
        if (pair->record[0]->values[i].kind == VALUE_NULL && pair->record[1]->values[i].kind == VALUE_NULL)
            continue;
        json_key(o, fd->name);
        json_object_begin(o);
        json_key(o, STR("values"));
        json_array_begin(o);
        for (int k = 0; k < 2; k++) {
            const struct value *v = &pair->record[k]->values[i];
            if (is_masked(l, i) && v->kind != VALUE_NULL)
                json_str(o, STR(FIGURE_MASK));
            else
                value_json(fd, v, o);
        }
        json_array_end(o);
        json_member(o, "verdict", str_of(agreement_keys[pair->agrees[i]]));
        json_object_end(o);
    }
    json_object_end(o);
    json_object_end(o);
    return true;
}
