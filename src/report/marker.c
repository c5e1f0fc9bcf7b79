#include "report/marker.h"

#include "base/banned.h"

static struct str rest_of(const struct marker_reader *r)
{
    return str_slice(r->body.p + r->at, r->body.n - r->at);
}

static bool is_blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r')
            return false;
    return true;
}

/* Text up to the next braces, or the backslash before them. */
static void text_take(struct marker_reader *r, struct marker *m)
{
    size_t begin = r->at;
    m->kind = MARKER_TEXT;
    if (r->is_escaped)
        r->at += 2;
    r->is_escaped = false;
    for (; r->at < r->body.n; r->at++) {
        struct str rest = rest_of(r);
        if (str_starts(rest, STR("{{")) || str_starts(rest, STR("\\{{")))
            break;
        if (rest.p[0] == '\n') {
            r->line++;
            r->line_from = r->at + 1;
        }
    }
    m->text = str_slice(r->body.p + begin, r->at - begin);
}

static void marker_take(struct marker_reader *r, struct marker *m)
{
    struct str next, line = str_cut(rest_of(r), '\n', &next);
    size_t end = 2;
    while (end + 1 < line.n && !(line.p[end] == '}' && line.p[end + 1] == '}'))
        end++;
    if (end + 1 >= line.n) {
        m->kind = MARKER_OPEN;
        m->text = line;
        r->at += line.n;
        return;
    }
    m->kind = MARKER_FULL;
    m->text = str_trim(str_slice(line.p + 2, end - 2));
    m->is_last = is_blank(str_slice(line.p + end + 2, line.n - end - 2));
    m->is_alone = m->is_last && is_blank(m->before);
    r->at += end + 2;
}

bool marker_next(struct marker_reader *r, struct marker *ret)
{
    if (r->at >= r->body.n)
        return false;
    *ret = (struct marker){.line = r->line,
                           .column = (int)(r->at - r->line_from) + 1,
                           .before = str_slice(r->body.p + r->line_from, r->at - r->line_from)};
    if (!r->is_escaped && str_starts(rest_of(r), STR("\\{{"))) {
        r->at++;
        r->is_escaped = true;
    }
    if (!r->is_escaped && str_starts(rest_of(r), STR("{{")))
        marker_take(r, ret);
    else
        text_take(r, ret);
    return true;
}

void marker_line_skip(struct marker_reader *r)
{
    while (r->at < r->body.n && r->body.p[r->at] != '\n')
        r->at++;
    if (r->at < r->body.n) {
        r->at++;
        r->line++;
        r->line_from = r->at;
    }
}
