#include "web/apply.h"

#include "base/limits.h"
#include "crypt/hash.h"
#include "register/query.h"
#include "text/json.h"
#include "web/desk.h"
#include "web/message.h"
#include "web/parts.h"
#include "web/person.h"

#include "base/banned.h"

static const struct str nothing = {NULL, 0};

static struct worker *worker_of(const struct exchange *x)
{
    return x->worker;
}

/* ---- the draft */

static struct value *value_named(struct application *ap, bool is_answer, struct str name,
                                 const struct field **ret_field)
{
    const struct reg *reg = is_answer ? ap->form : ap->dossiers;
    int n = reg ? reg_field_number(reg, name) : NO_FIELD;
    if (n == NO_FIELD)
        return NULL;
    *ret_field = &reg->fields[n];
    return is_answer ? &ap->answers.values[n] : &ap->about.values[n];
}

/* What still fits stays; a field that is not asked any more, or a value that is none of it now, is left out. */
static void take_values(struct application *ap, const struct json *root, bool is_answer)
{
    const struct json *all = json_get(root, is_answer ? "answers" : "about");
    for (size_t i = 0; all && all->kind == J_OBJECT && i < all->n; i++) {
        const struct field *fd = NULL;
        struct value v, *to = value_named(ap, is_answer, all->members[i].key, &fd);
        if (to && all->members[i].value.kind == J_STRING &&
            value_parse(ap->x->arena, fd, all->members[i].value.string, ap->today_text, &v, NULL) == OK)
            *to = v;
    }
}

static struct str text_of(const struct json *root, const char *name)
{
    const struct json *v = json_get(root, name);
    return v && v->kind == J_STRING ? v->string : nothing;
}

static void take_draft(struct application *ap, const struct json *root)
{
    const struct json *done = json_get(root, "done");
    ap->id = text_of(root, "id");
    ap->has_changed = !str_eq(text_of(root, "form"), ap->digest);
    take_values(ap, root, false);
    take_values(ap, root, true);
    for (size_t i = 0; done && done->kind == J_ARRAY && i < done->n; i++)
        if (done->items[i].kind == J_STRING)
            application_done(ap, done->items[i].string);
}

static enum err read_draft(struct application *ap, struct fault *f)
{
    struct exchange *x = ap->x;
    struct access *access = worker_of(x)->access;
    struct draft d;
    struct json *root;
    enum err e = draft_get(access, x->arena, x->subject->account, ap->key, &d, &ap->is_there, f);
    if (e != OK || !ap->is_there)
        return e;
    if (json_parse(x->arena, d.content, nothing, &root, NULL) != OK || root->kind != J_OBJECT) {
        ap->is_there = false;
        return OK;
    }
    take_draft(ap, root);
    return draft_files(access, x->arena, x->subject->account, ap->key, false, &ap->files, &ap->n_files, f);
}

static void write_values(const struct reg *reg, const struct record *r, struct json_out *o)
{
    json_object_begin(o);
    for (size_t i = 0; reg && i < reg->n_fields; i++) {
        struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_RECORD_BYTES);
        if (r->values[i].kind == VALUE_NULL)
            continue;
        value_csv(&reg->fields[i], &r->values[i], &b);
        json_key(o, reg->fields[i].name);
        json_str(o, buf_view(&b));
    }
    json_object_end(o);
}

enum err application_keep(struct application *ap, struct fault *f)
{
    struct exchange *x = ap->x;
    struct buf b CLEANUP(buf_done) = BUF_INIT(LIMIT_DRAFT_BYTES * 2);
    struct json_out o;
    json_out_init(&o, &b, JSON_OUT_COMPACT);
    json_object_begin(&o);
    json_member(&o, "id", ap->id);
    json_member(&o, "form", ap->digest);
    json_key(&o, STR("about"));
    write_values(ap->dossiers, &ap->about, &o);
    json_key(&o, STR("answers"));
    write_values(ap->form, &ap->answers, &o);
    json_key(&o, STR("done"));
    json_array_begin(&o);
    for (size_t i = 0; i < ap->n_done; i++)
        json_str(&o, ap->done[i]);
    json_array_end(&o);
    json_object_end(&o);
    return draft_put(worker_of(x)->access, x->subject->account, ap->key, text2_in(&ap->procedure->name, x->lang),
                     buf_view(&b), f);
}

/* ---- what is applied for */

static struct record empty_record(struct arena *a, const struct reg *reg)
{
    return (struct record){.id = STR("-"), .values = ARENA_ARRAY(a, struct value, reg ? reg->n_fields : 1)};
}

