/* Roles say what may be done; rights are what that means for somebody, today, in a register. */
#include "../register/fixture.h"

#include "access/right.h"

#define PERSON_FIELDS                                                                                                  \
    "fields:\n"                                                                                                        \
    "  code: {type: string, title: Mã, required: true}\n"                                                             \
    "  unit: {type: string, title: Nơi}\n"                                                                            \
    "  home: {type: unit, title: Xã}\n"                                                                               \
    "  done: {type: boolean, title: Xong}\n"                                                                           \
    "  name: {type: string, title: Tên, privacy: basic-personal}\n"                                                   \
    "  belief: {type: string, title: Tôn giáo, privacy: sensitive}\n"

static const char people_yaml[] =
    "register: people\ntitle: Người\nprivacy: internal\nkey: [code]\nas_of: seen_on\n" PERSON_FIELDS
    "  seen_on: {type: date, title: Ngày}\n";
static const char poor_yaml[] = "register: poor\ntitle: Nghèo\nprivacy: sensitive\nkey: [code]\nfields:\n"
                                "  code: {type: string, title: Mã, required: true, privacy: internal}\n"
                                "  home: {type: unit, title: Xã, privacy: internal}\n"
                                "  class: {type: string, title: Diện}\n";

static const char bodies_yaml[] = "register: bodies\ntitle: Cơ quan\nkey: [code]\nbelongs_to: {agency: code}\nfields:\n"
                                  "  code: {type: string, title: Mã, required: true}\n";
static const char letters_yaml[] = "register: letters\ntitle: Văn bản\nprivacy: internal\nkey: [code]\n"
                                   "belongs_to: {unit: where_to, agency: receiver}\nfields:\n"
                                   "  code: {type: string, title: Mã, required: true}\n"
                                   "  where_from: {type: unit, title: Xã gửi}\n"
                                   "  where_to: {type: unit, title: Xã nhận}\n"
                                   "  sender: {type: reference, register: bodies, title: Nơi gửi}\n"
                                   "  receiver: {type: reference, register: bodies, title: Nơi nhận}\n";
static const char clerk_yaml[] = "role: clerk\ntitle: Văn thư\ngrants:\n"
                                 "  - {may: read, registers: [letters], within: unit}\n"
                                 "  - {may: [update, delete], registers: [letters, bodies], within: agency}\n";

static const char officer_yaml[] = "role: officer\n"
                                   "title: {vi: Cán bộ, en: Officer}\n"
                                   "grants:\n"
                                   "  - may: [read, update]\n"
                                   "    registers: [people]\n"
                                   "    within: unit\n"
                                   "    fields: basic-personal\n"
                                   "  - may: read\n"
                                   "    registers: [people]\n"
                                   "  - may: create\n"
                                   "    registers: [people]\n"
                                   "    where: done = FALSE\n"
                                   "    from: 2020-01-01\n"
                                   "  - may: delete\n"
                                   "    registers: [people]\n"
                                   "    to: 2020-01-01\n"
                                   "  - may: [read, update]\n"
                                   "    registers: [poor]\n"
                                   "    within: unit\n"
                                   "    fields: sensitive\n";
static const char analyst_yaml[] = "role: analyst\ntitle: Phân tích\ngrants:\n"
                                   "  - {may: [read, approve], figures: [closed], to: 2999-01-01}\n"
                                   "  - {may: publish, figures: \"*\"}\n"
                                   "  - {may: read, figures: [old], to: 2020-01-01}\n"
                                   "  - {may: [read, publish], workflows: [granting]}\n"
                                   "  - {may: administer, registers: [people], within: unit, fields: basic-personal}\n";
static const char counter_yaml[] = "role: counter\ntitle: Đếm\ngrants:\n"
                                   "  - {may: [read, export], registers: \"*\"}\n";

static const struct text_file files[] = {{"province.yaml", province_yaml},
                                         {"registers/units.yaml", units_yaml},
                                         {"registers/successors.yaml", successors_yaml},
                                         {"registers/farms.yaml", farms_yaml},
                                         {"registers/people.yaml", people_yaml},
                                         {"registers/poor.yaml", poor_yaml},
                                         {"registers/bodies.yaml", bodies_yaml},
                                         {"registers/letters.yaml", letters_yaml},
                                         {"roles/clerk.yaml", clerk_yaml},
                                         {"roles/analyst.yaml", analyst_yaml},
                                         {"roles/officer.yaml", officer_yaml},
                                         {"roles/counter.yaml", counter_yaml}};

