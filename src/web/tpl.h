/* What compiled templates (tools/templates, docs/pages.md) call beside text/html.h. */
#ifndef TINHSO_WEB_TPL_H
#define TINHSO_WEB_TPL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/fault.h"

/* 1.234.567 in Vietnamese, 1,234,567 in English. */
void tpl_int(struct buf *out, int64_t value, enum lang lang);

/* In an attribute: at most two decimals, as coordinates of drawings want; "0" for what is not finite. */
void tpl_number(struct buf *out, double value);

/* JSON within <script type="application/json">: what could end the element or begin a comment is written as \u003c. */
void tpl_json(struct buf *out, struct str json);

#endif