enum err application_form(struct application *ap, struct fault *f)
{
    struct exchange *x = ap->x;
    const struct province *p = worker_of(x)->store->province;
    struct digest d = {{0}};
    struct buf hex = BUF_INIT(80);
    enum err e = province_register_find(p, STR("dossiers"), &ap->dossiers, f);
    if (e != OK)
        return e;
    if (ap->procedure->form.n) {
        ap->form = province_register(p, ap->procedure->form);
        if (!ap->form || !reg_is_form(ap->form))
            return FAULT(f, ERR_APPLY_FORM, {"code", ap->procedure->code}, {"form", ap->procedure->form});
        const struct source_file *source = province_source(p, ap->form->file);
        sha256(source ? source->text : nothing, &d);
    }
    digest_hex(&d, &hex);
    ap->digest = buf_move(&hex, x->arena);
    ap->about = empty_record(x->arena, ap->dossiers);
    ap->answers = empty_record(x->arena, ap->form);
    int filed_on = ap->form ? reg_field_number(ap->form, STR("filed_on")) : NO_FIELD;
    if (filed_on != NO_FIELD)
        ap->answers.values[filed_on] = (struct value){.kind = VALUE_TEXT, .text = ap->today_text};
    return OK;
}

enum err application_read(struct exchange *x, struct application *ret, struct fault *f)
{
    struct application ap = {.x = x, .today = today_of(x)};
    struct procedure *p = NULL;
    struct buf day = BUF_INIT(16);
    struct worker *w = x->worker;
    date_print(ap.today, &day);
    ap.today_text = buf_move(&day, x->arena);
    ap.done = ARENA_ARRAY(x->arena, struct str, LIMIT_FIELDS);
    struct str code = input_named(x, "procedure")->text;
    store_view(w->store, NULL); /* the catalogue is public, and so is who receives */
    enum err e = procedure_read(x->arena, w->store, code, ap.today, &p, f);
    store_view(w->store, &w->viewer);
    if (e == OK && !procedure_is_online(p, ap.today))
        e = FAULT(f, ERR_APPLY_CLOSED, {"code", p->code});
    if (e != OK)
        return e;
    ap.procedure = p;
    ap.key = STR_JOIN(x->arena, STR("apply/"), p->code);
    e = application_form(&ap, f);
    if (e == OK && x->subject->kind == SUBJECT_ACCOUNT)
        e = read_draft(&ap, f);
    *ret = ap;
    return e;
}

enum err application_begin(struct application *ap, struct fault *f)
{
    struct exchange *x = ap->x;
    unsigned char random[16];
    struct buf hex = BUF_INIT(64);
    random_bytes(random, sizeof random);
    buf_hex(&hex, random, sizeof random);
    ap->id = buf_move(&hex, x->arena);
    const struct {
        const char *field;
        struct str text;
    } known[] = {{"applicant", x->subject->full_name},
                 {"personal_id", person_is_number(x->subject->personal_id) ? x->subject->personal_id : nothing},
                 {"applicant_kind", STR("citizen")},
                 {"return_by", STR("electronic")}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        const struct field *fd = NULL;
        struct value v, *to = value_named(ap, false, str_of(known[i].field), &fd);
        if (to && known[i].text.n && value_parse(x->arena, fd, known[i].text, ap->today_text, &v, NULL) == OK)
            *to = v;
    }
    ap->is_there = true;
    return application_keep(ap, f);
}

void application_done(struct application *ap, struct str page)
{
    for (size_t i = 0; i < ap->n_done; i++)
        if (str_eq(ap->done[i], page))
            return;
    if (ap->n_done < LIMIT_FIELDS)
        ap->done[ap->n_done++] = str_dup(ap->x->arena, page);
}

struct str application_href(const struct application *ap, struct str page)
{
    struct str base = part_href(ap->x, "/apply/", ap->procedure->code);
    return page.n ? STR_JOIN(ap->x->arena, base, STR("/"), page) : base;
}

/* ---- pages */

enum err application_meets(struct application *ap, const struct reg *reg, const struct record *r, struct str filter,
                           bool *ret_meets, struct fault *f)
{
    struct worker *w = ap->x->worker;
    store_view(w->store, NULL);
    enum err e = query_matches(w->store, reg, r, filter, ret_meets, f);
    store_view(w->store, &w->viewer);
    return e;
}

static void add_page(struct application *ap, struct str id, struct str title, const struct reg *reg, int *fields,
                     size_t n)
{
    struct apply_page *p = &ap->pages[ap->n_pages++];
    *p = (struct apply_page){.id = id, .title = title, .reg = reg, .fields = fields, .n = n};
    for (size_t i = 0; i < ap->n_done; i++)
        p->is_done |= str_eq(ap->done[i], id);
}

static void add_about(struct application *ap, const char *id, enum message title, const char *const *names)
{
    struct exchange *x = ap->x;
    int *fields = ARENA_ARRAY(x->arena, int, 16);
    size_t n = 0;
    for (size_t i = 0; names[i]; i++) {
        int field = reg_field_number(ap->dossiers, str_of(names[i]));
        if (field != NO_FIELD)
            fields[n++] = field;
    }
    if (n)
        add_page(ap, str_of(id), message(title, x->lang), ap->dossiers, fields, n);
}