static struct rights *rights;
static struct roles *roles;

static int set_up(void **state)
{
    if (fixture_set_up(state) != 0)
        return -1;
    struct fixture *x = *state;
    if (declare(x, files, ARRAY_LEN(files), NULL) != OK ||
        put(x, "people",
            "code,home,done,name,belief,seen_on\nP1,11,true,Ân,x,2022-01-01\nP2,12,false,Bình,y,2022-01-01\n",
            NULL) != OK ||
        put(x, "bodies", "code\nA\nB\n", NULL) != OK ||
        put(x, "letters", "code,where_from,where_to,sender,receiver\nL1,1,11,A,B\n", NULL) != OK ||
        put(x, "poor", "code,home,class\nN1,11,poor\n", NULL) != OK ||
        roles_load(x->a, x->s->province, &roles, &x->list) != OK) {
        show(&x->list);
        return -1;
    }
    rights = rights_new();
    return 0;
}

static int tear_down(void **state)
{
    rights_free(TAKE(rights));
    return fixture_tear_down(state);
}

static const struct str officer[] = {{"officer", 7}}, counter[] = {{"counter", 7}};

static struct subject account(const struct str *role, const char *unit)
{
    return (struct subject){.kind = SUBJECT_ACCOUNT,
                            .account = 1,
                            .roles = role,
                            .n_roles = 1,
                            .unit = str_of(unit),
                            .has_second_factor = true};
}

static enum err opened(void *context, struct arena *a, const struct subject *who, struct str reg,
                       const struct str **ret_ids, size_t *ret_n, struct fault *f)
{
    static const struct str ids[] = {{"P1", 2}};
    (void)a, (void)who, (void)f;
    *ret_ids = ids;
    *ret_n = context && str_is(reg, "people") ? 1 : 0;
    return OK;
}

static void begin(struct fixture *x, const struct subject *who, bool has_opened)
{
    const struct rights_moment m = {.store = x->s,
                                    .roles = roles,
                                    .declared = 1,
                                    .declared_then = 1,
                                    .opened = opened,
                                    .context = has_opened ? x : NULL};
    assert_int_equal(rights_begin(rights, &m, who, &x->f), OK);
}

static const struct reg *reg_of(struct fixture *x, const char *name)
{
    return province_register(x->s->province, str_of(name));
}

static const char *shown(struct fixture *x, const char *reg, enum privacy class)
{
    struct sight s;
    if (!access_sight(rights, reg_of(x, reg), &s))
        return "nothing";
    const struct sight_level *l = &s.level[class];
    return l->is_all ? "all" : l->is_none ? "none" : arena_dup(x->a, l->where.p, l->where.n);
}

static bool may(struct fixture *x, enum verb verb, const char *reg, const char *id, struct decision *d)
{
    struct query *q CLEANUP(query_closep) = NULL;
    struct record r;
    bool has_row = true;
    const struct reg *g = reg_of(x, reg);
    if (id) {
        assert_int_equal(query_open(x->s, g, &(struct query_options){.id = str_of(id)}, &q, &x->f), OK);
        assert_int_equal(query_next(q, &r, &has_row, &x->f), OK);
        assert_true(has_row);
    }
    assert_int_equal(access_may(rights, verb, g, id ? &r : NULL, d, &x->f), OK);
    return d->is_allowed;
}

/* ---- */

static void who_is_not_signed_in_sees_what_is_public(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    begin(x, &subject_anyone, false);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "nothing");
    assert_string_equal(shown(x, "units", PRIVACY_PUBLIC), "all");
    assert_false(may(x, VERB_READ, "people", NULL, &d));
    assert_false(may(x, VERB_UPDATE, "people", NULL, &d));
    struct subject pending = account(officer, "11");
    pending.kind = SUBJECT_PENDING;
    begin(x, &pending, true);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "nothing");
    begin(x, &subject_operator, false);
    assert_string_equal(shown(x, "people", PRIVACY_INTERNAL), "all");
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    assert_string_equal(shown(x, "poor", PRIVACY_INTERNAL), "nothing");
    assert_true(may(x, VERB_UPDATE, "people", "P1", &d));
}

