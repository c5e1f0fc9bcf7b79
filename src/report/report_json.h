/* Reports as JSON, the same on the command line and on the web (docs/commands.md describes the members).
 *
 *     struct report *r;
 *     if (report_compute(a, s, fs, STR("2022-h1"), &r, &faults) != OK) …
 *     json_out_init(&o, &b, JSON_OUT_COMPACT);
 *     report_json(r, LANG_VI, &o);                  // {"report":…,"title":…,"at":{…},"log_root":…,"figures":[…]}
 *     json_out_done(&o);
 *
 * Each figure is as figure_json writes it. Titles are in `lang`, whatever the report's own language is. Nothing is owned; test
 * the buffer's is_full.
 */
#ifndef TINHSO_REPORT_REPORT_JSON_H
#define TINHSO_REPORT_REPORT_JSON_H

#include "report/report.h"
#include "text/json.h"

void report_json(const struct report *r, enum lang lang, struct json_out *o);
/* Its members alone, into an object that is open. */
void report_members_json(const struct report *r, enum lang lang, struct json_out *o);

/* What reports there are: {"reports":[{"report":…,"title":…},…]}. The arena is scratch. */
void reports_json(struct arena *scratch, const struct province *p, enum lang lang, struct json_out *o);
/* Its members alone, into an object that is open. */
void reports_members_json(struct arena *scratch, const struct province *p, enum lang lang, struct json_out *o);

#endif
