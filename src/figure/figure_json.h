/* Figures as JSON, the same on the command line and on the web (docs/commands.md describes the members).
 *
 *     struct json_out o;
 *     json_out_init(&o, &b, JSON_OUT_COMPACT);
 *     figure_json(&result, LANG_VI, &o);            // {"figure":…,"value":…,"of":…,"unit":…,"at":{…},…,"rows":[…]}
 *     json_out_done(&o);
 *
 * Titles are in `lang`; numbers never are. Rows stand on lines of their own. Nothing is owned; test the buffer's is_full.
 */
#ifndef TINHSO_FIGURE_FIGURE_JSON_H
#define TINHSO_FIGURE_FIGURE_JSON_H

#include "figure/figure.h"
#include "text/json.h"

/* A quantity as a JSON number, or null where it is unknown. */
void quantity_json(struct quantity q, struct json_out *o);

void figure_json(const struct figure_result *r, enum lang lang, struct json_out *o);

/* The members alone, into an object that is open; and how it is counted, as a member "definition". */
void figure_members_json(const struct figure_result *r, enum lang lang, struct json_out *o);
void figure_definition_json(const struct figure *figure, enum lang lang, struct json_out *o);

/* What names a record behind a figure: members register, id, part, revision, sample, into an object that is open. */
void figure_record_members_json(const struct figure_record *r, struct json_out *o);

/* The same with a last member "why":{"definition":{…},"records":[{"register":…,"id":…,"part":…,"revision":…,"sample":…,
 * "fields":{…}},…],"total":…}: the records that figure_why lists, personal fields as FIGURE_MASK. After an error the object is unfinished. */
enum err figure_why_json(struct arena *a, struct store *s, const struct figures *fs, const struct figure_result *r,
                         const struct figure_options *options, int64_t limit, bool include_base, enum lang lang,
                         struct json_out *o, struct fault *f);

/* What figures there are: {"figures":[{"figure":…,"title":…,"unit":…,"by":[…]},…],"at":{…}}. */
void figures_json(const struct figures *fs, const struct moment *at, enum lang lang, struct json_out *o);
/* Its members alone, into an object that is open. */
void figures_members_json(const struct figures *fs, const struct moment *at, enum lang lang, struct json_out *o);

#endif