static void a_grant_within_a_unit_is_its_codes_and_those_merged_into_it(void **state)
{
    struct fixture *x = *state;
    struct subject s = account(officer, "11");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "all");
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('11', '12'))");
    assert_string_equal(shown(x, "people", PRIVACY_SENSITIVE), "none");
    s.unit = STR("12"); /* gone: it has its own records only */
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('12'))");
    s.unit = STR("1");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('1', '11', '12'))");
    s.unit = STR("99");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    s.unit = STR("");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
}

static void sensitive_fields_are_shown_of_opened_records_only(void **state)
{
    struct fixture *x = *state;
    struct subject s = account(officer, "11");
    begin(x, &s, false);
    assert_string_equal(shown(x, "poor", PRIVACY_PUBLIC),
                        "(\"home\" IN ('11', '12'))"); /* that he is in it, the officer may know */
    assert_string_equal(shown(x, "poor", PRIVACY_INTERNAL), "(\"home\" IN ('11', '12'))");
    assert_string_equal(shown(x, "poor", PRIVACY_SENSITIVE), "none");
    begin(x, &s, true);
    assert_string_equal(shown(x, "people", PRIVACY_SENSITIVE), "none"); /* opened, but no grant */
    struct subject c = account(counter, "");
    begin(x, &c, true);
    assert_string_equal(shown(x, "poor", PRIVACY_PUBLIC), "nothing");
}

static void a_decision_says_which_grant_and_why(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    struct subject s = account(officer, "12");
    begin(x, &s, false);
    assert_true(may(x, VERB_UPDATE, "people", "P2", &d));
    assert_int_equal(d.fields, PRIVACY_BASIC_PERSONAL);
    assert_int_equal(d.n_steps, 5);
    assert_int_equal(d.steps[0].why, WHY_ALLOWED);
    assert_int_equal(d.steps[0].grant->line, 4);
    assert_int_equal(d.steps[1].why, WHY_VERB);
    assert_int_equal(d.steps[4].why, WHY_REGISTER);
    assert_false(may(x, VERB_UPDATE, "people", "P1", &d));
    assert_int_equal(d.steps[0].why, WHY_OUTSIDE);
    assert_true(may(x, VERB_UPDATE, "people", NULL, &d)); /* some of them */
    assert_true(may(x, VERB_CREATE, "people", "P2", &d));
    assert_int_equal(d.fields, PRIVACY_INTERNAL);
    assert_false(may(x, VERB_CREATE, "people", "P1", &d));
    assert_int_equal(d.steps[2].why, WHY_WHERE);
    assert_false(may(x, VERB_DELETE, "people", "P2", &d));
    assert_int_equal(d.steps[3].why, WHY_LATE);
    s.unit = STR("");
    begin(x, &s, false);
    assert_false(may(x, VERB_UPDATE, "people", "P2", &d));
    assert_int_equal(d.steps[0].why, WHY_NO_UNIT);
    struct subject c = account(counter, "");
    begin(x, &c, false);
    assert_false(may(x, VERB_READ, "poor", "N1", &d));
    assert_int_equal(d.steps[0].why, WHY_CLASS);
    const struct str unknown[] = {STR("gone")};
    struct subject g = account(unknown, "");
    begin(x, &g, false);
    assert_false(may(x, VERB_READ, "people", NULL, &d));
    assert_null(d.steps[0].role);
}

static void a_record_belongs_by_the_field_that_is_declared(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    const struct str clerk[] = {STR("clerk")};
    struct subject s = account(clerk, "12");
    s.agency = STR("A");
    begin(x, &s, false);
    assert_string_equal(shown(x, "letters", PRIVACY_INTERNAL), "(\"where_to\" IN ('12'))");
    assert_false(may(x, VERB_READ, "letters", "L1", &d));
    assert_int_equal(d.steps[0].why, WHY_OUTSIDE);
    assert_false(may(x, VERB_UPDATE, "letters", "L1", &d)); /* it sent the letter, and does not hold it */
    assert_true(may(x, VERB_DELETE, "bodies", "A", &d));
    assert_false(may(x, VERB_DELETE, "bodies", "B", &d));
    s.unit = STR("11");
    s.agency = STR("B");
    begin(x, &s, false);
    assert_true(may(x, VERB_READ, "letters", "L1", &d));
    assert_true(may(x, VERB_UPDATE, "letters", "L1", &d));
    assert_ptr_equal(province_agencies(x->s->province), reg_of(x, "bodies")); /* whatever it is called */
    /* lent in one unit: of what its agency holds, what is of that unit */
    struct delegation lent[] = {
        {.from_name = STR("amy"), .from_agency = STR("B"), .role = STR("clerk"), .unit = STR("11")}};
    struct subject c = account(counter, "");
    c.delegations = lent;
    c.n_delegations = 1;
    begin(x, &c, false);
    assert_true(may(x, VERB_UPDATE, "letters", "L1", &d));
    lent[0].unit = STR("12");
    begin(x, &c, false);
    assert_false(may(x, VERB_UPDATE, "letters", "L1", &d));
    lent[0].unit = STR("11");
    lent[0].from_agency = STR("A");
    begin(x, &c, false);
    assert_false(may(x, VERB_UPDATE, "letters", "L1", &d));
    assert_int_equal(reg_scope_field(x->s->province, reg_of(x, "people"), SCOPE_UNIT), 2); /* not declared: the first */
    assert_int_equal(reg_scope_field(x->s->province, reg_of(x, "people"), SCOPE_AGENCY), NO_FIELD);
}