static bool is_same_page(const struct field *a, const struct field *b)
{
    return a->page.vi.n && str_eq(a->page.vi, b->page.vi);
}

bool application_gives(const struct field *fd)
{
    return str_is(fd->name, "dossier") || str_is(fd->name, "filed_on");
}

enum err application_asks(struct application *ap, size_t field, bool *ret_is, struct fault *f)
{
    const struct field *fd = &ap->form->fields[field];
    *ret_is = !application_gives(fd);
    if (!*ret_is || !fd->when.n)
        return OK;
    enum err e = application_meets(ap, ap->form, &ap->answers, fd->when, ret_is, f);
    if (e == OK && !*ret_is)
        ap->answers.values[field] = (struct value){.kind = VALUE_NULL};
    return e;
}

static enum err add_form(struct application *ap, struct fault *f)
{
    struct exchange *x = ap->x;
    const struct reg *reg = ap->form;
    const struct field *last = NULL;
    enum err e = OK;
    for (size_t i = 0; e == OK && reg && i < reg->n_fields; i++) {
        const struct field *fd = &reg->fields[i];
        bool is = false;
        e = application_asks(ap, i, &is, f);
        if (e != OK || !is)
            continue;
        if (last && is_same_page(last, fd)) {
            struct apply_page *p = &ap->pages[ap->n_pages - 1];
            p->fields[p->n++] = (int)i;
            continue;
        }
        int *fields = ARENA_ARRAY(x->arena, int, reg->n_fields);
        fields[0] = (int)i;
        add_page(ap, STR_JOIN(x->arena, STR("a-"), fd->name),
                 fd->page.vi.n ? text2_in(&fd->page, x->lang) : text2_in(&fd->title, x->lang), reg, fields, 1);
        last = fd;
    }
    return e;
}

enum err application_pages(struct application *ap, struct fault *f)
{
    static const char *const who[] = {"applicant_kind", "applicant", "personal_id", "tax_code",
                                      "phone",          "email",     "address",     NULL};
    static const char *const helper[] = {"representative", "supporter", "supporter_kind", NULL};
    static const char *const giving[] = {"return_by", NULL};
    struct exchange *x = ap->x;
    ap->pages = ARENA_ARRAY(x->arena, struct apply_page, LIMIT_FIELDS + 8);
    ap->n_pages = 0;
    add_page(ap, STR("where"), message(M_apply_where, x->lang), NULL, NULL, 0);
    add_about(ap, "who", M_apply_who, who);
    add_about(ap, "helper", M_apply_helper, helper);
    enum err e = add_form(ap, f);
    add_page(ap, STR("files"), message(M_apply_files, x->lang), NULL, NULL, 0);
    add_about(ap, "giving", M_apply_giving, giving);
    return e;
}

struct apply_page *application_page(struct application *ap, struct str id)
{
    for (size_t i = 0; i < ap->n_pages; i++)
        if (str_eq(ap->pages[i].id, id))
            return &ap->pages[i];
    return NULL;
}

/* ---- what is missing */

/* The answers stand for the application itself; what is only shown is brought when the result is fetched. */
bool application_needs(const struct application *ap, const struct procedure_component *c)
{
    return str_is(c->need, "always") && !(ap->form && str_is(c->kind, "application"));
}

size_t application_missing(const struct application *ap, const struct procedure_component **ret_list)
{
    size_t n = 0;
    for (size_t i = 0; i < ap->procedure->n_components; i++) {
        const struct procedure_component *c = &ap->procedure->components[i];
        bool is_there = !application_needs(ap, c);
        for (size_t k = 0; k < ap->n_files; k++)
            is_there |= ap->files[k].component == c->number;
        if (!is_there)
            ret_list[n++] = c;
    }
    return n;
}

enum err application_judge(struct application *ap, struct str **ret_problems, size_t *ret_n, struct fault *f)
{
    struct exchange *x = ap->x;
    const struct reg *reg = ap->form;
    struct str *all = ARENA_ARRAY(x->arena, struct str, (reg ? reg->n_rules : 0) + 1);
    size_t n = 0;
    enum err e = OK;
    for (size_t i = 0; e == OK && reg && i < reg->n_rules; i++) {
        bool is_broken = false;
        struct str not_met = STR_JOIN(x->arena, STR("NOT ("), reg->rules[i].check, STR(")"));
        if (reg->rules[i].level != RULE_ERROR)
            continue;
        e = application_meets(ap, reg, &ap->answers, not_met, &is_broken, f);
        if (e == OK && is_broken)
            all[n++] = text2_in(&reg->rules[i].message, x->lang);
    }
    *ret_problems = all;
    *ret_n = n;
    return e;
}

