/* Limits as sources write them: “07 Ngày làm việc”, “Ngay trong ngày tiếp nhận”, “1 đến 3 Ngày làm việc”, or a bare “3”.
 *
 *     struct limit_text t = limit_text_of(STR("03 ngày làm việc; xác minh: không quá 08 ngày làm việc"));
 *     // LIMIT_TEXT_VARIANTS, 3 working days: a further case stands behind it
 *
 * What is not certain is a doubt, for a person to settle; a unit is never guessed. Accents and case do not count. Half a day is 4 working hours.
 */
#ifndef TINHSO_WORKFLOW_LIMIT_TEXT_H
#define TINHSO_WORKFLOW_LIMIT_TEXT_H

#include "workflow/deadline.h"

enum limit_text_kind {
    LIMIT_TEXT_DOUBT,    /* a bare number, “0”, “Không có thông tin”, or words that say nothing known */
    LIMIT_TEXT_FIXED,    /* one limit */
    LIMIT_TEXT_VARIANTS, /* the first of several, by case */
    LIMIT_TEXT_PHASES,   /* several, one after another: n is 0 */
    LIMIT_TEXT_OPEN,     /* the law sets none */
    LIMIT_TEXT_CAMPAIGN, /* set for each campaign */
};

struct limit_text {
    enum limit_text_kind kind;
    struct limit limit;
};

struct limit_text limit_text_of(struct str text);

#endif
