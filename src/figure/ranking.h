/* Entities ranked by a figure that declares `rank: {by, apart}`: the value of each, that of each figure it is the total of, and the place.
 *
 *     struct ranking r;
 *     if (figure_rank(a, s, fs, figure, &(struct figure_options){.on = day}, &r, f) != OK) …       // figure->rank_by.n
 *     r.groups[g].rows[i].{rank, title, total, cells[k]}                                      // k: r.parts[k]
 *
 * Ranked apart by a code of the entities (`apart: level`): each group has its own places, in the order of the list of codes; without it there is one group. Places are those
 * of competitions: who has as many points as shown, to two digits, has the same place, and the next ones are left out. Whose value is hidden (a small cell) or unknown has none
 * and stands last. What had nothing to be judged by counts what its figure declares for that (`empty`), and says so. Ownership: everything lives in the arena.
 * Errors: those of figure_compute.
 */
#ifndef TINHSO_FIGURE_RANKING_H
#define TINHSO_FIGURE_RANKING_H

#include "figure/figure.h"

struct ranked_cell {
    struct quantity value;
    bool is_suppressed;
    bool is_empty; /* nothing was there to judge: the value is the declared one, or unknown */
};

struct ranked_row {
    struct str key;
    struct text2 title;
    int64_t rank; /* 0: none */
    struct ranked_cell total, *cells;
};

struct ranked_group {
    struct text2 title; /* empty where they are not ranked apart */
    struct ranked_row *rows;
    size_t n;
};

struct ranking {
    const struct figure_result *total; /* as it was broken down */
    const struct figure **parts;
    size_t n_parts;
    struct ranked_group *groups; /* without empty ones */
    size_t n_groups;
};

/* o->by is not used. */
enum err figure_rank(struct arena *a, struct store *s, const struct figures *fs, const struct figure *figure,
                     const struct figure_options *o, struct ranking *ret, struct fault *f);

#endif