struct str application_shown(struct application *ap, const struct reg *reg, const struct record *r, int field)
{
    struct buf b = BUF_INIT(LIMIT_RECORD_BYTES);
    const struct field *fd = &reg->fields[field];
    if (r->values[field].kind != VALUE_NULL)
        value_print(fd, &r->values[field], ap->x->lang, &b);
    struct str measure = text2_in(&fd->measure, ap->x->lang);
    if (b.n && measure.n)
        buf_printf(&b, " %.*s", STR_ARG(measure));
    return buf_move(&b, ap->x->arena);
}

/* ---- what is known already */

/* A field of the same name and type in a register that holds a record of his: of several, the newest register wins last. */
enum err application_offers(struct application *ap, struct offer **ret_offers, size_t *ret_n, struct fault *f)
{
    static const char *const asked[] = {"phone", "email", "address"};
    struct exchange *x = ap->x;
    struct person_record *all = NULL;
    size_t n = 0;
    VEC(struct offer) offers = {0};
    enum err e = person_records(x, x->subject->personal_id, true, &all, &n, f);
    for (size_t k = 0; e == OK && k < ARRAY_LEN(asked); k++) {
        const struct field *fd = reg_field(ap->dossiers, str_of(asked[k]));
        for (size_t i = n; fd && i-- > 0;) {
            int at = reg_field_number(all[i].reg, str_of(asked[k]));
            if (at == NO_FIELD || all[i].reg->fields[at].type != fd->type ||
                all[i].record.values[at].kind != VALUE_TEXT)
                continue;
            VEC_PUSH(x->arena, &offers,
                     ((struct offer){fd, all[i].record.values[at].text, text2_in(&all[i].reg->title, x->lang)}));
            break;
        }
    }
    *ret_offers = offers.p;
    *ret_n = offers.n;
    return e;
}

enum err application_results(struct application *ap, struct kept_result **ret, size_t *ret_n, struct fault *f)
{
    struct exchange *x = ap->x;
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    VEC(struct kept_result) all = {0};
    const struct reg *reg = province_register(w->store->province, STR("results"));
    *ret_n = 0;
    if (!reg || !person_is_number(x->subject->personal_id))
        return OK;
    const struct query_options o = {.filter = STR_JOIN(x->arena, STR("personal_id = '"), x->subject->personal_id,
                                                       STR("' AND revoked_on IS NULL AND sha256 IS NOT NULL")),
                                    .limit = PERSON_RECORDS};
    store_view(w->store, NULL);
    enum err e = query_open(w->store, reg, &o, &q, f);
    store_view(w->store, &w->viewer);
    while (e == OK && (e = query_next(q, &r, &has_row, f)) == OK && has_row) {
        int64_t number = 0;
        record_integer(reg, &r, "file", &number);
        struct kept_result one = {.code = str_dup(x->arena, record_text(reg, &r, "code")),
                                  .kind = str_dup(x->arena, record_text(reg, &r, "kind")),
                                  .number = str_dup(x->arena, record_text(reg, &r, "number")),
                                  .signed_on = str_dup(x->arena, record_text(reg, &r, "signed_on")),
                                  .sha256 = str_dup(x->arena, record_text(reg, &r, "sha256"))};
        one.file_record =
            str_of(arena_printf(x->arena, "%.*s@%lld", STR_ARG(record_text(reg, &r, "dossier")), (long long)number));
        VEC_PUSH(x->arena, &all, one);
    }
    *ret = all.p;
    *ret_n = all.n;
    return e;
}

enum err dossier_of_own(struct exchange *x, struct str field, struct str value, struct record *ret, bool *ret_is_there,
                        struct fault *f)
{
    struct worker *w = x->worker;
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    const struct reg *reg = province_register(w->store->province, STR("dossiers"));
    *ret_is_there = false;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\'')
            return OK;
    if (!reg || !value.n)
        return OK;
    const struct query_options o = {.filter = STR_JOIN(x->arena, STR("\""), field, STR("\" = '"), value, STR("'")),
                                    .is_unsorted = true,
                                    .limit = 1};
    store_view(w->store, NULL);
    enum err e = query_open(w->store, reg, &o, &q, f);
    if (e == OK)
        e = query_next(q, &r, ret_is_there, f);
    store_view(w->store, &w->viewer);
    if (e != OK || !*ret_is_there)
        return e;
    struct str account = record_text(reg, &r, "account"), number = record_text(reg, &r, "personal_id");
    *ret_is_there = x->subject->kind == SUBJECT_ACCOUNT &&
                    (str_eq(account, x->subject->name) ||
                     (person_is_number(x->subject->personal_id) && str_eq(number, x->subject->personal_id)));
    if (*ret_is_there)
        *ret = record_copy(x->arena, reg, &r);
    return e;
}
