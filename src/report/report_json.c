#include "report/report_json.h"

#include "figure/figure_json.h"

#include "base/banned.h"

void report_members_json(const struct report *r, enum lang lang, struct json_out *o)
{
    json_member(o, "report", r->id);
    json_member(o, "title", text2_in(&r->title, lang));
    moment_json(&r->at, o);
    json_member(o, "log_root", r->log_root);
    json_key(o, STR("figures"));
    json_array_begin(o);
    for (size_t i = 0; i < r->n_figures; i++) {
        buf_putc(o->b, '\n');
        figure_json(r->figures[i], lang, o);
    }
    json_array_end(o);
}

void report_json(const struct report *r, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    report_members_json(r, lang, o);
    json_object_end(o);
}

void reports_members_json(struct arena *scratch, const struct province *p, enum lang lang, struct json_out *o)
{
    struct str *ids;
    size_t n;
    reports_list(scratch, p, &ids, &n);
    json_key(o, STR("reports"));
    json_array_begin(o);
    for (size_t i = 0; i < n; i++) {
        struct text2 title = report_title(scratch, p, ids[i]);
        json_object_begin(o);
        json_member(o, "report", ids[i]);
        json_member(o, "title", text2_in(&title, lang));
        json_object_end(o);
    }
    json_array_end(o);
}

void reports_json(struct arena *scratch, const struct province *p, enum lang lang, struct json_out *o)
{
    json_object_begin(o);
    reports_members_json(scratch, p, lang, o);
    json_object_end(o);
}