static struct delegation lent_officer(void)
{
    return (struct delegation){.from_account = 2,
                               .from_name = STR("amy"),
                               .from_unit = STR("11"),
                               .role = STR("officer"),
                               .until = STR("2999-01-01")};
}

static void what_is_delegated_adds_up_until_its_last_day(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    struct delegation lent[] = {lent_officer()};
    struct subject s = account(counter, "");
    s.delegations = lent;
    s.n_delegations = 1;
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('11', '12'))");
    lent[0].unit = STR("12"); /* merged into it: below */
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('12'))");
    assert_true(may(x, VERB_UPDATE, "people", "P2", &d));
    assert_ptr_equal(d.steps[1].delegation, lent);
    assert_ptr_equal(d.delegation, lent);
    assert_false(d.is_own);
    assert_true(may(x, VERB_READ, "people", "P2", &d)); /* his own role reads it, but not all of its fields */
    assert_true(d.is_own);
    assert_int_equal(d.own_fields, PRIVACY_INTERNAL);
    assert_int_equal(d.fields, PRIVACY_BASIC_PERSONAL);
    assert_ptr_equal(d.delegation, lent);
    assert_false(may(x, VERB_UPDATE, "people", "P1", &d));
    lent[0].until = STR("2020-01-01");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    assert_false(may(x, VERB_UPDATE, "people", "P2", &d));
    lent[0].until = STR("2999-01-01");
    lent[0].from = STR("2998-01-01");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
}

static bool may_figure(enum verb verb, const char *id, bool is_internal, struct decision *d)
{
    access_may_figure(rights, verb, str_of(id), is_internal, d);
    return d->is_allowed;
}

static void an_internal_figure_needs_a_grant(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    const struct str analyst[] = {STR("analyst")};
    struct subject s = account(analyst, ""), c = account(counter, "");
    begin(x, &subject_anyone, false);
    assert_true(may_figure(VERB_READ, "open", false, &d) && d.is_public);
    assert_false(may_figure(VERB_READ, "closed", true, &d));
    assert_false(may_figure(VERB_PUBLISH, "open", false, &d));
    begin(x, &subject_operator, false);
    assert_true(may_figure(VERB_READ, "closed", true, &d) && d.is_operator);
    begin(x, &c, false); /* all registers, and no figure */
    assert_false(may_figure(VERB_READ, "closed", true, &d));
    assert_true(may_figure(VERB_READ, "open", false, &d));
    begin(x, &s, false);
    assert_true(may_figure(VERB_READ, "closed", true, &d));
    assert_false(d.is_public);
    assert_int_equal(d.steps[0].why, WHY_ALLOWED);
    assert_int_equal(d.steps[1].why, WHY_VERB);
    assert_false(may_figure(VERB_READ, "old", true, &d));
    assert_int_equal(d.steps[2].why, WHY_LATE);
    assert_true(may_figure(VERB_PUBLISH, "old", true, &d)); /* by "*" */
    struct delegation lent[] = {lent_officer()};
    lent[0].role = STR("analyst");
    c.delegations = lent;
    c.n_delegations = 1;
    begin(x, &c, false);
    assert_true(may_figure(VERB_READ, "closed", true, &d));
    assert_ptr_equal(d.delegation, lent);
    lent[0].unit = STR("11"); /* a figure is not of a unit */
    begin(x, &c, false);
    assert_false(may_figure(VERB_READ, "closed", true, &d));
    assert_int_equal(d.steps[1].why, WHY_OUTSIDE);
}

