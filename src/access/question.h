/* What one request asked of one register, for the log of reads: every question is kept, so that whoever looks later finds all whom the answers told of.
 *
 *     struct questions asked = {.a = arena};
 *     questions_add(&asked, STR("name LIKE 'T%'"), STR(""));          // once, however many records come of it
 *     questions_join(&asked, &filter, &words);                       // one CQL2 filter; words only when there was one question
 *
 * Joined, a question with words stands by its filter alone, which tells of more records, never of fewer; so do more than QUESTIONS_MOST, or those too long to keep: TRUE.
 */
#ifndef TINHSO_ACCESS_QUESTION_H
#define TINHSO_ACCESS_QUESTION_H

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

enum { QUESTIONS_MOST = 256, QUESTIONS_BYTES = 48 << 10 };

struct question {
    struct str filter, words;
};

struct questions {
    struct arena *a;
    VEC(struct question) all;
    size_t bytes;
    bool is_full;
};

/* An empty filter asks for all. */
void questions_add(struct questions *q, struct str filter, struct str words);
bool questions_hold(const struct questions *q, struct str filter, struct str words);
void questions_join(const struct questions *q, struct str *ret_filter, struct str *ret_words);

#endif
