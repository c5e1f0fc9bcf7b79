/* Index tables as JSON, the same on the command line and on the web (docs/commands.md describes the members).
 *
 *     struct index_table t;
 *     if (index_compute(a, s, fs->indexes, STR("dti-province"), 2022, &t, f) != OK) …
 *     json_out_init(&o, &b, JSON_OUT_COMPACT);
 *     index_json(&t, NULL, LANG_EN, &o);            // {"index":…,"year":…,"framework":…,"at":{…},…,"rows":[…]}
 *     json_out_done(&o);
 *
 * Titles are in `lang`; what is unknown is null, never 0. Nothing is owned; test the buffer's is_full.
 */
#ifndef TINHSO_FIGURE_INDEX_JSON_H
#define TINHSO_FIGURE_INDEX_JSON_H

#include "figure/index.h"
#include "text/json.h"

/* All rows, or the one of them that is given. */
void index_json(const struct index_table *t, const struct index_row *only, enum lang lang, struct json_out *o);
/* Its members alone, into an object that is open. */
void index_members_json(const struct index_table *t, const struct index_row *only, enum lang lang, struct json_out *o);

/* The member `definition`: where the values come from, and how the framework of the year weighs them. */
void index_definition_json(const struct index_table *t, enum lang lang, struct json_out *o);

/* What indexes there are: {"indexes":[{"index":…,"title":…},…]}. */
void indexes_json(const struct indexes *x, enum lang lang, struct json_out *o);
/* Its members alone, into an object that is open. */
void indexes_members_json(const struct indexes *x, enum lang lang, struct json_out *o);

#endif