static void administering_a_register_is_a_right_like_others(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    const struct str analyst[] = {STR("analyst")}, administrator[] = {STR(ROLE_ADMINISTRATOR)};
    struct subject s = account(analyst, "12"), a = account(administrator, ""), o = account(officer, "12");
    begin(x, &s, false);
    assert_true(may(x, VERB_ADMINISTER, "people", "P2", &d));
    assert_int_equal(d.fields, PRIVACY_BASIC_PERSONAL); /* what it may erase */
    assert_false(may(x, VERB_ADMINISTER, "people", "P1", &d));
    assert_true(may(x, VERB_ADMINISTER, "people", NULL, &d));
    assert_false(may(x, VERB_ADMINISTER, "farms", NULL, &d));
    bool throughout = true;
    assert_int_equal(access_may_throughout(rights, VERB_ADMINISTER, reg_of(x, "people"), &throughout, &x->f), OK);
    assert_false(throughout); /* of the own unit only */
    assert_false(may(x, VERB_DELETE, "people", "P2", &d));
    begin(x, &o, false);
    assert_false(may(x, VERB_ADMINISTER, "people", "P2", &d)); /* updating is less */
    begin(x, &a, false);
    assert_false(may(x, VERB_ADMINISTER, "people", "P2", &d)); /* accounts are another matter */
    begin(x, &subject_operator, false);
    assert_true(may(x, VERB_ADMINISTER, "people", "P2", &d));
    assert_int_equal(access_may_throughout(rights, VERB_ADMINISTER, reg_of(x, "people"), &throughout, &x->f), OK);
    assert_true(throughout);
    struct subject c = account(counter, "");
    begin(x, &c, false);
    assert_int_equal(access_may_throughout(rights, VERB_EXPORT, reg_of(x, "people"), &throughout, &x->f), OK);
    assert_true(throughout);
    assert_int_equal(access_may_throughout(rights, VERB_EXPORT, reg_of(x, "poor"), &throughout, &x->f), OK);
    assert_false(throughout); /* of a higher class */
    begin(x, &subject_anyone, false);
    assert_false(may(x, VERB_ADMINISTER, "people", "P2", &d));
    assert_int_equal(access_may_throughout(rights, VERB_ADMINISTER, reg_of(x, "people"), &throughout, &x->f), OK);
    assert_false(throughout);
}

static void a_verb_that_nothing_asks_for_is_told(void **state)
{
    (void)state;
    struct faults idle CLEANUP(faults_done) = {0};
    static const struct {
        int line;
        const char *verb, *what;
    } expected[] = {
        {4, "approve", "figures"}, {5, "publish", "figures"}, {7, "read", "workflows"}, {7, "publish", "workflows"}};
    roles_check_verbs(roles, NULL, 0, &idle);
    assert_int_equal(idle.total, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(idle.p[i].code, ERR_ROLE_VERB_IDLE);
        assert_int_equal(idle.p[i].line, expected[i].line);
        assert_true(str_is(fault_param(&idle.p[i], "verb"), expected[i].verb));
        assert_true(str_is(fault_param(&idle.p[i], "what"), expected[i].what));
        assert_true(str_is(fault_file(&idle.p[i]), "roles/analyst.yaml"));
    }
}

/* It reaches as far as for whoever lends it: by his unit, and no further than the one that he named, also where the role itself knows no bounds. */
static void what_is_delegated_stays_within_its_bounds(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    struct delegation lent[] = {lent_officer()};
    const struct str nobody[] = {STR("gone")};
    struct subject s = account(nobody, "1"); /* the unit of whoever acts gives nothing */
    s.delegations = lent;
    s.n_delegations = 1;
    lent[0].from_unit = STR("");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    lent[0].from_unit = STR("12");
    lent[0].unit = STR("11"); /* the one who lends was moved: it no longer lies below his */
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    assert_false(may(x, VERB_UPDATE, "people", "P2", &d));
    assert_int_equal(d.steps[1].why, WHY_NO_UNIT);
    lent[0].role = STR("counter"); /* everything, within 12 */
    lent[0].unit = STR("12");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_INTERNAL), "(\"home\" IN ('12'))");
    assert_false(may(x, VERB_EXPORT, "people", "P1", &d));
    assert_int_equal(d.steps[1].why, WHY_OUTSIDE);
    assert_string_equal(shown(x, "successors", PRIVACY_PUBLIC), "all"); /* public to everybody */
    assert_false(may(x, VERB_EXPORT, "successors", NULL, &d));
    assert_int_equal(d.steps[1].why, WHY_NO_FIELD);
}

