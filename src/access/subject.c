#include "access/subject.h"

#include "base/clock.h"

#include "base/banned.h"

const struct subject subject_anyone = {.kind = SUBJECT_ANYONE};
const struct subject subject_operator = {.kind = SUBJECT_OPERATOR};

bool subject_has_role(const struct subject *s, struct str role)
{
    for (size_t i = 0; i < s->n_roles; i++)
        if (str_eq(s->roles[i], role))
            return true;
    return false;
}

bool subject_is_recent(const struct subject *s)
{
    return clock_now_ms() - s->proved_ms < SUBJECT_RECENT_MS;
}