static const char *behalf(struct fixture *x, const char *reg, enum privacy class, const char *id)
{
    struct str ids[] = {str_of(id ? id : "")}, names = {NULL, 0};
    assert_int_equal(rights_behalf(rights, reg_of(x, reg), class, ids, id ? 1 : 0, &names, &x->f), OK);
    return arena_dup(x->a, names.p ? names.p : "", names.n);
}

static void a_read_is_in_the_name_of_who_lent_the_right_to_it(void **state)
{
    struct fixture *x = *state;
    struct delegation lent[] = {lent_officer(), lent_officer()};
    struct subject s = account(officer, "12");
    s.delegations = lent;
    s.n_delegations = 2;
    lent[1].from_name = STR("eve");
    lent[1].unit = STR("12");
    begin(x, &s, false);
    assert_string_equal(behalf(x, "people", PRIVACY_BASIC_PERSONAL, "P2"), "");    /* his own unit */
    assert_string_equal(behalf(x, "people", PRIVACY_BASIC_PERSONAL, "P1"), "amy"); /* hers */
    assert_string_equal(behalf(x, "people", PRIVACY_INTERNAL, "P1"), "");          /* which he sees of all */
    assert_string_equal(behalf(x, "people", PRIVACY_BASIC_PERSONAL, NULL), "amy, eve");
    /* So many ids that no room is left for what the roles say: she is named all the same. */
    struct str many[90], names;
    char *long_id = arena_zalloc(x->a, 733);
    memset(long_id, 'x', 732);
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        many[i] = str_of(long_id);
    many[0] = STR("P1");
    assert_int_equal(
        rights_behalf(rights, reg_of(x, "people"), PRIVACY_BASIC_PERSONAL, many, ARRAY_LEN(many), &names, &x->f), OK);
    assert_true(str_starts(names, STR("amy")));
    s.n_delegations = 0;
    begin(x, &s, false);
    assert_string_equal(behalf(x, "people", PRIVACY_BASIC_PERSONAL, "P1"), "");
    assert_true(str_is(behalf_add(x->a, STR("amy, eve"), STR("eve")), "amy, eve"));
    assert_true(str_is(behalf_add(x->a, STR("amy"), STR("am")), "amy, am"));
}

static void a_role_that_asks_for_a_second_factor_gives_nothing_without(void **state)
{
    struct fixture *x = *state;
    struct decision d;
    struct delegation lent[] = {lent_officer()};
    struct subject s = account(officer, "11"), c = account(counter, "");
    s.has_second_factor = c.has_second_factor = false;
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "nothing");
    assert_false(may(x, VERB_UPDATE, "people", "P1", &d));
    c.delegations = lent;
    c.n_delegations = 1;
    begin(x, &c, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "nothing");
    c.n_roles = 0;
    begin(x, &c, false);
    assert_false(may(x, VERB_UPDATE, "people", "P1", &d));
}

static void what_is_taken_away_needs_a_grant_of_its_own(void **state)
{
    struct fixture *x = *state;
    struct subject s = account(officer, "11"), c = account(counter, "");
    begin(x, &s, false);
    rights_export(rights);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "nothing");
    begin(x, &c, false);
    rights_export(rights);
    assert_string_equal(shown(x, "people", PRIVACY_INTERNAL), "all");
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "none");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_PUBLIC), "all");
}

static void what_the_store_hands_out_is_the_sight(void **state)
{
    struct fixture *x = *state;
    struct subject s = account(officer, "12");
    begin(x, &s, false);
    store_view(x->s, rights_viewer(rights));
    assert_string_equal(values(x, "people", "name", (struct query_options){0}), "•••|Bình");
    assert_int_equal(count(x, "people", (struct query_options){.filter = STR("name = 'Ân'")}), 0);
    assert_int_equal(count(x, "poor", (struct query_options){0}), 0);
}

/* A unit that comes or goes is heeded at once; what was worked out for others is not mixed up. */
static void what_is_kept_is_forgotten_when_units_change(void **state)
{
    struct fixture *x = *state;
    struct subject s = account(officer, "11"), o = account(officer, "12");
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('11', '12'))");
    begin(x, &o, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('12'))");
    assert_int_equal(put(x, "units", "code,valid_from,valid_to,name,level,parent\n13,,,Xã Mới,2,11\n", NULL), OK);
    begin(x, &s, false);
    assert_string_equal(shown(x, "people", PRIVACY_BASIC_PERSONAL), "(\"home\" IN ('11', '12', '13'))");
}

static void told(struct fixture *x, const char *role, enum err code, int line, const char *nearest)
{
    const struct text_file bad[] = {{"province.yaml", province_yaml},
                                    {"registers/units.yaml", units_yaml},
                                    {"registers/successors.yaml", successors_yaml},
                                    {"registers/people.yaml", people_yaml},
                                    {"roles/bad.yaml", role}};
    struct sources src = sources_of(x->a, bad, ARRAY_LEN(bad));
    struct province *p;
    struct roles *none = NULL;
    struct faults list CLEANUP(faults_done) = {0};
    assert_int_equal(province_build(x->a, &src, &p, &list), OK);
    assert_int_equal(roles_load(x->a, p, &none, &list), code);
    assert_int_equal(list.p[0].line, line);
    if (nearest)
        assert_true(str_is(fault_param(&list.p[0], "nearest"), nearest));
}

static void what_is_wrong_with_a_role_is_told_with_its_line(void **state)
{
    struct fixture *x = *state;
#define HEAD "role: bad\ntitle: Sai\ngrants:\n"
    told(x, HEAD "  - {may: rread, registers: people}\n", ERR_DECL_UNKNOWN, 4, "read");
    told(x, HEAD "  - {may: read, registers: pepl}\n", ERR_DECL_UNKNOWN, 4, "people");
    told(x, HEAD "  - {may: read, registers: declarations}\n", ERR_DECL_UNKNOWN, 4, NULL);
    told(x, HEAD "  - may: read\n    registers: people\n    where: don = TRUE\n", ERR_CQL2_PROPERTY, 6, "done");
    told(x, HEAD "  - may: read\n    registers: [successors]\n    within: unit\n", ERR_ROLE_SCOPE, 6, NULL);
    told(x, HEAD "  - may: read\n    registers: people\n    within: agency\n", ERR_ROLE_SCOPE, 6, NULL);
    told(x, HEAD "  - {may: read, registers: \"*\", where: done = TRUE}\n", ERR_DECL_VALUE, 4, NULL);
    told(x, HEAD "  - {may: read, registers: people, fields: secret}\n", ERR_YAML_ENUM, 4, NULL);
    told(x, HEAD "  - {may: read, registers: people, from: 2022-01-01, to: 2021-01-01}\n", ERR_DECL_VALUE, 4, NULL);
    told(x, HEAD "  - {may: read}\n", ERR_YAML_KEY_MISSING, 4, NULL);
    told(x, "role: other\ntitle: Sai\ngrants:\n  - {may: read, registers: people}\n", ERR_DECL_FILE_NAME, 1, NULL);
    struct str names[] = {STR("households")};
    struct roles one = {.p = &(struct role){.file = STR("roles/a.yaml"),
                                            .n = 1,
                                            .grants = &(struct grant){.figures = &STR("house_holds"),
                                                                      .n_figures = 1,
                                                                      .figure_places = &(struct yaml_place){7, 1}}},
                        .n = 1};
    struct faults list CLEANUP(faults_done) = {0};
    roles_check_figures(&one, names, 1, &list);
    assert_int_equal(list.total, 1);
    assert_int_equal(list.p[0].line, 7);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(who_is_not_signed_in_sees_what_is_public),
        T(a_grant_within_a_unit_is_its_codes_and_those_merged_into_it),
        T(sensitive_fields_are_shown_of_opened_records_only),
        T(a_decision_says_which_grant_and_why),
        T(a_record_belongs_by_the_field_that_is_declared),
        T(an_internal_figure_needs_a_grant),
        T(administering_a_register_is_a_right_like_others),
        T(a_verb_that_nothing_asks_for_is_told),
        T(what_is_delegated_adds_up_until_its_last_day),
        T(what_is_delegated_stays_within_its_bounds),
        T(a_read_is_in_the_name_of_who_lent_the_right_to_it),
        T(a_role_that_asks_for_a_second_factor_gives_nothing_without),
        T(what_is_taken_away_needs_a_grant_of_its_own),
        T(what_the_store_hands_out_is_the_sight),
        T(what_is_kept_is_forgotten_when_units_change),
        T(what_is_wrong_with_a_role_is_told_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
